import Multiprocessing

/// A task asks for its thread; the main process asks for its own.
enum CurrentThreadInTask: Example {
  struct NameOfThread: PoolTask {
    func run() -> String { ThreadIdentity.current.name }
  }

  static func main() throws {
    try withPool(processes: 1) { pool in
      print("Thread of the main process: \(ThreadIdentity.current.name)", flush: false)
      print("Thread of the task: \(try pool.apply(NameOfThread()))", flush: false)
    }
  }
}
