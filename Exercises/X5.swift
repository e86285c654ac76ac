import Multiprocessing

enum X5: ExerciseProgram {
  static let accounts = ProcessLocal<Accounts?>(nil)

  struct Accounts: Initializer {
    let left: Lock
    let right: Lock

    func run() { accounts.value = self }
  }

  enum Forth: PoolFunction {
    static func call(_ amount: Int) throws {
      try accounts.value?.left.withLock {
        try accounts.value?.right.withLock { print("\(amount) from left to right", flush: true) }
      }
    }
  }

  enum Back: PoolFunction {
    static func call(_ amount: Int) throws {
      try accounts.value?.right.withLock {
        try accounts.value?.left.withLock { print("\(amount) from right to left", flush: true) }
      }
    }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: Accounts(left: Lock(), right: Lock())) { pool in
      try pool.applyAsync(Forth.self, 10)
      try pool.applyAsync(Back.self, 20)
      pool.close()
      try pool.join()
    }
  }
}
