import Multiprocessing

/// A worker that has done its share of tasks is replaced, and its replacement has the next number.
enum ReplacedWorkers: Example {
  enum Work: PoolFunction {
    static func call(_ identifier: Int) { print("Task \(identifier) in \(ProcessIdentity.current.name)", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 1, maxTasksPerChild: 2) { pool in
      for identifier in 0..<6 { try pool.applyAsync(Work.self, identifier) }
      pool.close()
      try pool.join()
    }
  }
}
