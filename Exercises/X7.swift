import Multiprocessing

enum X7: ExerciseProgram {
  static let total = ProcessLocal(0)

  enum Double: PoolFunction {
    static func call(_ number: Int) -> Int { number * 2 }
  }

  static func main() throws {
    try withPool(processes: 2) { pool in
      for number in 1...2 {
        try pool.applyAsync(Double.self, number, callback: { result in total.withValue { $0 += result } })
      }
      print("The sum is \(total.value)", flush: true)
      pool.close()
      try pool.join()
    }
  }
}
