import Multiprocessing

enum X1: ExerciseProgram {
  struct Greet: PoolTask {
    let name: String

    func run() { print("Hello, \(name)!", flush: true) }
  }

  static func main() throws {
    try withPool(processes: 2) { pool in
      for name in ["Ada", "Bob"] { try pool.applyAsync(Greet(name: name)) }
    }
  }
}
