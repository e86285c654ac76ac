import Multiprocessing

/// A context is got by the name of its start method; one program may use several, one after the other or together.
enum ContextByName: Example {
  struct NameOfMethod: PoolTask {
    func run() -> String { "\(StartMethod.current)" }
  }

  static func main() throws {
    for name in ["spawn", "fork", "forkserver"] {
      let context = Context.get(try StartMethod(named: name))
      let pool = try context.pool(processes: 1)
      print("The context named \(name) has a worker using \(try pool.apply(NameOfMethod()))", flush: false)
      pool.close()
      try pool.join()
    }
  }
}
