import DequeModule
package import PoolCore

/// Cancelling, and how far a job has come.
extension PoolEngine {
  /// Gives up a job; false if it is over, or if its pool cannot stop what is left of it.
  package func cancel(_ id: JobID) -> Bool {
    world.pass(.event(.cancelled(id)))
    let (actions, wake) = state.with { state -> ([PoolAction]?, Bool) in
      guard state.machine.takesChunks(id) else { return (nil, false) }
      // What a thread runs comes to its end whatever happens: there must be something left that no thread has taken.
      if !transport.canKill, transport.withdraw(id) == 0, !state.hasUnsent(of: id) { return (nil, false) }
      state.actions.removeAll(keepingCapacity: true)
      world.handle(.cancelled(id), &state.machine, &state.actions, of: self)
      return (queue(&state), state.takeTaskHandlerWake())
    }
    if wake { sendParker.unpark() }
    guard let actions else { return false }
    perform(actions)
    return true
  }

  /// How many chunks of a job are back, from which the job tells its progress.
  func returned(of job: Job) -> (count: Int, isLastIn: Bool)? {
    guard let id = job.id else { return nil }
    return state.with { $0.machine.returnedChunks(of: id, including: job.lastChunk ?? 0) }
  }

  /// Tells a job that it has come further.
  func advance(_ job: Job) { job.advanced(returned(of: job)) }
}

extension PoolEngine.State {
  /// Whether a job has chunks that the task handler has not sent, or inputs that it has not drawn.
  func hasUnsent(of id: JobID) -> Bool {
    if machine.hasOpenInputs(id) { return true }
    return commandsLeft.contains { $0.id == id && !$0.chunks.isEmpty }
  }
}
