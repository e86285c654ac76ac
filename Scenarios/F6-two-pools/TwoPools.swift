import Multiprocessing

/// Two pools of one program share nothing but the counter that numbers their workers.
enum TwoPools: Example {
  struct Report: PoolTask {
    let pool: String

    func run() { print("The \(pool) pool works in \(ProcessIdentity.current.name)", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 1) { first in
      try withPool(processes: 1) { second in
        try second.apply(Report(pool: "second"))
        try first.apply(Report(pool: "first"))
        try second.apply(Report(pool: "second"))
      }
    }
  }
}
