/// A flag that can be waited for, between processes and threads; Python's `multiprocessing.Event`.
///
/// A waiter that was there when the flag was set is woken, also if the flag is cleared again before it runs (CPython's may
/// miss it). It travels as a `Lock` does.
public final class Event: Codable, Sendable {
  private let words: any SharedWords
  private static let flag = 0
  /// Counts how often the flag was set: what waiters wait on.
  private static let generation = 1

  /// A flag that is not set.
  ///
  /// - Parameter context: there because Python's has one; any start method takes the event.
  /// - Throws: `system` where no shared memory is left.
  public init(context: Context? = nil) throws {
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "event")
  }

  /// Joins the event that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws { words = try CurrentWorld.world.decodeSharedWords(from: decoder) }

  /// Shares the event with a new process. Used by the library. The refusal says `Condition`, as CPython's does.
  public func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: "Condition") }

  /// Whether the flag is set; Python's `is_set()`.
  public var isSet: Bool { words.load(Self.flag) != 0 }

  /// Sets the flag and wakes whoever waits; never blocks.
  public func set() {
    words.store(Self.flag, 1)
    words.add(Self.generation, 1)
    words.wake(Self.generation, count: .max)
  }

  /// Clears the flag; never blocks.
  public func clear() { words.store(Self.flag, 0) }

  /// Blocks until the flag is set, at most for the time-out; whether it was. Python's `wait()`.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  @discardableResult
  public func wait(timeout: Duration? = nil) -> Bool { waitNow(sharedDeadline(timeout)) }

  private func waitNow(_ deadline: Duration?) -> Bool {
    let before = words.load(Self.generation)
    return words.wait(Self.generation, until: deadline) { isSet || words.load(Self.generation) != before }
  }

  /// Suspends until the flag is set, at most for the time-out; whether it was.
  @discardableResult
  public func wait(timeout: Duration? = nil) async throws -> Bool {
    let deadline = sharedDeadline(timeout)
    return try await Blocking.run { self.waitNow(deadline) }
  }
}
