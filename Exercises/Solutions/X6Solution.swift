import Multiprocessing

enum X6Solution: ExerciseProgram {
  static let queue = ProcessLocal<SimpleQueue<Int>?>(nil)

  struct Share: Initializer {
    let results: SimpleQueue<Int>

    func run() { queue.value = results }
  }

  enum Work: PoolFunction {
    static func call(_ number: Int) throws { try queue.value?.put(number) }
  }

  static func main() throws {
    let results = try SimpleQueue<Int>()
    try withPool(processes: 2, initializer: Share(results: results)) { pool in
      for number in 1...2 { try pool.applyAsync(Work.self, number) }
      pool.close()
      for _ in 1...2 { print("got \(try results.get())", flush: true) }
      try pool.join()
    }
  }
}
