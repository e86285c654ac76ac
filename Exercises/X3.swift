import Multiprocessing

enum X3: ExerciseProgram {
  enum Square: PoolFunction {
    static func call(_ number: Int) -> Int { number * number }
  }

  static func main() throws {
    try withPool(processes: 2) { pool in
      let squares = try pool.imapUnordered(Square.self, 1...3)
      var number = 1
      while let square = try squares.next() {
        print("\(number) squared is \(square)", flush: true)
        number += 1
      }
    }
  }
}
