import CMultiprocessing

/// A lock between processes and threads, which any of them may release; Python's `multiprocessing.Lock`.
///
/// It reaches worker processes as a stored property of an `Initializer` or as a process's argument, never in a task; between
/// threads it goes anywhere. If the process that holds it dies, it stays locked, as in CPython.
public final class Lock: Codable, Sendable {
  private let words: any SharedWords
  private var core: CountingCore { CountingCore(words: words) }

  /// A lock that nobody holds.
  ///
  /// - Parameter context: there because Python's has one; any start method takes the lock.
  /// - Throws: `system` where no shared memory is left.
  public init(context: Context? = nil) throws {
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "Lock")
    words.store(0, 1)
    SharedWaits.register(words)
  }

  /// Joins the lock that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    SharedWaits.register(words)
  }

  /// Shares the lock with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "Lock") }

  /// Takes the lock; blocks until it is free, at most for the time-out. False: it was not. Python's `acquire`.
  ///
  /// A holder that takes it again waits for itself. A free lock costs no call of the system. Where a wait without a time-out
  /// could never end, as `withLock` says, a line on standard error says who waits for whom; the wait goes on, as in CPython.
  /// - Parameters:
  ///   - blocking: whether to wait; if not, the time-out is ignored.
  ///   - timeout: how long to wait; nil for ever, a negative one is zero.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func acquire(blocking: Bool = true, timeout: Duration? = nil) -> Bool {
    take(blocking: blocking, until: sharedDeadline(timeout), isSure: false, refuse: CountingCore.complain)
  }

  private func take(
    blocking: Bool, until deadline: Duration?, isSure: Bool, refuse: (MultiprocessingError) throws -> Void
  ) rethrows -> Bool {
    guard try core.acquire(blocking: blocking, until: deadline, "Lock", isSure: isSure, refuse: refuse) else { return false }
    // For those who wait, in any process; a simulation knows who has it.
    if words.holder != nil {
      words.store(SharedWaits.isSure, isSure ? 1 : 0)
      words.store(SharedWaits.owner, UInt32(bitPattern: mp_cached_thread_id()))
    }
    return true
  }

  /// Frees the lock, whoever took it; Python's `release()`. Never blocks.
  ///
  /// - Throws: `invalidArgument` if it is free, Python's ValueError.
  public func release() throws {
    if let holder = words.holder {
      holder.leave()
      words.store(SharedWaits.owner, 0)
    }
    guard core.release(maximum: 1) else { throw CountingCore.releasedTooOften }
  }

  /// Whether somebody holds the lock; Python's `locked()`, since 3.14.
  public var isLocked: Bool { core.value == 0 }

  /// Runs `body` with the lock held; blocks until it is free. Python's `with lock`.
  ///
  /// - Throws: what `body` throws; `wouldDeadlock` instead of waiting where only threads of this process that wait themselves
  ///   could free the lock, with who waits for whom. CPython waits for ever. Where the lock is shared between processes, the same
  ///   after a moment for a circle of holders in any of them that wait for locks which this process knows, and for a holder that
  ///   was killed.
  @available(*, noasync, message: "This blocks the thread.")
  public func withLock<R>(_ body: () throws -> R) throws -> R {
    _ = try take(blocking: true, until: nil, isSure: true) { throw $0 }
    let result = Result { try body() }
    try release()
    return try result.get()
  }
}
