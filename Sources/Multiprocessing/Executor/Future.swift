/// A call that was submitted to an executor, and its outcome; Python's `concurrent.futures.Future`.
///
/// Every method may be called from any thread of the process.
public final class Future<Value: Sendable>: Sendable {
  private enum Phase {
    case pending, running, cancelled
    case finished(Result<Value, any Error>)

    var isDone: Bool {
      switch self {
      case .pending, .running: false
      case .cancelled, .finished: true
      }
    }
  }

  private struct State {
    var phase = Phase.pending
    var waiters: [Waiter] = []
    var callbacks: [@Sendable (Future<Value>) -> Void] = []
  }
  private let state = Guarded(State())

  init() {}

  // MARK: What came of it

  /// The value; blocks until it is there, at most for the time-out. Python's `result()`.
  ///
  /// - Throws: `timeout`, which cancels nothing; `cancelled`; the failure of the call, the same one each time, for which
  ///   see `Pool.apply`; `brokenProcessPool` where another call took the executor with it.
  @available(*, noasync, message: "This blocks the thread; await value instead.")
  public func result(timeout: Duration? = nil) throws -> Value { try outcome(timeout).get() }

  /// The failure of the call, nil where it succeeded; blocks like `result`. Python's `exception()`.
  ///
  /// - Throws: `timeout`, `cancelled`.
  @available(*, noasync, message: "This blocks the thread; await value instead.")
  public func exception(timeout: Duration? = nil) throws -> (any Error)? {
    switch try outcome(timeout) {
    case .success: nil
    case .failure(let error): error
    }
  }

  /// The value; suspends until it is there, and blocks no thread. Throws what `result` throws but time-outs.
  public var value: Value {
    get async throws {
      await withCheckedContinuation { continuation in
        if !add(.task(continuation)) { continuation.resume() }
      }
      return try settled().get()
    }
  }

  private func outcome(_ timeout: Duration?) throws -> Result<Value, any Error> {
    let world = CurrentWorld.world
    let deadline = sharedDeadline(timeout)
    let parker = world.makeParker()
    if add(.thread(parker)), !parker.park(until: deadline) {
      remove(parker)
      guard isDone else {
        throw MultiprocessingError(.timeout, "The result is not ready within \(timeout ?? .zero).")
      }
    }
    return try settled()
  }

  /// The outcome of a call that is over.
  private func settled() throws -> Result<Value, any Error> {
    let phase = state.with { $0.phase }
    CurrentWorld.world.learns(phase)
    guard case .finished(let outcome) = phase else {
      throw MultiprocessingError(.cancelled, "The call was cancelled.")
    }
    return outcome
  }

  private func add(_ waiter: Waiter) -> Bool {
    state.with { state in
      guard !state.phase.isDone else { return false }
      state.waiters.append(waiter)
      return true
    }
  }

  private func remove(_ parker: any Parker) {
    state.with { $0.waiters.remove(parker) }
  }

  // MARK: How far it is

  /// Whether the call was cancelled before it began; Python's `cancelled()`.
  public var isCancelled: Bool {
    if case .cancelled = state.with({ $0.phase }) { return true }
    return false
  }

  /// Whether the call has been handed to the workers and is not over; Python's `running()`.
  public var isRunning: Bool {
    if case .running = state.with({ $0.phase }) { return true }
    return false
  }

  /// Whether the call is over or cancelled; Python's `done()`.
  public var isDone: Bool { state.with { $0.phase.isDone } }

  /// Takes the call back; false if it has begun or is over. Python's `cancel()`; never blocks.
  ///
  /// As many calls as there are workers, and one more, count as begun.
  @discardableResult
  public func cancel() -> Bool {
    settle { phase in
      if case .pending = phase { phase = .cancelled }
    }
    return isCancelled
  }

  /// Calls `body` when the call is over or cancelled; Python's `add_done_callback`.
  ///
  /// In the thread that makes it so, mostly the result handler, where it must not block; at once, in the calling thread, if
  /// the call is over already. Callbacks are called in the order in which they were added.
  public func addDoneCallback(_ body: @escaping @Sendable (Future<Value>) -> Void) {
    let isOver = state.with { state in
      guard !state.phase.isDone else { return true }
      state.callbacks.append(body)
      return false
    }
    if isOver { body(self) }
  }

  // MARK: The executor's side

  /// The call goes to the workers; false if it was cancelled.
  func begin() -> Bool {
    state.with { state in
      guard case .pending = state.phase else { return false }
      state.phase = .running
      return true
    }
  }

  /// The first outcome stays.
  func finish(_ outcome: Result<Value, any Error>) {
    settle { phase in
      if !phase.isDone { phase = .finished(outcome) }
    }
  }

  private func settle(_ change: (inout Phase) -> Void) {
    let (waiters, callbacks) = state.with { state -> ([Waiter], [@Sendable (Future<Value>) -> Void]) in
      guard !state.phase.isDone else { return ([], []) }
      change(&state.phase)
      guard state.phase.isDone else { return ([], []) }
      defer { (state.waiters, state.callbacks) = ([], []) }
      return (state.waiters, state.callbacks)
    }
    for waiter in waiters { waiter.wake() }
    for callback in callbacks { callback(self) }
  }
}
