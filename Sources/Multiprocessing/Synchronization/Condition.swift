/// A condition to wait for and to tell of, with a lock; Python's `multiprocessing.Condition`.
///
/// It travels as a `Lock` does.
public final class Condition: Codable, Sendable, CustomStringConvertible {
  private let words: any SharedWords
  /// The lock: its four words come first.
  private let lock: RLock
  /// How many wait and have not been told; changed with the lock held only.
  private static let waiting = 4
  /// Told, and not gone on yet: a counter that waiters take from.
  private var told: CountingCore { CountingCore(words: words, index: 5) }

  /// A condition with a recursive lock of its own.
  ///
  /// - Parameter context: there because Python's has one; any start method takes the condition.
  /// - Throws: `system` where no shared memory is left.
  public init(context: Context? = nil) throws {
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "condition")
    words.store(0, 1)
    lock = RLock(words: words)
  }

  /// Joins the condition that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    lock = RLock(words: words)
  }

  /// Shares the condition with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "Condition") }

  /// As Python writes it: `<Condition(<RLock(None, 0)>, 0)>`, with how many wait at the end.
  public var description: String { "<Condition(\(lock), \(words.load(Self.waiting)))>" }

  /// Takes the condition's lock; blocks until it is free, at most for the time-out. False: it was not.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func acquire(blocking: Bool = true, timeout: Duration? = nil) -> Bool {
    lock.acquire(blocking: blocking, timeout: timeout)
  }

  /// Frees the condition's lock once; throws `invalidArgument` in a thread that does not hold it.
  public func release() throws { try lock.release() }

  /// Runs `body` with the lock held; blocks until it is free. Throws what `body` throws. Python's `with condition`.
  @available(*, noasync, message: "This blocks the thread.")
  public func withLock<R>(_ body: () throws -> R) throws -> R { try lock.withLock(body) }

  /// Frees the lock, blocks until told, at most for the time-out, and takes the lock again; whether it was told.
  ///
  /// - Throws: `invalidArgument` in a thread that does not hold the lock, Python's AssertionError.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func wait(timeout: Duration? = nil) throws -> Bool {
    try wait(until: sharedDeadline(timeout))
  }

  private func wait(until deadline: Duration?) throws -> Bool {
    guard lock.isOwned else {
      throw MultiprocessingError(.invalidArgument, "must acquire() condition before using wait()")
    }
    words.add(Self.waiting, 1)
    let depth = lock.releaseAll()
    var isTold = told.acquire(blocking: true, until: deadline)
    lock.acquireAgain(depth)
    if !isTold {
      // Told after the deadline and before the lock was taken: that counts, and nobody else may have it.
      isTold = told.acquire(blocking: false, until: nil)
      if !isTold { words.add(Self.waiting, UInt32.max) }
    }
    return isTold
  }

  /// Blocks until the predicate holds, at most for the time-out; its last value. Python's `wait_for`.
  ///
  /// The predicate is called with the lock held, at first and after each notification.
  /// - Throws: what `wait` throws, and what the predicate throws.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func wait(for predicate: () throws -> Bool, timeout: Duration? = nil) throws -> Bool {
    let deadline = sharedDeadline(timeout)
    while true {
      if try predicate() { return true }
      if let deadline, CurrentWorld.world.now >= deadline { return false }
      _ = try wait(until: deadline)
    }
  }

  /// Wakes up to `count` of those who wait; Python's `notify(n)`. They go on when the lock is free.
  ///
  /// - Throws: `invalidArgument` in a thread that does not hold the lock, Python's AssertionError.
  public func notify(_ count: Int = 1) throws {
    guard lock.isOwned else { throw MultiprocessingError(.invalidArgument, "lock is not owned") }
    for _ in 0..<min(max(0, count), Int(words.load(Self.waiting))) {
      words.add(Self.waiting, UInt32.max)
      _ = told.release()
    }
  }

  /// Wakes all who wait; Python's `notify_all()`. Throws what `notify` throws.
  public func notifyAll() throws { try notify(.max) }
}
