/// A counter that can be waited for to be above zero: the algorithm of locks and semaphores, on two shared words.
///
/// A process that is killed while it waits leaves the number of waiters too high, which costs a needless wake-up and never a
/// lost one. One that is killed while it holds a unit takes the unit with it, as in CPython.
struct CountingCore {
  let words: any SharedWords
  /// The word of the value; the next one counts those who wait.
  var index = 0

  var value: Int { Int(words.load(index)) }

  /// Takes one unit; false if there was none until the deadline. A nil deadline waits for ever.
  func acquire(blocking: Bool, until deadline: Duration?) -> Bool {
    if takeNow() { return true }
    guard blocking else { return false }
    words.add(index + 1, 1)
    defer { words.add(index + 1, UInt32.max) }
    while true {
      if takeNow() { return true }
      if !words.wait(index, while: 0, until: deadline) { return takeNow() }
    }
  }

  private func takeNow() -> Bool {
    while true {
      let value = words.load(index)
      if value == 0 { return false }
      if words.exchange(index, expected: value, with: value - 1) { return true }
    }
  }

  /// Gives one unit back; false, and nothing done, if the value is at its maximum.
  func release(maximum: UInt32 = .max) -> Bool {
    while true {
      let value = words.load(index)
      guard value < maximum else { return false }
      guard words.exchange(index, expected: value, with: value + 1) else { continue }
      if words.load(index + 1) > 0 { words.wake(index, count: 1) }
      return true
    }
  }

  static let releasedTooOften = MultiprocessingError(
    .invalidArgument, "semaphore or lock released too many times")
}

/// The absolute time at which a wait of this length ends; Python takes a negative one for zero. More than a hundred years are
/// as good as for ever, and would not fit into the system's clocks.
func sharedDeadline(_ timeout: Duration?) -> Duration? {
  guard let timeout, timeout < .seconds(3_000_000_000) else { return nil }
  return CurrentWorld.world.now + max(timeout, .zero)
}
