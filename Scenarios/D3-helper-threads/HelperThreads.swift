import Multiprocessing

/// A process pool keeps three helper threads in the main process.
enum HelperThreads: Example {
  enum Work: PoolFunction {
    static func call(_ identifier: Int) { sleep(for: .milliseconds(500)) }
  }

  static func main() throws {
    try withPool { pool in
      try pool.mapAsync(Work.self, 0..<10).wait()
      for thread in ThreadIdentity.live { print("Thread: \(thread.name)", flush: false) }
    }
  }
}
