import Multiprocessing

/// A worker reports the start method that it was started with.
enum StartMethodInWorker: Example {
  struct Report: PoolTask {
    func run() { print("Worker using \(StartMethod.current)", flush: true) }
  }

  static func main() throws {
    print("Main process using \(StartMethod.current)", flush: false)
    try withPool { pool in
      try pool.applyAsync(Report())
      pool.close()
      try pool.join()
    }
  }
}
