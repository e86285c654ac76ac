import PoolCore

extension Pool {
  /// Submits a job with one result, of this type.
  func submit<Value>(
    _ job: SettlingJob, chunks: Int, bytes: OutgoingBytes? = nil, deadline: Duration? = nil,
    progress: (@Sendable (PoolProgress) -> Void)? = nil
  ) throws -> AsyncResult<Value> {
    if let progress { _ = job.add(SettlingJob.Observer(advanced: progress)) }
    // With a failure in every place, a job that has some is no less done.
    let onFailure = job.keepsEveryFailure ? job.hasSuccessCallback || job.hasFailureCallback : job.hasFailureCallback
    try engine.submit(
      job,
      JobSpec(
        chunks: chunks, callbackOnSuccess: job.hasSuccessCallback, callbackOnFailure: onFailure,
        reportsProgress: progress != nil), keeping: self, bytes: bytes, deadline: deadline)
    return AsyncResult(job)
  }

  /// Runs a task in a worker; its result is fetched later. Python's `apply_async`.
  ///
  /// Never blocks. The task is encoded before this returns; one that cannot be encoded makes its result throw. Callbacks run
  /// in the result handler thread, one at a time, before the result is ready; they must not block. A result that nobody asks
  /// for may be dropped.
  /// - Parameters:
  ///   - task: the arguments, and by its type the function.
  ///   - deadline: how long the task may take from now on, waiting included; nil for as long as it takes. After that its
  ///     result throws `deadlinePassed`, a task that waits never runs, and a worker process that runs it is ended and replaced,
  ///     as by `AsyncResult.cancel`. A thread that runs it comes to its end in vain. CPython has no such thing.
  ///   - callback: called once with the value, if the task succeeds.
  ///   - errorCallback: called once with the error, if it does not.
  /// - Throws: `poolNotRunning` after `close` or `terminate`; `typeNotReachable` for a private or local type.
  @discardableResult
  public func applyAsync<Task: PoolTask>(
    _ task: Task, deadline: Duration? = nil, callback: (@Sendable (Task.Output) -> Void)? = nil,
    errorCallback: (@Sendable (any Error) -> Void)? = nil
  ) throws -> AsyncResult<Task.Output> {
    try applyAsync(Run<Task>.self, task, deadline: deadline, callback: callback, errorCallback: errorCallback)
  }

  /// Runs a task in a worker and blocks until its result is there. Python's `apply`.
  ///
  /// - Throws: the failure of the task: in a process pool a `taskFailed` whose `cause` is the task's own error where that is
  ///   `Codable`; in a thread pool the task's own error.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func apply<Task: PoolTask>(_ task: Task) throws -> Task.Output { try apply(Run<Task>.self, task) }

  /// Runs a task in a worker and suspends until its result is there; throws what the blocking `apply` throws.
  public func apply<Task: PoolTask>(_ task: Task) async throws -> Task.Output { try await applyAsync(task).value }

  /// Calls a function in a worker; its result is fetched later. Python's `apply_async`.
  ///
  /// Never blocks; what holds for a task holds for a function and its input.
  /// - Throws: `poolNotRunning` after `close` or `terminate`; `typeNotReachable` for a private or local type.
  @discardableResult
  public func applyAsync<Function: PoolFunction>(
    _ function: Function.Type, _ input: Function.Input, deadline: Duration? = nil,
    callback: (@Sendable (Function.Output) -> Void)? = nil, errorCallback: (@Sendable (any Error) -> Void)? = nil
  ) throws -> AsyncResult<Function.Output> {
    let callbacks = SettlingJob.callbacks(callback, errorCallback)
    guard engine.transport.needsEncoding else {
      let job = ThreadJob(function, callbacks: callbacks) { .returned(try Function.call(input)) }
      return try submit(job, chunks: 1, bytes: OutgoingBytes([]), deadline: deadline)
    }
    let kind: CallKind
    do {
      kind = try CallKind.of(function)
    } catch {
      // A pool that takes nothing says that first.
      try engine.checkRunning()
      throw error
    }
    let bytes: OutgoingBytes
    do {
      bytes = try ChunkCall.outgoing(function, kind.name, input)
    } catch {
      // Left to the task handler, which makes the error the job's.
      return try submit(ApplyJob(kind, unsendable: error, callbacks: callbacks), chunks: 1, deadline: deadline)
    }
    return try submit(ApplyJob(kind, callbacks: callbacks), chunks: 1, bytes: bytes, deadline: deadline)
  }

  /// Calls a function in a worker and blocks until its result is there. Python's `apply`.
  ///
  /// - Throws: the failure of the call: in a process pool a `taskFailed`, in a thread pool the function's own error.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func apply<Function: PoolFunction>(
    _ function: Function.Type, _ input: Function.Input
  ) throws -> Function.Output {
    let result = try applyAsync(function, input)
    if spin > .zero { result.look(for: spin) }
    return try result.get()
  }

  /// Calls a function in a worker and suspends until its result is there; throws what the blocking `apply` throws.
  public func apply<Function: PoolFunction>(
    _ function: Function.Type, _ input: Function.Input
  ) async throws -> Function.Output {
    try await applyAsync(function, input).value
  }
}
