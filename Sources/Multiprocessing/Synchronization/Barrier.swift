/// A point that a number of processes or threads reach together; Python's `multiprocessing.Barrier`.
///
/// It travels as a `Lock` does; the action is called only in the process that made the barrier, for code does not travel.
public final class Barrier: Codable, Sendable {
  private let words: any SharedWords
  private let lock: RLock
  private let action: (@Sendable () throws -> Void)?
  private let standingTimeout: Duration?
  /// How many are needed, have arrived, in which round, and the state.
  private static let parties = 4
  private static let arrived = 5
  private static let round = 6
  private static let broken = 7
  /// The standing time-out in milliseconds and one more; 0 for none. Written before anybody shares the barrier.
  private static let standing = 9

  /// Another party gave up, or the barrier was aborted or reset; Python's BrokenBarrierError.
  public struct Broken: Error, Sendable {}

  /// A barrier for so many.
  ///
  /// - Parameters:
  ///   - parties: how many are needed.
  ///   - action: called by the last one to arrive, before anybody goes on.
  ///   - timeout: how long those wait who name no time-out of their own, to the millisecond; nil for ever.
  ///   - context: there because Python's has one; any start method takes the barrier.
  /// - Throws: `invalidArgument` for a negative number; `system` where no shared memory is left.
  public init(
    _ parties: Int, action: (@Sendable () throws -> Void)? = nil, timeout: Duration? = nil, context: Context? = nil
  ) throws {
    guard (0...Int(Int32.max)).contains(parties) else {
      throw MultiprocessingError(.invalidArgument, "A barrier needs a number of parties, not \(parties).")
    }
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "barrier")
    words.store(0, 1)
    words.store(Self.parties, UInt32(parties))
    lock = RLock(words: words)
    self.action = action
    standingTimeout = timeout
    if let timeout {
      let milliseconds = min(max(0, (timeout / .milliseconds(1)).rounded(.up)), 4e9)
      words.store(Self.standing, UInt32(milliseconds) + 1)
    }
  }

  /// Joins the barrier that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    lock = RLock(words: words)
    action = nil
    let standing = words.load(Self.standing)
    standingTimeout = standing == 0 ? nil : .milliseconds(Int(standing) - 1)
  }

  /// Shares the barrier with a new process. Used by the library. The refusal says `Condition`, as CPython's does.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "Condition") }

  /// How many are needed.
  public var parties: Int { Int(words.load(Self.parties)) }
  /// How many wait now.
  public var waiting: Int { Int(words.load(Self.arrived)) }
  /// Whether the barrier is broken; `reset` mends it.
  public var isBroken: Bool { words.load(Self.broken) != 0 }

  /// Blocks until all have arrived; the order of this one's arrival, from 0.
  ///
  /// - Parameter timeout: when it passes the barrier breaks for all; nil for the barrier's own.
  /// - Throws: `Broken`; what the action threw, which breaks the barrier too.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func wait(timeout: Duration? = nil) throws -> Int {
    let deadline = sharedDeadline(timeout ?? standingTimeout)
    lock.acquire()
    guard !isBroken else {
      try lock.release()
      throw Broken()
    }
    let index = words.add(Self.arrived, 1)
    let round = words.load(Self.round)
    if Int(index) + 1 >= parties {
      do {
        try action?()
      } catch {
        fail()
        try lock.release()
        throw error
      }
      words.store(Self.arrived, 0)
      advance()
      try lock.release()
      return Int(index)
    }
    try lock.release()
    let isOver = words.wait(Self.round, until: deadline) { words.load(Self.round) != round }
    if !isOver {
      lock.acquire()
      if words.load(Self.round) == round { fail() }
      try lock.release()
    }
    // A round that was broken stays marked as such for 31 more, whatever happened to the barrier since.
    if words.load(Self.brokenRounds) & Self.mark(round) != 0 { throw Broken() }
    return Int(index)
  }

  /// A bit for each of the last 32 rounds: whether it broke. Changed with the lock held only.
  private static let brokenRounds = 8

  private static func mark(_ round: UInt32) -> UInt32 { 1 << (round & 31) }

  private func advance() {
    words.store(Self.brokenRounds, words.load(Self.brokenRounds) & ~Self.mark(words.load(Self.round) &+ 1))
    words.add(Self.round, 1)
    words.wake(Self.round, count: .max)
  }

  private func fail() {
    words.store(Self.broken, 1)
    endRound()
  }

  private func endRound() {
    words.store(Self.brokenRounds, words.load(Self.brokenRounds) | Self.mark(words.load(Self.round)))
    words.store(Self.arrived, 0)
    advance()
  }

  /// Breaks the barrier: whoever waits, and whoever comes, gets `Broken`. Python's `abort()`.
  ///
  /// Blocks for the moment of taking a lock, and throws nothing.
  @available(*, noasync, message: "This takes a lock.")
  public func abort() throws { try lock.withLock { fail() } }

  /// Makes the barrier as new; whoever waits gets `Broken`. Python's `reset()`.
  ///
  /// Blocks for the moment of taking a lock, and throws nothing.
  @available(*, noasync, message: "This takes a lock.")
  public func reset() throws {
    try lock.withLock {
      if waiting > 0 { endRound() }
      words.store(Self.broken, 0)
    }
  }
}
