import Multiprocessing

/// A task of a process pool runs in the main thread of its worker.
enum TaskThread: Example {
  struct Work: PoolTask {
    let identifier: Int

    func run() { print("Worker thread: \(ThreadIdentity.current.name)", flush: true) }
  }

  static func main() throws {
    try withPool { pool in
      let result = try pool.applyAsync(Work(identifier: 0))
      result.wait()
    }
  }
}
