import CMultiprocessing

/// A value behind a lock that is held for short steps only: never across user code, a wait or another lock of this kind.
///
/// Not the standard `Mutex`: see mp_futex.h for what that does in a forked child.
package final class Guarded<Value>: @unchecked Sendable {
  // Sendable: the value is only touched with the lock held.
  private let lock: UnsafeMutablePointer<UInt32>
  /// Not a property: each access to one is noted at run time, to find two that overlap, which the lock rules out.
  private let value: UnsafeMutablePointer<Value>

  package init(_ value: sending Value) {
    self.value = .allocate(capacity: 1)
    self.value.initialize(to: value)
    lock = .allocate(capacity: 1)
    lock.initialize(to: 0)
  }

  deinit {
    value.deinitialize(count: 1)
    value.deallocate()
    lock.deallocate()
  }

  package func with<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R {
    mp_lock(lock)
    defer { mp_unlock(lock) }
    return try body(&value.pointee)
  }

  /// In a forked child that has one thread: whoever held the lock does not exist here.
  func breakLock() { mp_store32(lock, 0) }
}

/// Locks for objects that exist by the million, which cannot each have one: an object's address chooses.
enum LockTable {
  private static let count = 64
  private nonisolated(unsafe) static let locks: UnsafeMutablePointer<UInt32> = {
    // Sixteen words apart: neighbours must not share a cache line. Never freed; only touched atomically.
    let locks = UnsafeMutablePointer<UInt32>.allocate(capacity: count * 16)
    locks.initialize(repeating: 0, count: count * 16)
    return locks
  }()

  static func lock(of object: AnyObject) -> UnsafeMutablePointer<UInt32> {
    let address = UInt(bitPattern: ObjectIdentifier(object)) >> 4
    return locks + Int((address ^ address >> 8) % UInt(count)) * 16
  }
}
