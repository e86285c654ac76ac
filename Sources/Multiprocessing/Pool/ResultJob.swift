package import PoolCore

/// A job with one result: what an `AsyncResult` refers to.
package class ResultJob<Value: Sendable>: Job, @unchecked Sendable {
  // Sendable: as for Job.
  private var outcome: Result<Value, any Error>?
  private var isReady = false
  private var waiters: [Waiter] = []
  private var callbacks: Callbacks?
  private var observers: [Observer] = []

  /// What to run before the result is ready.
  struct Callbacks: Sendable {
    var success: (@Sendable (Value) -> Void)?
    var failure: (@Sendable (any Error) -> Void)?
  }

  init(callbacks: Callbacks?) { self.callbacks = callbacks }

  var hasSuccessCallback: Bool { callbacks?.success != nil }
  var hasFailureCallback: Bool { callbacks?.failure != nil }

  /// The value made of all chunks, once they are all back.
  func assemble() throws -> Value { preconditionFailure("abstract") }

  /// Drops the inputs and what was kept of the chunks.
  func release() {}

  override package func store(_ chunk: Int, failure: any Error) { keep(.failure(failure)) }

  override package func keep(failure: any Error) { fail(failure) }

  /// Keeps the outcome; the first one stays.
  final func keep(_ made: Result<Value, any Error>) { locked { if outcome == nil { outcome = made } } }

  // MARK: Progress

  /// How far it is; `returned`: how many of its chunks are back, where the pool knows.
  func progress(_ returned: (count: Int, isLastIn: Bool)?) -> PoolProgress {
    PoolProgress(completed: locked { isReady } ? 1 : 0, total: 1)
  }

  override package func advanced(_ returned: (count: Int, isLastIn: Bool)?) {
    let observers: [Observer] = locked { self.observers }
    guard !observers.isEmpty else { return }
    let progress = progress(returned)
    for observer in observers { observer.advanced(progress) }
  }

  /// Somebody who wants to hear of progress, and of the end.
  struct Observer: Sendable {
    var advanced: @Sendable (PoolProgress) -> Void
    var ended: @Sendable () -> Void = {}
  }

  /// Registers an observer; false if the job is over already.
  func add(_ observer: Observer) -> Bool {
    locked {
      guard !isReady else { return false }
      observers.append(observer)
      return true
    }
  }

  // MARK: The end

  /// The job ends without being done: a failure that was kept before stays, a value that nobody was told of does not.
  private func fail(_ error: any Error) {
    // Handed out and dropped without the lock: the end of a user's object may run the user's code.
    _ = locked { () -> Result<Value, any Error>? in
      if case .failure? = outcome { return nil }
      defer { outcome = .failure(error) }
      return outcome
    }
  }

  /// Whether there is an outcome, ready or not.
  private var isSettled: Bool { locked { outcome != nil } }

  /// The outcome of a job whose chunks are all back; assembled once.
  private func settled() -> Result<Value, any Error> {
    if let outcome = locked({ outcome }) { return outcome }
    let made = Result { try assemble() }
    return locked {
      if outcome == nil { outcome = made }
      return outcome ?? made
    }
  }

  override package func runCallback(failed: Bool) {
    switch settled() {
    case .success(let value): callbacks?.success?(value)
    case .failure(let error): callbacks?.failure?(error)
    }
  }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    if let error { fail(error) } else if !isSettled { _ = settled() }
    release()
    if callbacks != nil { callbacks = nil }
    let (woken, ended) = locked { () -> ([Waiter], [Observer]) in
      isReady = true
      if waiters.isEmpty, observers.isEmpty { return ([], []) }
      defer { (waiters, observers) = ([], []) }
      return (waiters, observers)
    }
    for observer in ended { observer.ended() }
    for waiter in woken { waiter.wake() }
    // Last: this may be the end of the pool.
    pool = nil
  }

  // MARK: Waiting

  /// The outcome if it is ready.
  var ready: Result<Value, any Error>? {
    let ready = locked { isReady ? outcome : nil }
    CurrentWorld.world.learns(ready)
    return ready
  }

  /// Registers a waiter; false if the result is ready already.
  func add(_ waiter: Waiter) -> Bool {
    locked {
      guard !isReady else { return false }
      waiters.append(waiter)
      return true
    }
  }

  private func remove(_ parker: any Parker) {
    locked { waiters.remove(parker) }
  }

  /// Blocks until the result is ready or the time is over; false if it was.
  /// - Throws: `wouldDeadlock` where it would never be ready.
  func wait(_ timeout: Duration?) throws -> Bool {
    let world = CurrentWorld.world
    let isOver = try Trace.wait("wait for \(title)", world) { try waitForOutcome(timeout, world) }
    world.learns(isOver)
    return isOver
  }

  private func waitForOutcome(_ timeout: Duration?, _ world: any World) throws -> Bool {
    if locked({ isReady }) { return true }
    if let timeout, timeout <= .zero { return false }
    let deadline = sharedDeadline(timeout)
    let parker = world.makeParker()
    parker.serve(.result(of: id?.rawValue ?? 0))
    guard add(.thread(parker)) else { return true }
    if deadline == nil, world is SystemWorld, let engine {
      if let refusal = WaitGraph.begin(.result(engine, self)) {
        remove(parker)
        throw refusal
      }
      defer { WaitGraph.end() }
      return parker.park(until: nil)
    }
    if parker.park(until: deadline) { return true }
    remove(parker)
    return locked { isReady }
  }
}
