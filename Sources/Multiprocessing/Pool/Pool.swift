import PoolCore

/// A pool of worker processes that run tasks; Python's `multiprocessing.pool.Pool`.
///
/// The workers start when the pool is made, keep running, and are reused for every task; one that ends or dies is replaced.
/// Three helper threads of the calling process keep the workers, send tasks and handle results. Every method may be called
/// from any thread. A pool ends by `close` and `join`, by `terminate`, or at the end of `withPool`, which terminates it; one
/// that nothing refers to any more is terminated without waiting.
///
/// Differences from CPython, each on purpose: a task whose worker dies fails with `workerDied` (there it hangs); a failing
/// initializer breaks the pool (there it is tried for ever); results of a terminated pool throw `terminated` (there they are
/// never ready); workers ignore Ctrl-C, which is the main process's to handle. `Fidelity` gives back what programs may depend
/// on. Beyond CPython's a job can be cancelled, may have a deadline and tells its progress, and `snapshot` shows what runs.
public class Pool: @unchecked Sendable, CustomStringConvertible {
  // Sendable: nothing changes after init.
  let engine: PoolEngine

  /// Starts a pool of worker processes; Python's `multiprocessing.Pool(…)`.
  ///
  /// Blocks until every worker has been started, a few milliseconds each with spawn, which is not the same as ready:
  /// initializers run meanwhile. With the start method fork the program's memory is copied once, as it is now.
  ///
  /// - Parameters:
  ///   - processes: how many workers; nil for one a logical processor.
  ///   - initializer: what each worker runs once, before its first task; its stored properties are Python's `initargs`.
  ///   - maxTasksPerChild: after how many chunks a worker is replaced by a fresh one; nil for never.
  ///   - context: the start method; nil for the program's default.
  ///   - taskTimeLimit: how long a worker may run one chunk; nil for as long as it takes. A chunk that runs longer fails with
  ///     `deadlinePassed`, and its worker is ended and replaced. CPython has no such thing.
  ///   - fidelity: whether to keep CPython's choices where a program may depend on them.
  ///   - spin: for how long a worker without a task, the result handler, and a caller of `apply` look again before they sleep,
  ///     a tenth of a second at the most. It answers small calls several times faster and costs processor time; an idle pool
  ///     sleeps in any case. CPython has nothing of the kind.
  /// - Throws: `invalidArgument` for a size or a limit below 1; `typeNotReachable` for a private initializer type; what kept
  ///   a worker from starting.
  @available(*, noasync, message: "Making a pool blocks; use withPool.")
  public convenience init(
    processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
    context: Context? = nil, taskTimeLimit: Duration? = nil, fidelity: Fidelity = .better, spin: Duration = .zero
  ) throws {
    let size = try Self.checkedSize(processes)
    if let maxTasksPerChild, maxTasksPerChild < 1 {
      throw MultiprocessingError(.invalidArgument, "maxtasksperchild must be a positive int or None")
    }
    try Self.check(taskTimeLimit: taskTimeLimit)
    let spin = max(.zero, min(spin, .nanoseconds(Segment.longestSpin)))
    let transport = try CurrentWorld.world.makeProcessTransport(
      TransportConfiguration(
        size: size, startMethod: (context ?? .default).startMethod, initializer: initializer,
        maxTasksPerChild: maxTasksPerChild, spin: spin))
    try self.init(
      PoolEngine(size: size, transport: transport, rules: fidelity.rules, taskTimeLimit: taskTimeLimit), spin: spin)
  }

  init(_ engine: PoolEngine, spin: Duration = .zero) throws {
    self.engine = engine
    self.spin = spin
  }

  /// For how long a caller of `apply` looks before it sleeps.
  let spin: Duration

  static func checkedSize(_ processes: Int?) throws(MultiprocessingError) -> Int {
    let size = processes ?? Context.defaultPoolSize
    guard size >= 1 else {
      throw MultiprocessingError(.invalidArgument, "Number of processes must be at least 1")
    }
    return size
  }

  static func check(taskTimeLimit: Duration?) throws(MultiprocessingError) {
    if let taskTimeLimit, taskTimeLimit <= .zero {
      throw MultiprocessingError(.invalidArgument, "taskTimeLimit must be longer than zero")
    }
  }

  deinit { engine.abandon() }

  /// How many workers the pool keeps, counting those that are just being replaced.
  public var processes: Int { engine.size }

  /// Takes no more jobs; what was submitted will be done, and then the workers end. Python's `close()`.
  ///
  /// Never blocks, and may be called again and from any thread. Wait for the end with `join`.
  public func close() { engine.close() }

  /// Ends the pool now: jobs that are not done throw `terminated`, workers are ended, by force if they do not listen.
  ///
  /// Waits for their end, about half a second at the most; called from a callback it does not wait. May be called again.
  /// Python's `terminate()`, whose unfinished results are never ready.
  @available(*, noasync, message: "This waits for the workers' end; use withPool, or the async twin.")
  public func terminate() { engine.terminate() }

  /// Ends the pool now, as the blocking `terminate` does, and suspends until its workers have ended.
  public func terminate() async {
    engine.abandon()
    if engine.transport.canKill { try? await engine.joinAsync() }
  }

  /// Blocks until every job is done and every worker and helper thread has ended. Python's `join()`.
  ///
  /// - Throws: `poolStillRunning` before `close` or `terminate`; `wouldDeadlock` in a callback or a task of this pool, where
  ///   CPython waits for ever.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func join() throws { try engine.join() }

  /// Suspends until every job is done and every worker and helper thread has ended; throws what the blocking `join` throws.
  public func join() async throws { try await engine.joinAsync() }

  /// `<Pool state=RUN pool_size=2>`, with Python's words for the state.
  public var description: String {
    let state =
      switch engine.phase {
      case .running: "RUN"
      case .closing: "CLOSE"
      case .terminated, .broken: "TERMINATE"
      }
    return "<\(type(of: self)) state=\(state) pool_size=\(processes)>"
  }
}
