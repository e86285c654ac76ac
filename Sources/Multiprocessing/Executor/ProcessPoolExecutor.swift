/// Runs calls in worker processes; Python's `concurrent.futures.ProcessPoolExecutor`, built on `Pool`'s engine.
///
/// An executor that nothing refers to any more finishes what was submitted. At the end of the program, what is not done is
/// lost; `withProcessPoolExecutor` waits.
///
/// Differences from CPython: all workers start at once; one that dies while it runs nothing is replaced and harms nobody;
/// `shutdown` in a callback throws `wouldDeadlock` where it would wait for itself.
public final class ProcessPoolExecutor: Sendable {
  private let core: ExecutorCore

  /// Starts the workers, which are called like plain processes, `SpawnProcess-1`; see `Pool.init` for what that takes.
  ///
  /// - Parameters:
  ///   - maxWorkers: how many workers; nil for one a logical processor.
  ///   - initializer: what each worker runs once, before its first call. If it fails, the executor is broken.
  ///   - maxTasksPerChild: after how many calls a worker is replaced by a fresh one; nil for never. In Python since 3.11.
  ///   - survivesDeaths: whether a worker that dies fails only the call that it ran, with `workerDied`; if not, it breaks the
  ///     executor and fails all calls with `brokenProcessPool`, as in CPython.
  ///   - context: the start method; nil for the program's default.
  /// - Throws: `invalidArgument` for a number or a limit below 1; what kept a worker from starting.
  @available(*, noasync, message: "Making an executor blocks; use withProcessPoolExecutor.")
  public init(
    maxWorkers: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
    survivesDeaths: Bool = false, context: Context? = nil
  ) throws {
    core = try Self.makeCore(maxWorkers, initializer, maxTasksPerChild, survivesDeaths, context)
  }

  private init(_ core: ExecutorCore) { self.core = core }

  private static func makeCore(
    _ maxWorkers: Int?, _ initializer: (any Initializer)?, _ maxTasksPerChild: Int?, _ survivesDeaths: Bool,
    _ context: Context?
  ) throws -> ExecutorCore {
    let size = maxWorkers ?? Context.defaultPoolSize
    guard size >= 1 else { throw MultiprocessingError(.invalidArgument, "max_workers must be greater than 0") }
    if let maxTasksPerChild, maxTasksPerChild < 1 {
      throw MultiprocessingError(.invalidArgument, "max_tasks_per_child must be >= 1")
    }
    let transport = try CurrentWorld.world.makeProcessTransport(
      TransportConfiguration(
        size: size, startMethod: (context ?? .default).startMethod, initializer: initializer,
        maxTasksPerChild: maxTasksPerChild, hasPlainProcesses: true))
    return ExecutorCore(try Pool(PoolEngine(size: size, transport: transport)), breaksWithWorkers: !survivesDeaths)
  }

  deinit { core.shutDown(cancel: false) }

  /// How many workers there are.
  public var maxWorkers: Int { core.pool.processes }

  /// Submits a task; never blocks. Python's `submit`.
  ///
  /// - Throws: `poolNotRunning` after `shutdown`; `brokenProcessPool`; `typeNotReachable` for a private or local type.
  @discardableResult
  public func submit<Task: PoolTask>(_ task: Task) throws -> Future<Task.Output> { try submit(Run<Task>.self, task) }

  /// Submits a call of a function; never blocks. Python's `submit`.
  ///
  /// - Throws: `poolNotRunning` after `shutdown`; `brokenProcessPool`; `typeNotReachable` for a private or local type.
  @discardableResult
  public func submit<Function: PoolFunction>(
    _ function: Function.Type, _ input: Function.Input
  ) throws -> Future<Function.Output> {
    _ = try TypeName.of(function)
    let call = FunctionCall<Function>(input)
    try core.submit(call)
    return call.future
  }

  /// Calls a function with each of the inputs; the outputs come in the order of the inputs. Python's `map`.
  ///
  /// Submits everything before it returns, which never blocks.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - inputs: what it is called on; drawn in the calling thread.
  ///   - timeout: how long the outputs may take, counted from now.
  ///   - chunkSize: how many inputs go to a worker at a time.
  /// - Throws: what `submit` throws; `invalidArgument` for a chunk size below 1.
  public func map<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, timeout: Duration? = nil, chunkSize: Int = 1
  ) throws -> ExecutorResults<Function.Output> {
    guard chunkSize >= 1 else { throw MultiprocessingError(.invalidArgument, "chunksize must be >= 1.") }
    _ = try TypeName.of(function)
    let deadline = sharedDeadline(timeout)
    var futures: [Future<[Function.Output]>] = []
    var chunk: [Function.Input] = []
    for input in inputs {
      chunk.append(input)
      guard chunk.count == chunkSize else { continue }
      futures.append(try submit(Batch<Function>.self, chunk))
      chunk = []
    }
    if !chunk.isEmpty { futures.append(try submit(Batch<Function>.self, chunk)) }
    return ExecutorResults(futures, deadline)
  }

  /// Takes no more calls; Python's `shutdown`. May be called again.
  ///
  /// - Parameters:
  ///   - wait: whether to block until every call is over and every worker has ended.
  ///   - cancelFutures: whether to cancel what has not begun; in Python since 3.9.
  /// - Throws: `wouldDeadlock` where it would wait for the thread that calls it, in a callback for example.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func shutdown(wait: Bool = true, cancelFutures: Bool = false) throws {
    core.shutDown(cancel: cancelFutures)
    if wait { try core.join() }
  }

  /// Takes no more calls, and suspends until every call is over and every worker has ended.
  public func shutdown(cancelFutures: Bool = false) async throws {
    core.shutDown(cancel: cancelFutures)
    let core = core
    try await Blocking.run { try core.join() }
  }

  static func make(
    _ maxWorkers: Int?, _ initializer: (any Initializer)?, _ maxTasksPerChild: Int?, _ survivesDeaths: Bool,
    _ context: Context?
  ) async throws -> ProcessPoolExecutor {
    try await Blocking.run {
      ProcessPoolExecutor(try makeCore(maxWorkers, initializer, maxTasksPerChild, survivesDeaths, context))
    }
  }
}

/// Makes an executor for the time of a closure; at its end, however it ends, everything submitted is waited for: Python's
/// `with ProcessPoolExecutor()`.
///
/// - Throws: what `ProcessPoolExecutor.init` throws, and what the closure throws.
@available(*, noasync, message: "This blocks the thread; use the async twin.")
public func withProcessPoolExecutor<R>(
  maxWorkers: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  survivesDeaths: Bool = false, context: Context? = nil, _ body: (ProcessPoolExecutor) throws -> R
) throws -> R {
  let executor = try ProcessPoolExecutor(
    maxWorkers: maxWorkers, initializer: initializer, maxTasksPerChild: maxTasksPerChild, survivesDeaths: survivesDeaths,
    context: context)
  let result = Result { try body(executor) }
  try executor.shutdown()
  return try result.get()
}

/// Makes an executor for the time of an `async` closure; at its end everything submitted is waited for.
public func withProcessPoolExecutor<R>(
  maxWorkers: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  survivesDeaths: Bool = false, context: Context? = nil, isolation: isolated (any Actor)? = #isolation,
  _ body: (ProcessPoolExecutor) async throws -> R
) async throws -> R {
  let executor = try await ProcessPoolExecutor.make(maxWorkers, initializer, maxTasksPerChild, survivesDeaths, context)
  do {
    let result = try await body(executor)
    try await executor.shutdown()
    return result
  } catch {
    try await executor.shutdown()
    throw error
  }
}
