import Synchronization

/// A value behind a lock that is held for short steps only: never across user code, a wait or another lock of this kind.
///
/// The standard `Mutex` in another form: its `withLock` asks for results that are sent, which generic code cannot promise.
package final class Guarded<Value>: @unchecked Sendable {
  // Sendable: the value is only touched with the lock held.
  private let lock = Mutex(())
  private var value: Value

  package init(_ value: sending Value) { self.value = value }

  package func with<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    lock._unsafeLock()
    defer { lock._unsafeUnlock() }
    return try body(&value)
  }
}
