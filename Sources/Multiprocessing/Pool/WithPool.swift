/// Makes a pool for the time of a closure and terminates it at the end, however the closure ends: Python's `with Pool()`.
///
/// Terminated, not closed: what the closure has not waited for is lost. Call `close` and `join` inside to let everything
/// finish. Blocks while the workers are started and ended.
/// - Parameters:
///   - processes: how many workers; nil for one a logical processor.
///   - initializer: what each worker runs once, before its first task.
///   - maxTasksPerChild: after how many chunks a worker is replaced by a fresh one; nil for never.
///   - context: the start method; nil for the program's default.
///   - taskTimeLimit: how long a worker may run one chunk before it is ended and the chunk fails; nil for ever.
///   - fidelity: whether to keep CPython's choices where this library's are better.
///   - spin: for how long whoever waits looks again before it sleeps, as for `Pool.init`.
///   - body: gets the pool; what it returns or throws is returned or thrown.
/// - Throws: what `Pool.init` throws, and what the closure throws.
@available(*, noasync, message: "This blocks the thread; use the async twin.")
public func withPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  context: Context? = nil, taskTimeLimit: Duration? = nil, fidelity: Fidelity = .better, spin: Duration = .zero,
  _ body: (Pool) throws -> R
) throws -> R {
  let pool = try Pool(
    processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: context,
    taskTimeLimit: taskTimeLimit, fidelity: fidelity, spin: spin)
  defer { pool.terminate() }
  return try body(pool)
}

/// Makes a pool for the time of a closure and terminates it at the end, suspending where the other `withPool` blocks.
///
/// The closure runs where the caller runs; starting and ending the pool happen on a thread of their own. A cancelled task
/// is not noticed: cancel by terminating the pool.
public func withPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  context: Context? = nil, taskTimeLimit: Duration? = nil, fidelity: Fidelity = .better, spin: Duration = .zero,
  isolation: isolated (any Actor)? = #isolation, _ body: (Pool) async throws -> R
) async throws -> R {
  let pool = try await Blocking.run {
    try Pool(
      processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: context,
      taskTimeLimit: taskTimeLimit, fidelity: fidelity, spin: spin)
  }
  do {
    let result = try await body(pool)
    await pool.terminate()
    return result
  } catch {
    await pool.terminate()
    throw error
  }
}

/// Makes a thread pool for the time of a closure and terminates it at the end: Python's `with ThreadPool()`.
///
/// Tasks that run at the end are not waited for, and what is queued is dropped; call `close` and `join` inside to wait.
/// - Throws: what `ThreadPool.init` throws, and what the closure throws.
@available(*, noasync, message: "This blocks the thread; use the async twin.")
public func withThreadPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, taskTimeLimit: Duration? = nil,
  fidelity: Fidelity = .better, _ body: (ThreadPool) throws -> R
) throws -> R {
  let pool = try ThreadPool(
    processes: processes, initializer: initializer, taskTimeLimit: taskTimeLimit, fidelity: fidelity)
  defer { pool.terminate() }
  return try body(pool)
}

/// Makes a thread pool for the time of an `async` closure and terminates it at the end.
public func withThreadPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, taskTimeLimit: Duration? = nil,
  fidelity: Fidelity = .better, isolation: isolated (any Actor)? = #isolation, _ body: (ThreadPool) async throws -> R
) async throws -> R {
  let pool = try ThreadPool(
    processes: processes, initializer: initializer, taskTimeLimit: taskTimeLimit, fidelity: fidelity)
  do {
    let result = try await body(pool)
    await pool.terminate()
    return result
  } catch {
    await pool.terminate()
    throw error
  }
}
