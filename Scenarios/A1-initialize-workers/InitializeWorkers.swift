import Multiprocessing

/// Every worker of a process pool runs an initializer before its first task.
enum InitializeWorkers: Example {
  struct InitializeWorker: Initializer {
    func run() {
      // Without the flush the line would stay in the worker's buffer until the worker ends.
      print("Initializing worker...", flush: true)
    }
  }

  struct Work: PoolTask {
    func run() {
      print("Worker executing task...", flush: true)
      sleep(for: .seconds(1))
    }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: InitializeWorker()) { pool in
      for _ in 0..<4 { try pool.applyAsync(Work()) }
      // Leaving the block would stop the workers, so wait for the tasks first.
      pool.close()
      try pool.join()
    }
  }
}
