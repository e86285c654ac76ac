import Multiprocessing

/// The initializer of a process pool runs in the main thread of each worker.
enum InitializerThread: Example {
  struct InitializeWorker: Initializer {
    func run() { print("Initialize worker thread: \(ThreadIdentity.current.name)", flush: true) }
  }

  struct Work: PoolTask {
    func run() { sleep(for: .milliseconds(500)) }
  }

  static func main() throws {
    try withPool(initializer: InitializeWorker()) { pool in
      // The block ends with this one task: a worker that is still starting then never prints.
      try pool.applyAsync(Work()).wait()
    }
  }
}
