import Multiprocessing

/// What the initializer puts into a global is there for every task of that worker.
enum InitializeWorkersGlobal: Example {
  /// Each worker process has a value of its own.
  static let sharedState = ProcessLocal("")

  struct InitializeWorker: Initializer {
    /// The argument: it travels to each worker with the initializer.
    let value: String

    func run() {
      sharedState.value = value
      print("Initializing worker with: \(sharedState.value)", flush: true)
    }
  }

  struct Work: PoolTask {
    func run() {
      print("Worker executing with: \(sharedState.value)", flush: true)
      sleep(for: .seconds(1))
    }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: InitializeWorker(value: "Global State")) { pool in
      for _ in 0..<4 { try pool.applyAsync(Work()) }
      pool.close()
      try pool.join()
    }
  }
}
