import Multiprocessing
import Simulation

/// Programs small enough to explore whole, each of which shows one promise of the pool in what it prints.
enum Seeded {
  struct SayName: Initializer {
    func run() { print("init \(ProcessIdentity.current.name)", flush: true) }
  }

  struct Refuse: Initializer {
    struct Failure: Error, Codable {}
    func run() throws {
      print("init", flush: true)
      throw Failure()
    }
  }

  struct Named: PoolTask {
    var number: Int
    func run() { print("task \(number) \(ProcessIdentity.current.name)", flush: true) }
  }

  struct Numbered: PoolTask {
    var number: Int
    func run() { print("task \(number)", flush: true) }
  }

  struct Quiet: PoolTask {
    func run() { print("task", flush: false) }
  }

  struct Negative: Error, Codable, CustomStringConvertible {
    var number: Int
    var description: String { "negative \(number)" }
  }

  enum Double: PoolFunction {
    static func call(_ number: Int) throws -> Int {
      guard number >= 0 else { throw Negative(number: number) }
      return number * 2
    }
  }

  enum SayAndDouble: PoolFunction {
    static func call(_ number: Int) throws -> Int {
      print("task \(number)", flush: true)
      return try Double.call(number)
    }
  }

  static let named = Program("two named workers, two tasks") {
    try withPool(processes: 2, initializer: SayName()) { pool in
      for number in 0..<2 { try pool.applyAsync(Named(number: number)) }
      pool.close()
      try pool.join()
      print("joined", flush: true)
    }
  }

  static let numbered = Program("one worker, three tasks") {
    try withPool(processes: 1) { pool in
      for number in 0..<3 { try pool.applyAsync(Numbered(number: number)) }
      pool.close()
      try pool.join()
      print("joined", flush: true)
    }
  }

  static let map = Program("map of three") {
    try withPool(processes: 2) { pool in print("\(try pool.map(Double.self, 1...3, chunkSize: 1))", flush: true) }
  }

  static let mapThenClose = Program("map of two, closed at once") {
    try withPool(processes: 2) { pool in
      try pool.mapAsync(SayAndDouble.self, 1...2, chunkSize: 1)
      pool.close()
      try pool.join()
      print("joined", flush: true)
    }
  }

  static let failingMap = Program("map of two, the first or both fail") {
    for inputs in [[-1, 2], [-1, -3]] {
      try withPool(processes: 1) { pool in
        do { _ = try pool.map(SayAndDouble.self, inputs, chunkSize: 1) } catch let error as MultiprocessingError {
          print("failed: \(error.cause ?? error)", flush: true)
        }
      }
    }
  }

  static let imap = Program("imap of three") {
    try withPool(processes: 2) { pool in
      let outputs = try pool.imap(Double.self, 1...3)
      while let output = try outputs.next() { print("got \(output)", flush: true) }
    }
  }

  static let imapUnordered = Program("imapUnordered of two") {
    try withPool(processes: 2) { pool in
      let outputs = try pool.imapUnordered(Double.self, 1...2)
      while let output = try outputs.next() { print("got \(output)", flush: true) }
    }
  }

  static let failingInputs = Program("imap whose inputs fail after one") {
    let drawn = ProcessLocal(0)
    try withPool(processes: 1) { pool in
      let outputs = try pool.imap(Double.self, drawing: {
        let number = drawn.value
        drawn.value += 1
        guard number < 1 else { throw Negative(number: -9) }
        return number
      })
      do {
        while let output = try outputs.next() { print("got \(output)", flush: true) }
        print("ended", flush: true)
      } catch { print("failed: \(error)", flush: true) }
    }
  }

  static let boundedInputs = Program("imap with a look-ahead of one") {
    let drawn = ProcessLocal(0)
    try withPool(processes: 1) { pool in
      let outputs = try pool.imap(Double.self, drawing: {
        let number = drawn.value
        guard number < 3 else { return nil }
        drawn.value += 1
        print("draw \(number)", flush: true)
        return number
      }, lookAhead: 1)
      while let output = try outputs.next() { print("got \(output)", flush: true) }
    }
  }

  static let callbacks = Program("a callback for each outcome") {
    try withPool(processes: 1) { pool in
      for number in [1, -1] {
        let result = try pool.applyAsync(
          Double.self, number, callback: { print("callback \($0)", flush: true) },
          errorCallback: { _ in print("error callback", flush: true) })
        result.wait()
        print("ready", flush: true)
      }
    }
  }

  static let perChild = Program("a worker for each task") {
    try withPool(processes: 1, maxTasksPerChild: 1) { pool in
      for number in 0..<2 { try pool.applyAsync(Named(number: number)) }
      pool.close()
      try pool.join()
      print("joined", flush: true)
    }
  }

  static let terminated = Program("terminated at once") {
    try withPool(processes: 1) { pool in
      for number in 0..<2 { try pool.applyAsync(Numbered(number: number)) }
      pool.terminate()
      try pool.join()
      print("joined", flush: true)
    }
  }

  static let failingInitializer = Program("an initializer that fails") {
    try withPool(processes: 1, initializer: Refuse()) { pool in
      do {
        try pool.applyAsync(Numbered(number: 0)).get()
        print("done", flush: true)
      } catch let error as MultiprocessingError { print("failed: \(error.code)", flush: true) }
    }
  }

  static let unflushed = Program("a task that does not flush") {
    try withPool(processes: 1) { pool in
      try pool.apply(Quiet())
      print("done", flush: true)
    }
  }

  static let all = [
    named, numbered, map, mapThenClose, failingMap, imap, imapUnordered, failingInputs, boundedInputs, callbacks, perChild,
    terminated, failingInitializer, unflushed,
  ]
}
