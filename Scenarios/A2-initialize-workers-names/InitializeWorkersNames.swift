import Multiprocessing

/// The initializer and the tasks of a worker run in one process, in its main thread.
enum InitializeWorkersNames: Example {
  static var whereabouts: String {
    "process=\(ProcessIdentity.current.name), thread=\(ThreadIdentity.current.name)"
  }

  struct InitializeWorker: Initializer {
    func run() { print("Initializing worker, \(whereabouts)", flush: true) }
  }

  struct Work: PoolTask {
    func run() {
      print("Worker executing task, \(whereabouts)", flush: true)
      sleep(for: .seconds(1))
    }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: InitializeWorker()) { pool in
      for _ in 0..<4 { try pool.applyAsync(Work()) }
      pool.close()
      try pool.join()
    }
  }
}
