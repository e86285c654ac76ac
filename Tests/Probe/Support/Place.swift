package import Multiprocessing

/// Where the workers of a case live: a start method for processes, or threads.
package enum Place: String, CaseIterable, Sendable {
  case fork, spawn, forkserver, thread

  package static let processes: [Place] = [.fork, .spawn, .forkserver]

  /// The start method; nil for threads.
  package var method: StartMethod? { StartMethod(rawValue: rawValue) }

  /// The start method of a place that has processes.
  func startMethod() throws -> StartMethod {
    guard let method else { throw Failure("The case needs processes.") }
    return method
  }

  /// The word with which the names of its workers begin.
  var workerPrefix: String {
    switch self {
    case .fork: "ForkPoolWorker"
    case .spawn: "SpawnPoolWorker"
    case .forkserver: "ForkServerPoolWorker"
    case .thread: "Thread"
    }
  }

  /// A pool in this place.
  func pool(_ processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil) throws -> Pool {
    guard let method else { return try ThreadPool(processes: processes, initializer: initializer) }
    return try Pool(
      processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: Context(method))
  }

  /// A pool for the time of a closure; afterwards it is terminated, and everything of it has ended.
  func withPool<R>(
    _ processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
    _ body: (Pool) throws -> R
  ) throws -> R {
    let pool = try pool(processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild)
    let result = Result { try body(pool) }
    pool.terminate()
    try pool.join()
    return try result.get()
  }
}
