package import PoolCore

/// Closing, terminating, joining.
extension PoolEngine {
  package var phase: PoolMachine.Phase { state.with { $0.machine.phase } }

  /// No more jobs; idempotent.
  package func close() { handle(.closed) }

  /// Stops everything: queued jobs end without being done, workers are ended. Waits for the end of a process pool, which
  /// is bounded because a worker that does not listen is killed; a thread cannot be ended and is not waited for.
  package func terminate() {
    handle(.terminated)
    if transport.canKill, !isHelper { _ = waitForEnd(nil, as: "terminate") }
  }

  /// Stops everything and waits for nothing: for the last reference to a pool.
  package func abandon() { handle(.terminated) }

  /// Whether the calling thread is one of this pool's helper threads.
  var isHelper: Bool {
    let current = ThreadIdentity.current
    return state.with { state in state.helpers.contains { $0 === current } }
  }

  /// Waits until every worker and helper thread has ended.
  package func join() throws {
    try checkJoinable()
    _ = waitForEnd(nil)
  }

  /// The same without blocking a thread.
  package func joinAsync() async throws {
    try checkJoinable()
    await withCheckedContinuation { continuation in
      if !add(.task(continuation)) { continuation.resume() }
    }
  }

  private func checkJoinable() throws {
    if phase == .running { throw MultiprocessingError(.poolStillRunning, "Pool is still running") }
    if isHelper {
      // CPython waits for ever here: the pool cannot end before its own callback does.
      throw MultiprocessingError(.wouldDeadlock, "A callback cannot join the pool that runs it.")
    }
    if transport.isOnWorker {
      throw MultiprocessingError(.wouldDeadlock, "A task cannot join the pool that runs it.")
    }
  }

  func waitForEnd(_ timeout: Duration?, as name: String = "join") -> Bool {
    let parker = world.makeParker()
    parker.serve(.endOfPool)
    let isOver = Trace.wait(name, world) { !add(.thread(parker)) || parker.park(until: timeout.map { world.now + $0 }) }
    world.learns(isOver)
    return isOver
  }

  private func add(_ waiter: Waiter) -> Bool {
    state.with { state in
      guard !state.isOver else { return false }
      state.joiners.append(waiter)
      return true
    }
  }

  /// Every worker is gone: the helper threads end.
  func end() {
    state.with { $0.hasEnded = true }
    sendParker.unpark()
    for role in HelperRole.allCases { transport.interrupt(role) }
  }

  /// The pool cannot be made: ends what there is of it, with the first of the helper threads.
  func abandon(withHelpers count: Int) {
    guard count > 0 else { return transport.abandon() }
    state.with { state in
      state.isAbandoned = true
      state.helpersLeft = count
    }
    end()
    _ = waitForEnd(nil)
  }

  /// A helper thread ends; the last one gives everything back and wakes whoever joins.
  func leave() {
    let isLast = state.with { state in
      state.helpersLeft -= 1
      return state.helpersLeft == 0
    }
    guard isLast else { return }
    if state.with({ $0.isAbandoned }) { transport.abandon() } else { transport.shutDown() }
    let woken = state.with { state -> [Waiter] in
      state.isOver = true
      defer { state.joiners = [] }
      return state.joiners
    }
    for waiter in woken { waiter.wake() }
  }
}
