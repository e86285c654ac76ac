import Multiprocessing

/// A callback runs in the main process, in the helper thread that handles results, as soon as its task is done.
enum Callbacks: Example {
  enum Work: PoolFunction {
    static func call(_ identifier: Int) -> Int {
      sleep(for: .milliseconds(200))
      return identifier
    }
  }

  static func main() throws {
    try withPool(processes: 2) { pool in
      for identifier in 0..<4 {
        try pool.applyAsync(
          Work.self, identifier,
          callback: { print("Callback for task \($0) in \(ThreadIdentity.current.name)", flush: true) })
      }
      pool.close()
      try pool.join()
    }
  }
}
