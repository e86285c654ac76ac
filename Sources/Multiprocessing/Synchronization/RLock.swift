/// A lock that its holder, one thread of one process, may take again; Python's `multiprocessing.RLock`.
///
/// It travels as a `Lock` does.
public final class RLock: Codable, Sendable, CustomStringConvertible {
  private let words: any SharedWords
  private var core: CountingCore { CountingCore(words: words) }
  /// The key of the thread that holds it, 0 for none, and how often it took it. Only the holder writes them.
  private static let owner = 2
  private static let depth = 3

  /// A lock that nobody holds.
  ///
  /// - Parameter context: there because Python's has one; any start method takes the lock.
  /// - Throws: `system` where no shared memory is left.
  public init(context: Context? = nil) throws {
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "RLock")
    words.store(0, 1)
    if words.holder != nil { words.store(SharedWaits.isSure, 1) }
    SharedWaits.register(words)
  }

  init(words: any SharedWords) { self.words = words }

  /// Joins the lock that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    SharedWaits.register(words)
  }

  /// Shares the lock with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "RLock") }

  /// Takes the lock, at once if the calling thread holds it; blocks otherwise, at most for the time-out. False: it was not free.
  ///
  /// A wait that can never end is told on standard error, as by `Lock.acquire`.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func acquire(blocking: Bool = true, timeout: Duration? = nil) -> Bool {
    if isOwned {
      words.add(Self.depth, 1)
      return true
    }
    return take(blocking: blocking, until: sharedDeadline(timeout), refuse: CountingCore.complain)
  }

  /// Takes the lock that the calling thread does not hold.
  private func take(blocking: Bool, until deadline: Duration?, refuse: (MultiprocessingError) throws -> Void) rethrows -> Bool {
    guard try core.acquire(blocking: blocking, until: deadline, "RLock", isSure: true, refuse: refuse) else { return false }
    words.store(Self.owner, CurrentWorld.world.threadKey)
    words.store(Self.depth, 1)
    return true
  }

  /// Frees the lock once; the last time lets others in. Python's `release()`; never blocks.
  ///
  /// - Throws: `invalidArgument` in a thread that does not hold it, Python's AssertionError.
  public func release() throws {
    guard isOwned else {
      throw MultiprocessingError(
        .invalidArgument, "attempt to release recursive lock not owned by thread")
    }
    guard words.add(Self.depth, UInt32.max) == 1 else { return }
    words.store(Self.owner, 0)
    words.holder?.leave()
    _ = core.release(maximum: 1)
  }

  /// As Python writes it, with the holder and how often it took the lock: `<RLock(None, 0)>`, `<RLock(MainProcess, 2)>`.
  ///
  /// In a thread that is not the main one `<RLock(MainProcess|Thread-1, 1)>`; held by anybody else
  /// `<RLock(SomeOtherThread, nonzero)>`.
  public var description: String { "<RLock(\(holder))>" }

  private var holder: String {
    guard isOwned else { return words.load(Self.owner) == 0 ? "None, 0" : "SomeOtherThread, nonzero" }
    let thread = ThreadIdentity.current
    let isMain = thread === CurrentWorld.world.process.mainThread
    return "\(ProcessIdentity.current.name)\(isMain ? "" : "|\(thread.name)"), \(words.load(Self.depth))"
  }

  /// Whether the calling thread holds the lock.
  var isOwned: Bool { words.load(Self.owner) == CurrentWorld.world.threadKey }

  /// Frees the lock whatever its depth, to take it again later; only for its holder.
  func releaseAll() -> UInt32 {
    let depth = words.load(Self.depth)
    words.store(Self.depth, 0)
    words.store(Self.owner, 0)
    words.holder?.leave()
    _ = core.release(maximum: 1)
    return depth
  }

  /// Takes the lock as deep as it was.
  func acquireAgain(_ depth: UInt32) {
    _ = core.acquire(blocking: true, until: nil, "RLock", isSure: true, refuse: CountingCore.complain)
    words.store(Self.owner, CurrentWorld.world.threadKey)
    words.store(Self.depth, depth)
  }

  /// Runs `body` with the lock held; blocks until it is free or the calling thread's own.
  ///
  /// - Throws: what `body` throws; `wouldDeadlock` instead of waiting for ever, as `Lock.withLock` does.
  @available(*, noasync, message: "This blocks the thread.")
  public func withLock<R>(_ body: () throws -> R) throws -> R {
    if isOwned { acquire() } else { _ = try take(blocking: true, until: nil) { throw $0 } }
    let result = Result { try body() }
    try release()
    return try result.get()
  }
}
