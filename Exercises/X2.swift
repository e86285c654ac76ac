import Multiprocessing

enum X2: ExerciseProgram {
  /// Each worker process has a value of its own.
  static let greeting = ProcessLocal("?")

  struct Learn: PoolTask {
    func run() { greeting.value = "Good morning" }
  }

  struct Greet: PoolTask {
    func run() { print("\(greeting.value)", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 2) { pool in
      for _ in 0..<2 { try pool.applyAsync(Learn()) }
      for _ in 0..<2 { try pool.applyAsync(Greet()) }
      pool.close()
      try pool.join()
    }
  }
}
