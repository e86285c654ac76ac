/// Makes a pool for the time of a closure and terminates it at the end, however the closure ends: Python's `with Pool()`.
///
/// Terminated, not closed: what the closure has not waited for is lost. Call `close` and `join` inside to let everything
/// finish.
@available(*, noasync, message: "This blocks the thread; use the async twin.")
public func withPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  context: Context? = nil, _ body: (Pool) throws -> R
) throws -> R {
  let pool = try Pool(
    processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: context)
  defer { pool.terminate() }
  return try body(pool)
}

/// The same for `async` code: starting and ending the pool block no thread of the caller's.
public func withPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
  context: Context? = nil, isolation: isolated (any Actor)? = #isolation,
  _ body: (Pool) async throws -> R
) async throws -> R {
  let pool = try await Blocking.run {
    try Pool(processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: context)
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
@available(*, noasync, message: "This blocks the thread; use the async twin.")
public func withThreadPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, _ body: (ThreadPool) throws -> R
) throws -> R {
  let pool = try ThreadPool(processes: processes, initializer: initializer)
  defer { pool.terminate() }
  return try body(pool)
}

/// The same for `async` code.
public func withThreadPool<R>(
  processes: Int? = nil, initializer: (any Initializer)? = nil, isolation: isolated (any Actor)? = #isolation,
  _ body: (ThreadPool) async throws -> R
) async throws -> R {
  let pool = try ThreadPool(processes: processes, initializer: initializer)
  do {
    let result = try await body(pool)
    await pool.terminate()
    return result
  } catch {
    await pool.terminate()
    throw error
  }
}
