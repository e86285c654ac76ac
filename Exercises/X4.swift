import Multiprocessing

enum X4: ExerciseProgram {
  static let paper = ProcessLocal<Lock?>(nil)

  struct Share: Initializer {
    let lock: Lock

    func run() { paper.value = lock }
  }

  enum Write: PoolFunction {
    static func call(_ name: String) throws {
      print("\(name) begins", flush: true)
      print("\(name) ends", flush: true)
    }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: Share(lock: Lock())) { pool in
      for name in ["Ada", "Bob"] { try pool.applyAsync(Write.self, name) }
      pool.close()
      try pool.join()
    }
  }
}
