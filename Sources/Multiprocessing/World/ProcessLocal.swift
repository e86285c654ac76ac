/// A global variable with one value in each process, which also satisfies strict concurrency.
///
/// Declare it as a `static let` or a global `let`. A process that is forked starts with its parent's value at that moment,
/// a spawned one with the initial value; under simulation every simulated process has its own. Reading and writing take a
/// lock that is never held across user code; `withValue` holds it for the closure.
public final class ProcessLocal<Value: Sendable>: Sendable {
  /// Where one process keeps the value.
  package typealias Storage = Guarded<Value>

  /// The value in a process that never set it.
  package let initial: Value

  /// The storage of a real process.
  package let storage: Storage

  /// A variable that starts with this value in each process.
  public init(_ initial: Value) {
    self.initial = initial
    storage = Guarded(initial)
  }

  /// The calling process's value.
  public var value: Value {
    get { CurrentWorld.world.local(self).with { $0 } }
    set { CurrentWorld.world.local(self).with { $0 = newValue } }
  }

  /// Changes the calling process's value in one step; do not block inside. Throws what `body` throws.
  public func withValue<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    try CurrentWorld.world.local(self).with(body)
  }
}
