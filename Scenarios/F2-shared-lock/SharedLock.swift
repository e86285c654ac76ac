import Multiprocessing

/// A lock handed over by the initializer is one lock for main and all workers.
enum SharedLock: Example {
  static let lock = ProcessLocal<Lock?>(nil)

  struct InitializeWorker: Initializer {
    let shared: Lock

    func run() { lock.value = shared }
  }

  struct Work: PoolTask {
    func run() throws {
      try lock.value?.withLock { print("\(ProcessIdentity.current.name) has the lock", flush: true) }
    }
  }

  static func main() throws {
    let lock = try Lock()
    try withPool(processes: 2, initializer: InitializeWorker(shared: lock)) { pool in
      try lock.withLock {
        for _ in 0..<2 { try pool.applyAsync(Work()) }
        sleep(for: .milliseconds(500))
        print("MainProcess releases the lock", flush: true)
      }
      pool.close()
      try pool.join()
    }
  }
}
