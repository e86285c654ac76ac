import Multiprocessing

/// A process that is not a pool's worker may have a pool of its own; the names tell who started whom.
enum NestedNames: Example {
  struct Report: PoolTask {
    func run() { print("Task in \(ProcessIdentity.current.name)", flush: true) }
  }

  struct Child: ProcessTarget {
    func run() throws {
      print("Child \(ProcessIdentity.current.name)", flush: true)
      try withPool(processes: 1) { pool in try pool.apply(Report()) }
    }
  }

  static func main() throws {
    let child = ChildProcess(Child())
    try child.start()
    try child.join()
    print("Back in \(ProcessIdentity.current.name)", flush: true)
  }
}
