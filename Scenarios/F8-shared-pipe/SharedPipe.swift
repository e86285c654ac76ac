import Multiprocessing

/// One end of a pipe, handed over by the initializer, lets a task report before it is done.
enum SharedPipe: Example {
  static let reports = ProcessLocal<Connection?>(nil)

  struct InitializeWorker: Initializer {
    let connection: Connection

    func run() { reports.value = connection }
  }

  enum Work: PoolFunction {
    static func call(_ steps: Int) throws -> String {
      for step in 1...steps { try reports.value?.send(step) }
      return "done"
    }
  }

  static func main() throws {
    let (reading, writing) = try Connection.pipe(duplex: false)
    try withPool(processes: 1, initializer: InitializeWorker(connection: writing)) { pool in
      let result = try pool.applyAsync(Work.self, 3)
      for _ in 1...3 { print("Step \(try reading.receive(Int.self))", flush: true) }
      print("Result: \(try result.get())", flush: true)
    }
  }
}
