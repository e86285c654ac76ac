package import PoolCore

/// What a simulation needs to recognise an engine that it has seen before.
extension PoolEngine {
  package struct Snapshot: Hashable, Sendable {
    package var machine: PoolMachine
    /// What the task handler has to do, without the payloads.
    package var sends: [PoolAction]
    package var commandsDone: Int
    package var starts: [WorkerID]
    package var joiners: Int
    package var helpersLeft: Int
    package var hasEnded: Bool
    package var isOver: Bool
    package var taskHandlerWaits: Bool
    package var fault: String?
    package var deadlines: [Duration]
  }

  package var snapshot: Snapshot {
    state.with { state in
      Snapshot(
        machine: state.machine, sends: state.sends.map(\.action), commandsDone: state.commandsDone, starts: Array(state.starts),
        joiners: state.joiners.count, helpersLeft: state.helpersLeft, hasEnded: state.hasEnded, isOver: state.isOver,
        taskHandlerWaits: state.taskHandlerWaits, fault: state.fault?.code.description,
        deadlines: state.deadlines.map(\.at))
    }
  }
}
