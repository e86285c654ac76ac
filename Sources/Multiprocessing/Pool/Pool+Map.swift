import PoolCore

extension Pool {
  /// Calls a function on every input; the list of outputs is fetched later. Python's `map_async`.
  ///
  /// The inputs are listed before this returns, and sent in chunks. Where an item fails the rest of its chunk is not run,
  /// all other chunks are, and the first failure to arrive is the result's. The callback runs once, with the whole list;
  /// for no inputs the result is ready at once and no callback runs.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - inputs: what it is called on; drawn in the calling thread.
  ///   - chunkSize: how many inputs go to a worker at a time; nil for the standard, `ceil(n / (4 * workers))`.
  ///   - deadline: how long the whole map may take from now on, as for `applyAsync`.
  ///   - progress: called in the result handler thread whenever a chunk is back, before any callback; must not block.
  ///   - callback: called once with all outputs in the result handler thread, where it must not block.
  ///   - errorCallback: called once with the first failure, in the same thread.
  /// - Throws: `poolNotRunning`; `invalidArgument` for a chunk size below 1 (CPython returns a list of None instead);
  ///   `typeNotReachable` for a private or local type.
  @discardableResult @inlinable
  public func mapAsync<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int? = nil,
    deadline: Duration? = nil, progress: (@Sendable (PoolProgress) -> Void)? = nil,
    callback: (@Sendable ([Function.Output]) -> Void)? = nil, errorCallback: (@Sendable (any Error) -> Void)? = nil
  ) throws -> AsyncResult<[Function.Output]> {
    try checkMap(function, chunkSize)
    // Inlined, so that the caller's compiler, which knows the sequence, lists it.
    return try mapList(function, FreshMemory.list(inputs), chunkSize, deadline, progress, callback, errorCallback)
  }

  @usableFromInline
  func checkMap<Function: PoolFunction>(_ function: Function.Type, _ chunkSize: Int?) throws {
    try engine.checkRunning()
    try Self.check(chunkSize: chunkSize)
    if engine.transport.needsEncoding { _ = try TypeName.of(function) }
  }

  @usableFromInline
  func mapList<Function: PoolFunction>(
    _ function: Function.Type, _ items: [Function.Input], _ chunkSize: Int?, _ deadline: Duration?,
    _ progress: (@Sendable (PoolProgress) -> Void)?, _ callback: (@Sendable ([Function.Output]) -> Void)?,
    _ errorCallback: (@Sendable (any Error) -> Void)?
  ) throws -> AsyncResult<[Function.Output]> {
    let size = chunkSize ?? ChunkSize.standard(items: items.count, workers: engine.size)
    let job = MapJob<Function>(
      items, chunkSize: size, callbacks: SettlingJob.callbacks(callback, errorCallback))
    return try submit(job, chunks: job.chunks, deadline: deadline, progress: progress)
  }

  static func check(chunkSize: Int?) throws(MultiprocessingError) {
    if let chunkSize, chunkSize < 1 {
      throw MultiprocessingError(.invalidArgument, "Chunksize must be 1+, not \(chunkSize)")
    }
  }

  /// Calls a function on every input and blocks until all outputs are there, in the order of the inputs. Python's `map`.
  ///
  /// - Throws: what `mapAsync` throws; the first failure to arrive, once all other chunks are done.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  @inlinable
  public func map<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int? = nil
  ) throws -> [Function.Output] {
    try mapAsync(function, inputs, chunkSize: chunkSize).get()
  }

  /// Calls a function on every input and suspends until all outputs are there, in the order of the inputs.
  @inlinable
  public func map<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int? = nil
  ) async throws -> [Function.Output] {
    try await mapAsync(function, inputs, chunkSize: chunkSize).value
  }

  /// Runs every task; the list of their results is fetched later. `map_async` over values that bring their function.
  ///
  /// Never blocks; chunks, callbacks, and what it throws are as for a function and its inputs.
  @discardableResult
  public func mapAsync<Task: PoolTask>(
    _ tasks: some Sequence<Task>, chunkSize: Int? = nil, deadline: Duration? = nil,
    progress: (@Sendable (PoolProgress) -> Void)? = nil, callback: (@Sendable ([Task.Output]) -> Void)? = nil,
    errorCallback: (@Sendable (any Error) -> Void)? = nil
  ) throws -> AsyncResult<[Task.Output]> {
    try mapAsync(
      Run<Task>.self, tasks, chunkSize: chunkSize, deadline: deadline, progress: progress, callback: callback,
      errorCallback: errorCallback)
  }

  /// Runs every task and blocks until all results are there, in the order of the tasks.
  ///
  /// - Throws: what `mapAsync` throws; the first failure to arrive, once all other chunks are done.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func map<Task: PoolTask>(_ tasks: some Sequence<Task>, chunkSize: Int? = nil) throws -> [Task.Output] {
    try mapAsync(tasks, chunkSize: chunkSize).get()
  }

  /// Runs every task and suspends until all results are there, in the order of the tasks.
  public func map<Task: PoolTask>(
    _ tasks: some Sequence<Task>, chunkSize: Int? = nil
  ) async throws -> [Task.Output] {
    try await mapAsync(tasks, chunkSize: chunkSize).value
  }

  /// Calls a function of two arguments on every pair; the outputs are fetched later. Python's `starmap_async`.
  ///
  /// Never blocks; chunks, callbacks, and what it throws are as for `mapAsync`. For more arguments use tasks.
  @discardableResult
  public func starmapAsync<Function: PoolFunction2>(
    _ function: Function.Type, _ inputs: some Sequence<(Function.First, Function.Second)>, chunkSize: Int? = nil,
    deadline: Duration? = nil, progress: (@Sendable (PoolProgress) -> Void)? = nil,
    callback: (@Sendable ([Function.Output]) -> Void)? = nil, errorCallback: (@Sendable (any Error) -> Void)? = nil
  ) throws -> AsyncResult<[Function.Output]> {
    if engine.transport.needsEncoding { _ = try TypeName.of(function) }
    return try mapAsync(
      Splat<Function>.self, inputs.map { Pair(first: $0.0, second: $0.1) }, chunkSize: chunkSize, deadline: deadline,
      progress: progress, callback: callback, errorCallback: errorCallback)
  }

  /// Calls a function of two arguments on every pair and blocks until the outputs are there. Python's `starmap`.
  ///
  /// - Throws: what `mapAsync` throws; the first failure to arrive, once all other chunks are done.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func starmap<Function: PoolFunction2>(
    _ function: Function.Type, _ inputs: some Sequence<(Function.First, Function.Second)>, chunkSize: Int? = nil
  ) throws -> [Function.Output] {
    try starmapAsync(function, inputs, chunkSize: chunkSize).get()
  }

  /// Calls a function of two arguments on every pair and suspends until the outputs are there, in the order of the pairs.
  public func starmap<Function: PoolFunction2>(
    _ function: Function.Type, _ inputs: some Sequence<(Function.First, Function.Second)>, chunkSize: Int? = nil
  ) async throws -> [Function.Output] {
    try await starmapAsync(function, inputs, chunkSize: chunkSize).value
  }
}
