import Multiprocessing

/// Programs of examples with another number of workers and of tasks than the documents', to explore smaller and larger cases.
///
/// Each does what the example's `main` does, with the example's own initializer and task; at the documented size it is that
/// program, which a test holds it to.
package enum SizedPrograms {
  /// What a program is called with: the number of workers and of tasks.
  package typealias Main = @Sendable (_ workers: Int, _ tasks: Int) throws -> Void

  /// The programs by the example's id.
  package static let all: [String: Main] = [
    "A1": processes(InitializeWorkers.InitializeWorker(), InitializeWorkers.Work()),
    "A2": processes(InitializeWorkersNames.InitializeWorker(), InitializeWorkersNames.Work()),
    "A3": processes(InitializeWorkersGlobal.InitializeWorker(value: "Global State"), InitializeWorkersGlobal.Work()),
    "B1": threads(ThreadPoolInitialize.InitializeWorker(), ThreadPoolInitialize.Work()),
    "B2": threads(ThreadPoolInitializeNames.InitializeWorker(), ThreadPoolInitializeNames.Work()),
  ]

  /// The size that the documents show.
  package static let documented = (workers: 2, tasks: 4)

  private static func processes(_ initializer: some Initializer & Sendable, _ task: some PoolTask & Sendable) -> Main {
    { workers, tasks in
      try withPool(processes: workers, initializer: initializer) { pool in
        for _ in 0..<tasks { try pool.applyAsync(task) }
        pool.close()
        try pool.join()
      }
    }
  }

  private static func threads(_ initializer: some Initializer & Sendable, _ task: some PoolTask & Sendable) -> Main {
    { workers, tasks in
      try withThreadPool(processes: workers, initializer: initializer) { pool in
        for _ in 0..<tasks { try pool.applyAsync(task) }
        pool.close()
        try pool.join()
      }
    }
  }
}
