import Multiprocessing

/// The live threads of the main process before there is a pool, with one, and after it has been joined.
enum ListThreads: Example {
  static func list(_ moment: String) {
    for thread in ThreadIdentity.live { print("\(moment): \(thread.name)", flush: false) }
  }

  static func main() throws {
    list("Before the pool")
    try withPool(processes: 1) { pool in
      list("With the pool")
      pool.close()
      try pool.join()
    }
    list("After the pool")
  }
}
