/// A pool of worker threads in the calling process; Python's `multiprocessing.pool.ThreadPool`.
///
/// It has every method of `Pool`, and takes closures as well: nothing is encoded, values and errors are handed over as they
/// are. `terminate` drops what is queued, but cannot stop a task that runs: it does not wait for it, and drops its result.
public final class ThreadPool: Pool, @unchecked Sendable {
  // Sendable: as for Pool.

  /// Starts a pool of worker threads, named like all threads of the process: `Thread-1`, `Thread-2`, …
  ///
  /// - Parameters:
  ///   - processes: how many workers; nil for one a logical processor.
  ///   - initializer: what each worker thread runs once, before its first task.
  ///   - taskTimeLimit: how long a thread may run one chunk, as for `Pool`; the chunk fails, the thread comes to its end.
  ///   - fidelity: whether to keep CPython's choices, as for `Pool`.
  /// - Throws: `invalidArgument` for a size below 1 or a limit of no time; what kept a thread from starting.
  public init(
    processes: Int? = nil, initializer: (any Initializer)? = nil, taskTimeLimit: Duration? = nil,
    fidelity: Fidelity = .better
  ) throws {
    let size = try Self.checkedSize(processes)
    try Self.check(taskTimeLimit: taskTimeLimit)
    let transport = try CurrentWorld.world.makeThreadTransport(
      TransportConfiguration(size: size, startMethod: .spawn, initializer: initializer))
    try super.init(
      PoolEngine(size: size, transport: transport, rules: fidelity.rules, taskTimeLimit: taskTimeLimit))
  }

  /// Calls a closure in a worker thread; its result is fetched later.
  ///
  /// Never blocks. Callbacks run in the result handler thread, before the result is ready.
  /// - Throws: `poolNotRunning` after `close` or `terminate`.
  @discardableResult
  public func applyAsync<Output: Sendable>(
    deadline: Duration? = nil, callback: (@Sendable (Output) -> Void)? = nil,
    errorCallback: (@Sendable (any Error) -> Void)? = nil, _ body: @escaping @Sendable () throws -> Output
  ) throws -> AsyncResult<Output> {
    let callbacks = SettlingJob.callbacks(callback, errorCallback)
    let job = ThreadJob(callbacks: callbacks) { .returned(try body()) }
    return try submit(job, chunks: 1, bytes: OutgoingBytes([]), deadline: deadline)
  }

  /// Calls a closure in a worker thread and blocks until its result is there; throws the closure's own error.
  @available(*, noasync, message: "This blocks the thread; use applyAsync and await its value.")
  public func apply<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) throws -> Output {
    try applyAsync(body).get()
  }
}
