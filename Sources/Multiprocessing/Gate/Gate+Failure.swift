import CMultiprocessing
import Glibc

/// Leaving the schedule: one sentence on standard error, and the end of the whole run.
extension Gate {
  /// Ends the run: the first lane that finds it off the schedule says why.
  func fail(_ what: String) -> Never {
    guard memory.markFailed() else { Self.end() }
    System.complain("\(SystemWorld.scheduleMark)\(what).")
    // The main process may be blocked anywhere. It is still there, or this worker would have been ended with it; its other
    // workers end with it.
    if getpid() != memory.mainProcess { kill(memory.mainProcess, SIGKILL) }
    Self.end()
  }

  /// Ends this process of a run that has failed; what is in its buffers is dropped.
  static func end() -> Never { _exit(1) }

  /// What the schedule has instead.
  func expected(_ index: Int) -> String {
    "and the schedule has “\(memory.step(index)?.description ?? "")” as step \(index + 1) of \(memory.count)"
  }

  /// What a lane wants to do.
  static func wish(_ kind: GateMemory.Kind) -> String {
    switch kind {
    case .print: "wants to print"
    case .take: "wants to take a task"
    case .draw: "wants to draw a number"
    case .put: "wants to put something on a queue"
    case .return: "wants to hand in a result"
    }
  }

  func stalled(at position: Int, _ lane: StepOrder.Lane, _ kind: GateMemory.Kind) -> String {
    let patience = "\(memory.patience / .seconds(1)) s"
    guard position < memory.count else {
      return "\(lane.words) \(Self.wish(kind)) \(patience) after the last step of the schedule"
    }
    let step = memory.step(position)?.description ?? ""
    return "“\(step)”, step \(position + 1) of \(memory.count), did not come within \(patience)"
  }
}
