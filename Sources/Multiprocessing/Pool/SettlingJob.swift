package import PoolCore

/// A job with one result: what is kept of it, who waits, and who looks on. What an `AsyncResult` refers to.
///
/// Such jobs exist by the million, and code that does not know a type at compile time looks it up at each step; so nothing
/// here depends on the type, and a number is kept as its bytes.
package class SettlingJob: Job, @unchecked Sendable {
  // Sendable: as for Job, and what is said of the callbacks.

  private var kept = Kept.nothing
  private var isReady = false
  private var waiters: [Waiter] = []
  private var observers: [Observer] = []
  /// Set before the job is shared, and dropped once, by whoever resolves it.
  private var callbacks: (any JobCallbacks)?

  init(callbacks: (any JobCallbacks)?) { self.callbacks = callbacks }

  final var hasSuccessCallback: Bool { callbacks?.hasSuccess == true }
  final var hasFailureCallback: Bool { callbacks?.hasFailure == true }

  override package final func runCallback(failed: Bool) { callbacks?.run(settled()) }

  /// Keeps the outcome; the first one stays.
  final func keep(_ made: Kept) { locked { if kept.isNothing { kept = made } } }

  override package func store(_ chunk: Int, failure: any Error) { keep(.failure(failure)) }

  override package final func keep(failure: any Error) { _ = locked { replace(by: failure) } }

  // MARK: Progress

  /// Somebody who wants to hear of progress, and of the end.
  struct Observer: Sendable {
    var advanced: @Sendable (PoolProgress) -> Void
    var ended: @Sendable () -> Void = {}
  }

  /// How far it is; `returned`: how many of its chunks are back, where the pool knows.
  func progress(_ returned: (count: Int, isLastIn: Bool)?) -> PoolProgress {
    PoolProgress(completed: locked { isReady } ? 1 : 0, total: 1)
  }

  override package final func advanced(_ returned: (count: Int, isLastIn: Bool)?) {
    let observers: [Observer] = locked { self.observers }
    guard !observers.isEmpty else { return }
    let progress = progress(returned)
    for observer in observers { observer.advanced(progress) }
  }

  /// Registers an observer; false if the job is over already.
  final func add(_ observer: Observer) -> Bool {
    locked {
      guard !isReady else { return false }
      observers.append(observer)
      return true
    }
  }

  // MARK: The end

  /// What is kept, ready or not; made of the chunks if that was not done yet, once they are all back.
  final func settled() -> Kept {
    let before = locked { kept }
    guard before.isNothing else { return before }
    let made = assembled()
    return locked {
      if kept.isNothing { kept = made }
      return kept
    }
  }

  /// Whether the outcome is made of what the chunks gave; else it is kept as it comes.
  var isAssembled: Bool { false }

  /// The outcome made of all chunks; of a job that keeps it as it comes, for want of any.
  func assembled() -> Kept { .failure(Self.lost) }

  /// Gives away the inputs and what was kept of the chunks. Called with the lock held; what it returns is dropped without it, for
  /// the end of a user's object may run the user's code.
  func release() -> Any? { nil }

  /// The job ends without being done: a failure that was kept before stays, a value that nobody was told of does not. Called with
  /// the lock held; returns the value, to be dropped without it.
  private func replace(by error: any Error) -> Kept {
    if case .failure = kept { return .nothing }
    defer { kept = .failure(error) }
    return kept
  }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    if error == nil, isAssembled { _ = settled() }
    if callbacks != nil { callbacks = nil }
    var (woken, ended): ([Waiter], [Observer]) = ([], [])
    let dropped = locked { () -> (Kept, Any?) in
      if error == nil, kept.isNothing { kept = .failure(Self.lost) }
      let value = error.map { replace(by: $0) } ?? .nothing
      isReady = true
      if !waiters.isEmpty { swap(&woken, &waiters) }
      if !observers.isEmpty { swap(&ended, &observers) }
      return (value, release())
    }
    for observer in ended { observer.ended() }
    for waiter in woken { waiter.wake() }
    withExtendedLifetime(dropped) {}
  }

  /// What a job says whose only chunk came back with nothing.
  static var lost: MultiprocessingError {
    MultiprocessingError(.notDecodable, "A task came back without a result.")
  }

  // MARK: Waiting

  /// What is kept if it is ready.
  final var ready: Kept? { locked { isReady ? kept : nil } }

  /// Whether it is ready; the calling program does not learn it by this.
  final var isOver: Bool { locked { isReady } }

  /// Registers a waiter; false if the result is ready already.
  final func add(_ waiter: Waiter) -> Bool {
    locked {
      guard !isReady else { return false }
      waiters.append(waiter)
      return true
    }
  }

  /// Blocks until the result is ready or the time is over; false if it was.
  /// - Throws: `wouldDeadlock` where it would never be ready.
  final func wait(_ timeout: Duration?) throws -> Bool {
    let world = CurrentWorld.world
    let isOver = try Trace.wait("wait for \(title)", world) { try waitForOutcome(timeout, world) }
    world.learns(isOver)
    return isOver
  }

  private func waitForOutcome(_ timeout: Duration?, _ world: any World) throws -> Bool {
    if isOver { return true }
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
    return isOver
  }

  private func remove(_ parker: any Parker) {
    locked { waiters.remove(parker) }
  }
}
