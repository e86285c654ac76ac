import Multiprocessing

/// How many tasks, items and bytes a second.
extension PoolBench {
  static func applyAsync(_ size: Size) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      var results: [AsyncResult<Int>] = []
      results.reserveCapacity(size.items)
      var submitted = 0.0
      let taken = try seconds {
        submitted = try seconds { for number in 0..<size.items { results.append(try pool.applyAsync(Next.self, number)) } }
        for number in 0..<size.items { try check(results[number].get() == number + 1, "a wrong result") }
      }
      return ["value": Double(size.items) / taken, "submit_us": submitted / Double(size.items) * 1e6]
    }
  }

  static func apply(_ size: Size, spin: Duration) throws -> [String: Double] {
    try withWarmPool(size, spin: spin) { pool in
      var times: [Double] = []
      for number in 0..<size.items + size.items / 10 {
        let taken = try seconds { try check(pool.apply(Next.self, number) == number + 1, "a wrong result") }
        if number >= size.items / 10 { times.append(taken * 1e6) }
      }
      times.sort()
      return ["value": times[times.count / 2], "p99": times[times.count * 99 / 100], "least": times[0]]
    }
  }

  /// Items a second of a call that gives back each item's successor.
  private static func rate(_ size: Size, _ call: (Pool) throws -> [Int]) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      var outputs: [Int] = []
      let taken = try seconds { outputs = try call(pool) }
      try check(outputs.count == size.items && outputs.reduce(0, &+) == size.items * (size.items + 1) / 2, "wrong results")
      return ["value": Double(size.items) / taken]
    }
  }

  static func map(_ size: Size) throws -> [String: Double] {
    try rate(size) { try $0.map(Next.self, 0..<size.items) }
  }

  static func mapChunk1(_ size: Size) throws -> [String: Double] {
    try rate(size) { try $0.map(Next.self, 0..<size.items, chunkSize: 1) }
  }

  static func imapChunk1(_ size: Size) throws -> [String: Double] {
    try rate(size) { try $0.imap(Next.self, 0..<size.items).collect() }
  }

  static func imapUnordered(_ size: Size) throws -> [String: Double] {
    try rate(size) { try $0.imapUnordered(Next.self, 0..<size.items, chunkSize: 64).collect() }
  }

  /// Megabytes a second, there and back counted once.
  static func payload(_ size: Size) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      let payloads = (0..<size.items).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: size.bytes) }
      var outputs: [[UInt8]] = []
      let taken = try seconds { outputs = try pool.map(Echo.self, payloads) }
      try check(outputs.first == payloads.first && outputs.last == payloads.last, "wrong results")
      return ["value": Double(size.items * size.bytes) / taken / 1e6]
    }
  }

  static func strings(_ size: Size) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      let texts = (0..<size.items).map { number in
        let digits = String(number)
        return String(repeating: "0", count: 64 - digits.utf8.count) + digits
      }
      var outputs: [String] = []
      let taken = try seconds { outputs = try pool.map(EchoText.self, texts) }
      try check(outputs.first == texts.first && outputs.last == texts.last, "wrong results")
      return ["value": Double(size.items) / taken]
    }
  }

  static func simpleQueue(_ size: Size) throws -> [String: Double] {
    let queue = try SimpleQueue<Sample>()
    return try gather(size, QueueSetup(queue: queue), PutSamples.self) { for _ in 0..<$0 { _ = try queue.get() } }
  }

  static func encodedQueue(_ size: Size) throws -> [String: Double] {
    let queue = try SimpleQueue<EncodedSample>()
    let setup = QueueSetup(queue: try SimpleQueue(), encodedQueue: queue)
    return try gather(size, setup, PutEncodedSamples.self) { for _ in 0..<$0 { _ = try queue.get() } }
  }

  /// Messages a second from the workers to this process, which takes as many as it is told.
  private static func gather<Put: PoolFunction>(
    _ size: Size, _ setup: QueueSetup, _ put: Put.Type, _ take: (Int) throws -> Void
  ) throws -> [String: Double] where Put.Input == Int, Put.Output == Void {
    try withPool(processes: size.workers, initializer: setup, context: Context(.fork)) { pool in
      _ = try pool.map(Next.self, 0..<4 * size.workers, chunkSize: 1)
      let share = size.items / size.workers
      var puts: [AsyncResult<Void>] = []
      let taken = try seconds {
        for _ in 0..<size.workers { puts.append(try pool.applyAsync(put, share)) }
        try take(share * size.workers)
      }
      for put in puts { try put.get() }
      return ["value": Double(share * size.workers) / taken]
    }
  }

  // MARK: Threads

  static func threadApplyAsync(_ size: Size) throws -> [String: Double] {
    try withThreadPool(processes: size.workers) { pool in
      _ = try pool.map(Next.self, 0..<100, chunkSize: 1)
      var results: [AsyncResult<Int>] = []
      results.reserveCapacity(size.items)
      let taken = try seconds {
        for number in 0..<size.items { results.append(try pool.applyAsync(Next.self, number)) }
        for number in 0..<size.items { try check(results[number].get() == number + 1, "a wrong result") }
      }
      return ["value": Double(size.items) / taken]
    }
  }

  static func threadMap(_ size: Size) throws -> [String: Double] {
    try withThreadPool(processes: size.workers) { pool in
      _ = try pool.map(Next.self, 0..<100, chunkSize: 1)
      var outputs: [Int] = []
      let taken = try seconds { outputs = try pool.map(Next.self, 0..<size.items) }
      try check(outputs.count == size.items && outputs.last == size.items, "wrong results")
      return ["value": Double(size.items) / taken]
    }
  }
}
