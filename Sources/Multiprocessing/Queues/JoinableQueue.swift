/// A queue that knows how many of its elements are still being worked on; Python's `multiprocessing.JoinableQueue`.
///
/// Whoever takes an element calls `taskDone` when the work on it is over, and `join` waits until that is so for all.
public final class JoinableQueue<Element: Codable & Sendable>: Queue<Element>, @unchecked Sendable {
  // Sendable: as for Queue.
  private static var unfinished: Int { 4 }
  /// Counts how often nothing was left unfinished: what `join` waits for, which must not miss a short moment.
  private static var emptied: Int { 5 }

  override class var typeName: String { "JoinableQueue" }

  /// How many elements were put and not reported as done.
  public var unfinishedTasks: Int { Int(words.load(Self.unfinished)) }

  override func willPut() { words.add(Self.unfinished, 1) }
  override func putFailed() { try? taskDone() }

  /// Reports that the work on one element is over; Python's `task_done()`. Never blocks.
  ///
  /// - Throws: `invalidArgument` when called more often than elements were put, Python's ValueError.
  public func taskDone() throws {
    while true {
      let left = words.load(Self.unfinished)
      guard left > 0 else { throw MultiprocessingError(.invalidArgument, "task_done() called too many times") }
      guard words.exchange(Self.unfinished, expected: left, with: left - 1) else { continue }
      guard left == 1 else { return }
      words.add(Self.emptied, 1)
      words.wake(Self.emptied, count: .max)
      return
    }
  }

  /// Blocks until every element that was put is done; whether it is. Python's `join()`, which has no time-out.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  @discardableResult
  public func join(timeout: Duration? = nil) -> Bool { wait(until: sharedDeadline(timeout)) }

  /// Suspends until every element that was put is done, at most for the time-out; whether it is.
  @discardableResult
  public func join(timeout: Duration? = nil) async throws -> Bool {
    let deadline = sharedDeadline(timeout)
    return try await Blocking.run { self.wait(until: deadline) }
  }

  private func wait(until deadline: Duration?) -> Bool {
    let before = words.load(Self.emptied)
    return words.wait(Self.emptied, until: deadline) {
      words.load(Self.unfinished) == 0 || words.load(Self.emptied) != before
    }
  }
}
