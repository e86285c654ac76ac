import DequeModule

/// What an executor and its submitted calls share: the pool, and the calls that are not over.
///
/// Only as many calls as there are workers, and one more, are with the pool at a time; the others can be cancelled.
final class ExecutorCore: Sendable {
  let pool: Pool
  private let limit: Int
  /// Whether a worker's death takes everything with it, as in CPython.
  private let breaksWithWorkers: Bool

  private struct State {
    var pending: Deque<any ExecutorCall> = []
    var running: [ObjectIdentifier: any ExecutorCall] = [:]
    /// Somebody hands calls to the pool; only one at a time, which keeps their order.
    var isPumping = false
    var isShutDown = false
    var fault: MultiprocessingError?
    var waiters: [Waiter] = []

    var isDrained: Bool { pending.isEmpty && running.isEmpty }
  }
  private let state = Guarded(State())

  init(_ pool: Pool, breaksWithWorkers: Bool) {
    self.pool = pool
    self.breaksWithWorkers = breaksWithWorkers
    limit = pool.processes + 1
  }

  func submit(_ call: any ExecutorCall) throws {
    try state.with { state throws(MultiprocessingError) in
      if let fault = state.fault {
        throw MultiprocessingError(
          .brokenProcessPool, "A child process terminated abruptly, the process pool is not usable anymore",
          cause: fault.cause, remote: fault.remote)
      }
      guard !state.isShutDown else {
        throw MultiprocessingError(.poolNotRunning, "cannot schedule new futures after shutdown")
      }
      state.pending.append(call)
    }
    pump()
  }

  /// Hands calls to the pool while it may have more.
  private func pump() {
    let isMine = state.with { state in
      defer { state.isPumping = true }
      return !state.isPumping
    }
    // Whoever pumps sees what comes meanwhile.
    guard isMine else { return }
    while let call = nextCall() {
      guard call.begin() else {
        forget(call)
        continue
      }
      do {
        try call.submit(to: self)
      } catch {
        heard(Result<Never, any Error>.failure(error), of: call) { call.fail(error) }
      }
    }
    settle()
  }

  private func nextCall() -> (any ExecutorCall)? {
    state.with { state in
      guard state.running.count < limit, let call = state.pending.popFirst() else {
        state.isPumping = false
        return nil
      }
      state.running[ObjectIdentifier(call)] = call
      return call
    }
  }

  private func forget(_ call: any ExecutorCall) { state.with { _ = $0.running.removeValue(forKey: ObjectIdentifier(call)) } }

  /// The pool is done with a call; `finish` tells whoever waits for it.
  func heard<Value>(_ outcome: Result<Value, any Error>, of call: any ExecutorCall, _ finish: () -> Void) {
    if case .failure(let error as MultiprocessingError) = outcome, isFatal(error) { breakDown(error) }
    // Has no effect where breaking down has told them.
    finish()
    forget(call)
    pump()
  }

  private func isFatal(_ error: MultiprocessingError) -> Bool {
    switch error.code {
    case .workerDied: breaksWithWorkers
    case .initializerFailed, .workerCouldNotStart, .poolNotRunning: true
    default: false
    }
  }

  /// Fails every call that is not over, and ends the pool.
  private func breakDown(_ error: MultiprocessingError) {
    let fault = MultiprocessingError(
      .brokenProcessPool,
      "A process in the process pool was terminated abruptly while the future was running or pending: \(error.message)",
      cause: error, remote: error.remote)
    let calls = state.with { state -> [any ExecutorCall] in
      if state.fault == nil { state.fault = fault }
      defer { (state.pending, state.running) = ([], [:]) }
      return Array(state.running.values) + Array(state.pending)
    }
    for call in calls {
      // One that never began is no less lost.
      _ = call.begin()
      call.fail(fault)
    }
    pool.engine.abandon()
    settle()
  }

  // MARK: Ending

  /// No more calls.
  func shutDown(cancel: Bool) {
    let cancelled = state.with { state -> Deque<any ExecutorCall> in
      state.isShutDown = true
      guard cancel else { return [] }
      defer { state.pending = [] }
      return state.pending
    }
    for call in cancelled { call.cancel() }
    settle()
  }

  private func settle() {
    let woken = state.with { state -> [Waiter]? in
      guard state.isShutDown, state.isDrained else { return nil }
      defer { state.waiters = [] }
      return state.waiters
    }
    guard let woken else { return }
    pool.close()
    for waiter in woken { waiter.wake() }
  }

  /// Blocks until every call is over and every worker has ended; after `shutDown` only.
  func join() throws {
    // A callback that waited here would wait for itself.
    guard !pool.engine.isHelper else {
      throw MultiprocessingError(.wouldDeadlock, "A callback cannot wait for the executor that runs it.")
    }
    let parker = CurrentWorld.world.makeParker()
    let mustWait = state.with { state in
      guard !state.isDrained else { return false }
      state.waiters.append(.thread(parker))
      return true
    }
    if mustWait { _ = parker.park(until: nil) }
    pool.close()
    try pool.join()
  }
}
