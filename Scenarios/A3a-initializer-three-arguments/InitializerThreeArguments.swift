import Multiprocessing

/// An initializer takes as many arguments as it has stored properties; they arrive in order.
enum InitializerThreeArguments: Example {
  struct InitializeWorker: Initializer {
    let first: Int
    let second: String
    let third: Double

    func run() { print("Initializing worker with: \(first), \(second), \(third)", flush: true) }
  }

  static func main() throws {
    let initializer = InitializeWorker(first: 1, second: "two", third: 3.5)
    try withPool(processes: 2, initializer: initializer) { pool in
      pool.close()
      try pool.join()
    }
  }
}
