import Multiprocessing

enum X5Solution: ExerciseProgram {
  static let accounts = ProcessLocal<Accounts?>(nil)

  struct Accounts: Initializer {
    let left: Lock
    let right: Lock

    func run() { accounts.value = self }

    /// Left before right, whoever asks.
    func withBoth(_ body: () -> Void) throws { try left.withLock { try right.withLock(body) } }
  }

  enum Forth: PoolFunction {
    static func call(_ amount: Int) throws {
      try accounts.value?.withBoth { print("\(amount) from left to right", flush: true) }
    }
  }

  enum Back: PoolFunction {
    static func call(_ amount: Int) throws {
      try accounts.value?.withBoth { print("\(amount) from right to left", flush: true) }
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
