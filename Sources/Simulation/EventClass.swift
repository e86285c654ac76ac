import Multiprocessing
import PoolCore

extension EventClass {
  /// - Parameter machine: as it was before the event.
  init(_ event: PoolEvent, _ machine: PoolMachine, _ actions: [PoolAction]) {
    switch event {
    case .submitted: self = .submitted
    case .workerReady: self = .ready
    case .closed: self = .closed
    case .terminated: self = .terminated
    case .returned(_, _, failed: false):
      let isPlain = actions.allSatisfy { action in
        switch action {
        case .resolve, .sendStop: true
        default: false
        }
      }
      self = isPlain ? .returned : .other
    case .exited(let worker, let holding):
      // With the stop mark out nobody is replaced, and how a worker ended matters to nobody.
      if actions.isEmpty || actions == [.wakeJoiners] {
        self = .ended
        return
      }
      let wasReady = machine.workers.contains { $0.id == worker && $0.isReady }
      let isReplaced = actions.contains { action in
        if case .startWorker = action { return true }
        return false
      }
      self = wasReady && !isReplaced && holding == nil ? .ended : .other
    default: self = .other
    }
  }
}

extension PoolAction {
  /// Whether it ends this job, or any.
  func isResolving(_ job: JobID?) -> Bool {
    if case .resolve(let resolved, _) = self { return job == nil || resolved == job }
    return false
  }
}

extension WorkerReport {
  /// Whether the order among such reports matters: the first failure is the job's.
  var isFailure: Bool {
    switch self {
    case .returned(_, _, .failed), .initializerFailed: true
    default: false
    }
  }
}
