import Multiprocessing

/// A worker thread runs its initializer and its tasks itself.
enum ThreadPoolInitializeNames: Example {
  struct InitializeWorker: Initializer {
    func run() { print("Initializing worker, thread=\(ThreadIdentity.current.name)", flush: false) }
  }

  struct Work: PoolTask {
    func run() {
      print("Worker executing task, thread=\(ThreadIdentity.current.name)", flush: false)
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
