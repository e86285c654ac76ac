import Multiprocessing

/// A pool of threads takes the same initializer as a pool of processes.
enum ThreadPoolInitialize: Example {
  struct InitializeWorker: Initializer {
    // Threads share the buffer of the one process: no flush is needed.
    func run() { print("Initializing worker...", flush: false) }
  }

  struct Work: PoolTask {
    func run() {
      print("Worker executing task...", flush: false)
      sleep(for: .seconds(1))
    }
  }

  static func main() throws {
    try withThreadPool(processes: 2, initializer: InitializeWorker()) { pool in
      for _ in 0..<4 { try pool.applyAsync(Work()) }
      pool.close()
      try pool.join()
    }
  }
}
