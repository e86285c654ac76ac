import PoolCore

extension Pool {
  /// Calls a function on every input, and keeps what became of each: its output or its error. Fetched later.
  ///
  /// A failing item costs its own output and nothing else: the rest of its chunk is run, unlike with `map` and in CPython,
  /// where a failure takes the rest of its chunk along and the whole list with it. A worker that dies takes its chunk: each of
  /// its items has the error `workerDied`, those included that were done before and not yet sent back; a chunk of one item
  /// (the standard here) keeps the loss to that item. What ends the whole job (`terminated`, `cancelled`, `deadlinePassed`,
  /// a broken pool) is thrown.
  ///
  /// The errors are those that `apply` throws: in a process pool `taskFailed`, with the task's own error as its cause where
  /// that is `Codable`, in a thread pool the task's own. The callback runs once, with the whole list.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - inputs: what it is called on; drawn in the calling thread.
  ///   - chunkSize: how many inputs go to a worker at a time; one if nobody says. A larger one is faster for small tasks.
  ///   - deadline: how long the whole map may take from now on, as for `applyAsync`.
  ///   - progress: called in the result handler thread whenever a chunk is back; must not block.
  ///   - callback: called once with the whole list in the result handler thread, where it must not block.
  /// - Throws: `poolNotRunning`; `invalidArgument` for a chunk size below 1; `typeNotReachable`.
  @discardableResult
  public func mapResultsAsync<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int = 1,
    deadline: Duration? = nil, progress: (@Sendable (PoolProgress) -> Void)? = nil,
    callback: (@Sendable ([Result<Function.Output, any Error>]) -> Void)? = nil
  ) throws -> AsyncResult<[Result<Function.Output, any Error>]> {
    try engine.checkRunning()
    try Self.check(chunkSize: chunkSize)
    if engine.transport.needsEncoding { _ = try TypeName.of(function) }
    let job = MapJob<Attempt<Function>>(
      FreshMemory.list(inputs), chunkSize: chunkSize,
      callbacks: SettlingJob.callbacks(callback, nil), substitute: { .failure($0) })
    return try submit(job, chunks: job.chunks, deadline: deadline, progress: progress)
  }

  /// The same; blocks until every item is done, and returns their results in the order of the inputs.
  ///
  /// - Throws: what `mapResultsAsync` throws, and what ends the whole job.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func mapResults<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int = 1
  ) throws -> [Result<Function.Output, any Error>] {
    try mapResultsAsync(function, inputs, chunkSize: chunkSize).get()
  }

  /// The same; suspends instead of blocking.
  public func mapResults<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input>, chunkSize: Int = 1
  ) async throws -> [Result<Function.Output, any Error>] {
    try await mapResultsAsync(function, inputs, chunkSize: chunkSize).value
  }

  /// Runs every task, and keeps what became of each. Fetched later.
  ///
  /// - Throws: `poolNotRunning`; `invalidArgument` for a chunk size below 1; `typeNotReachable`.
  @discardableResult
  public func mapResultsAsync<Task: PoolTask>(
    _ tasks: some Sequence<Task>, chunkSize: Int = 1, deadline: Duration? = nil,
    progress: (@Sendable (PoolProgress) -> Void)? = nil,
    callback: (@Sendable ([Result<Task.Output, any Error>]) -> Void)? = nil
  ) throws -> AsyncResult<[Result<Task.Output, any Error>]> {
    try mapResultsAsync(
      Run<Task>.self, tasks, chunkSize: chunkSize, deadline: deadline, progress: progress, callback: callback)
  }

  /// The same; blocks until every task is done, and returns their results in the order of the tasks.
  ///
  /// - Throws: what `mapResultsAsync` throws, and what ends the whole job.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func mapResults<Task: PoolTask>(
    _ tasks: some Sequence<Task>, chunkSize: Int = 1
  ) throws -> [Result<Task.Output, any Error>] {
    try mapResultsAsync(tasks, chunkSize: chunkSize).get()
  }

  /// The same; suspends instead of blocking.
  public func mapResults<Task: PoolTask>(
    _ tasks: some Sequence<Task>, chunkSize: Int = 1
  ) async throws -> [Result<Task.Output, any Error>] {
    try await mapResultsAsync(tasks, chunkSize: chunkSize).value
  }
}
