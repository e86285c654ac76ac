import Multiprocessing

enum X2Solution: ExerciseProgram {
  static let greeting = ProcessLocal("?")

  struct Learn: Initializer {
    func run() { greeting.value = "Good morning" }
  }

  struct Greet: PoolTask {
    func run() { print("\(greeting.value)", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: Learn()) { pool in
      for _ in 0..<2 { try pool.applyAsync(Greet()) }
      pool.close()
      try pool.join()
    }
  }
}
