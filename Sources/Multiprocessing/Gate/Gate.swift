import CMultiprocessing
import Glibc
import PoolCore

/// What makes a real run keep to a schedule: before a step a lane waits here until it is its turn, and after it lets the
/// next one go on.
///
/// It changes nothing of what a program does, only when: steps that a schedule does not have, or in another order than a
/// lane takes them, end the run with one sentence on standard error. Without a schedule there is no gate, and each place that
/// could have one costs one look at a variable.
final class Gate: Sendable {
  /// The gate of this process.
  ///
  /// Unsafe by name only: set at most once, by the only thread of a process that has not begun its work.
  nonisolated(unsafe) private(set) static var current: Gate?

  let memory: GateMemory

  private init(_ memory: GateMemory) { self.memory = memory }

  /// Puts the calling process, which is the main one of its run, and all workers that it will start under a schedule.
  ///
  /// - Parameter patience: for how long the run may stay at one step before it counts as having left the schedule.
  static func install(_ schedule: StepOrder, patience: Duration) throws(MultiprocessingError) {
    current = Gate(try GateMemory(schedule, patience: patience))
  }

  /// Puts a new worker under the schedule of its main process.
  static func join(_ file: Descriptor) throws(MultiprocessingError) {
    current = Gate(try GateMemory(file: file))
  }

  // MARK: Waiting for a turn

  /// Waits until it is the calling lane's turn to do this; false where the schedule leaves it free.
  ///
  /// A worker that prints and has no step left is held here until it is ended: its line is one that the end of the pool cut
  /// off.
  func enter(_ kind: GateMemory.Kind) -> Bool {
    guard memory.orders(kind) else { return false }
    let lane = Self.lane
    var seen = -1
    var deadline: Int64 = -1
    while true {
      let position = memory.reached
      if memory.hasFailed { Self.end() }
      if position != seen {
        seen = position
        deadline = System.deadline(after: memory.patience)
      }
      if let own = (position..<memory.count).first(where: { memory.lane($0) == lane }) {
        guard memory.kind(own) == kind else { fail("\(lane.words) \(Self.wish(kind)), \(expected(own))") }
        if own == position { return true }
      } else if kind == .take, position >= memory.endOfTakes {
        return false
      } else if kind == .draw || kind == .put || kind == .return {
        fail("\(lane.words) \(Self.wish(kind)), and the schedule has no step for it any more")
      }
      if mp_now_ns() >= deadline { fail(stalled(at: position, lane, kind)) }
      memory.wait(at: position, until: deadline)
    }
  }

  /// The step that was entered is done.
  func leave() { memory.advance() }

  /// Does a step when it is the calling lane's turn; where the schedule leaves it free, at once.
  ///
  /// What it does is seen by others before the schedule goes on. Signals wait meanwhile: whoever has seen the step may end
  /// this worker, which would then not be able to say that the step is done.
  func perform<R, E: Error>(_ kind: GateMemory.Kind, _ body: () throws(E) -> R) throws(E) -> R {
    guard enter(kind) else { return try body() }
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let result = try body()
    leave()
    return result
  }

  /// A lane has taken a chunk; it was its turn, or the chunk is one that the schedule does not have.
  func hasTaken() {
    guard memory.orders(.take) else { return }
    let position = memory.reached
    guard position < memory.count, memory.lane(position) == Self.lane, memory.kind(position) == .take else {
      fail("\(Self.lane.words) has taken a task that the schedule does not have")
    }
    memory.advance()
  }

  /// A worker was told to stop; the schedule must have nothing to take for it.
  func willStop() {
    let lane = Self.lane
    guard memory.orders(.take), let own = (memory.reached..<memory.count).first(where: { memory.lane($0) == lane })
    else { return }
    fail("\(lane.words) was told to stop, \(expected(own))")
  }

  /// A worker has ended; the schedule must have nothing for it any more.
  func hasEnded(_ lane: StepOrder.Lane) {
    guard let own = (memory.reached..<memory.count).first(where: { memory.lane($0) == lane }) else { return }
    fail("\(lane.words) has ended, \(expected(own))")
  }

  /// The number that the calling lane draws at the step that it has entered.
  func drawn(in range: Range<Double>) -> Double {
    let value = memory.value(memory.reached)
    guard range.contains(value) else {
      fail("\(Self.lane.words) draws from \(range.lowerBound) up to \(range.upperBound), and the schedule has \(value)")
    }
    return value
  }

  /// The program has ended; the schedule must have, too.
  func finish() {
    let position = memory.reached
    if position < memory.count { fail("the program has ended, \(expected(position))") }
  }

  // MARK: Lanes

  /// The lane that the calling thread is.
  private static var lane: StepOrder.Lane {
    let process = SystemWorld.shared.process
    if let number = process.identity.identity.last { return .worker(number) }
    let thread = ThreadIdentity.current
    if thread === process.mainThread { return .main }
    // A thread with a name of its own is none that a schedule can have.
    return .thread(ThreadNumbering.number(in: thread.name) ?? 0)
  }
}
