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
    words.store(0, 1)
  }

  /// Joins the lock that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws { words = try CurrentWorld.world.decodeSharedWords(from: decoder) }

  /// Shares the lock with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "Lock") }

  /// Takes the lock; blocks until it is free, at most for the time-out. False: it was not. Python's `acquire`.
  ///
  /// A holder that takes it again waits for itself. A free lock costs no call of the system.
  /// - Parameters:
  ///   - blocking: whether to wait; if not, the time-out is ignored.
  ///   - timeout: how long to wait; nil for ever, a negative one is zero.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func acquire(blocking: Bool = true, timeout: Duration? = nil) -> Bool {
    core.acquire(blocking: blocking, until: sharedDeadline(timeout))
  }

  /// Frees the lock, whoever took it; Python's `release()`. Never blocks.
  ///
  /// - Throws: `invalidArgument` if it is free, Python's ValueError.
  public func release() throws {
    guard core.release(maximum: 1) else { throw CountingCore.releasedTooOften }
  }

  /// Whether somebody holds the lock; Python's `locked()`, since 3.14.
  public var isLocked: Bool { core.value == 0 }

  /// Runs `body` with the lock held; blocks until it is free. Throws what `body` throws. Python's `with lock`.
  @available(*, noasync, message: "This blocks the thread.")
  public func withLock<R>(_ body: () throws -> R) throws -> R {
    acquire()
    let result = Result { try body() }
    try release()
    return try result.get()
  }
}
