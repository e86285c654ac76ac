import Multiprocessing

/// The workers run their initializer when they start, even if no task ever comes.
enum InitializerWithoutArguments: Example {
  struct InitializeWorker: Initializer {
    func run() { print("Worker initialized", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: InitializeWorker()) { pool in
      // Nothing is issued: closing and joining a pool without tasks waits for its workers all the same.
      pool.close()
      try pool.join()
    }
  }
}
