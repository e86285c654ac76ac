import Multiprocessing

/// A pool on the fork context forks its workers, whatever the program's default is.
enum ForkContext: Example {
  struct Report: PoolTask {
    func run() { print("Worker using \(StartMethod.current)", flush: true) }
  }

  static func main() throws {
    print("Main process using \(StartMethod.current)", flush: false)
    try withPool(context: Context.get(.fork)) { pool in
      try pool.applyAsync(Report())
      pool.close()
      try pool.join()
    }
  }
}
