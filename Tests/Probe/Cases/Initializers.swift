import Glibc
import Multiprocessing

extension Cases {
  /// Initializers.
  static let initializers: [Case] = [
    Case("an-initializer-runs-once-in-each-worker-before-its-first-task", "2.1, 2.2, P4, P7") { place in
      let seen = try SimpleQueue<Int>()
      defer { CountSetup.runs.value = 0 }
      let pool = try place.pool(3, initializer: CountSetup(seen: seen))
      let runs = try pool.map((0..<30).map { _ in RunsSeen() }, chunkSize: 1)
      pool.close()
      try pool.join()
      var count = 0
      while !seen.isEmpty { count += try seen.get() }
      try expectEqual(count, 3, "How often the initializer ran")
      if place == .thread {
        try expect(runs.allSatisfy { (1...3).contains($0) }, "A task ran before the initializer: \(runs)")
      } else {
        try expectEqual(Set(runs), [1], "How often it had run in a task's worker")
      }
    },

    Case("many-workers-start-at-once-with-an-initializer-larger-than-a-message", in: [.fork, .forkserver]) { place in
      // More than are asked for before the first answer is waited for.
      let count = 20
      let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
      let sum = bytes.reduce(0) { $0 + Int($1) }
      let before = SystemState.descendants(of: getpid()).count
      try place.withPool(count, initializer: LargeSetup(bytes: bytes)) { pool in
        try expectEqual(pool.map((0..<100).map { _ in LargeSum() }, chunkSize: 1), (0..<100).map { _ in sum }, "The sums")
        // And the one that forks them.
        try expectEqual(SystemState.descendants(of: getpid()).count - before, count + 1, "The processes of the pool")
      }
    },

    Case("an-initializer-runs-without-tasks", "2.3, 7 pool_initializer") { place in
      let seen = try SimpleQueue<Int>()
      defer { CountSetup.runs.value = 0 }
      let pool = try place.pool(1, initializer: CountSetup(seen: seen))
      pool.close()
      try pool.join()
      try expectEqual(seen.get(), 1, "The run")
      try expect(seen.isEmpty, "The initializer ran again")
    },

    Case("an-initializer-runs-in-every-replacement", "2.2", in: Place.processes) { place in
      let seen = try SimpleQueue<Int>()
      let pool = try place.pool(1, initializer: CountSetup(seen: seen), maxTasksPerChild: 1)
      for _ in 0..<3 { try expectEqual(pool.apply(RunsSeen()), 1, "How often it had run in the task's worker") }
      // Three workers for three tasks, and a fourth that is idle.
      for _ in 0..<4 { _ = try seen.get() }
      pool.close()
      try pool.join()
      try expect(seen.isEmpty, "The initializer ran a fifth time")
    },

    Case("initargs-arrive-in-order", "P5") { place in
      defer { ThreeArguments.received.value = [] }
      try place.withPool(2, initializer: ThreeArguments(first: "one", second: 2, third: [3, 4])) { pool in
        let received = try pool.map(Array(repeating: Received(), count: 8), chunkSize: 1)
        try expectEqual(Set(received), [["one", "2", "[3, 4]"]], "The arguments")
      }
    },

    Case("a-global-set-by-the-initializer-is-the-worker-s-own", "P10, 5.19", in: Place.processes) { place in
      try Gates.with { gates in
        let setup = GlobalSetup(value: 100, gates: gates)
        try place.withPool(2, initializer: setup) { pool in
          // Two workers, each at the gate once: both have the value, and each counts for itself.
          let values = try (0..<2).map { _ in try pool.applyAsync(BumpGlobal()) }
          try gates.awaitArrivals(2)
          try gates.open(2)
          try expectEqual(values.map { try $0.get() }, [101, 101], "The values after one step in each worker")
        }
        try expectEqual(GlobalSetup.global.value, 0, "The value in the main process")
      }
    },

    Case("a-global-set-by-the-initializer-is-shared-by-threads", "T3", in: [.thread]) { place in
      try Gates.with { gates in
        defer { GlobalSetup.global.value = 0 }
        try place.withPool(1, initializer: GlobalSetup(value: 100, gates: gates)) { pool in
          let value = try pool.applyAsync(BumpGlobal())
          try gates.awaitArrivals(1)
          try gates.open(1)
          try expectEqual(value.get(), 101, "The value")
          try expectEqual(GlobalSetup.global.value, 101, "The value in the main thread")
        }
      }
    },

    Case("globals-before-the-pool-are-seen-by-fork-only", "5.19, 2.24", in: Place.processes) { place in
      let global = GlobalSetup.global
      global.value = 7
      try place.withPool(1, maxTasksPerChild: 1) { pool in
        let expected = place == .fork ? 7 : 0
        try expectEqual(pool.apply(ReadGlobal()), expected, "The value set before the pool was made")
        global.value = 8
        try pool.apply(Nothing())
        // A replacement sees the program as it was when the pool was made.
        try expectEqual(pool.apply(ReadGlobal()), expected, "The value in a replacement")
      }
    },

    Case("an-initializer-that-throws-breaks-the-pool", "2.4, 2.6, 8.4") { place in
      let pool = try place.pool(2, initializer: FailingSetup(value: -5))
      let results = try (0..<5).compactMap { _ in
        // The failure may come before a call, which then says so.
        do { return try pool.applyAsync(Nothing()) } catch let error as MultiprocessingError where error.code == .poolNotRunning {
          try expect(error.message.contains("neg -5"), "The refusal does not say why: \(error)")
          return nil
        }
      }
      for result in results {
        let error = try expectError(.initializerFailed) { try result.get(timeout: .seconds(30)) }
        try expect(error.message.contains("neg -5"), "The error does not say why: \(error)")
      }
      try pool.join()
      let error = try expectError(.poolNotRunning) { try pool.apply(Nothing()) }
      try expect(error.message.contains("neg -5"), "The refusal does not say why: \(error)")
      try expectEqual((error.cause as? MultiprocessingError)?.code, .initializerFailed, "The cause of the refusal")
      pool.terminate()
      try pool.join()
    },

    Case("a-throwing-initializer-is-not-tried-for-ever", "2.4, 8.4") { place in
      let seen = try SimpleQueue<Int>()
      let pool = try place.pool(3, initializer: CountThenFail(seen: seen))
      _ = try? pool.applyAsync(Nothing()).get()
      try pool.join()
      var count = 0
      while !seen.isEmpty { count += try seen.get() }
      try expect((1...3).contains(count), "The initializer was tried \(count) times")
    },

    Case("a-map-and-an-imap-throw-the-initializer-s-error", "2.4") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: FailAfterGate(gates: gates))
        try gates.awaitArrivals(1)
        let map = try pool.mapAsync(Square.self, 0..<10)
        let iterator = try pool.imap(Square.self, 0..<10)
        let errors = Collected<String>()
        let result = try pool.applyAsync(Nothing(), errorCallback: { errors.append("\($0)") })
        try gates.open(1)
        try expectError(.initializerFailed) { try map.get(timeout: .seconds(30)) }
        try expectError(.initializerFailed) { try iterator.next(timeout: .seconds(30)) }
        try expectError(.initializerFailed) { try result.get(timeout: .seconds(30)) }
        try pool.join()
      }
    },

    Case("an-initializer-that-exits-breaks-the-pool", "2.5, 8.4", in: Place.processes) { place in
      let pool = try place.pool(2, initializer: ExitSetup(status: 3))
      let error = try expectError { try pool.applyAsync(Nothing()).get(timeout: .seconds(50)) }
      try expect(error.message.contains("exit status 3"), "The error does not say how the worker ended: \(error)")
      try pool.join()
    },

    Case("an-initializer-that-crashes-breaks-the-pool", "2.4, 8.4", in: Place.processes) { place in
      let pool = try place.pool(2, initializer: SignalSetup(signal: SIGKILL))
      let error = try expectError { try pool.applyAsync(Nothing()).get(timeout: .seconds(50)) }
      try expect(error.message.contains("signal 9"), "The error does not say how the worker ended: \(error)")
      try pool.join()
    },

    Case("a-pool-with-one-unlucky-start-goes-on", "8.4", in: Place.processes) { place in
      let tries = try SimpleQueue<Int>()
      try tries.put(1)
      try place.withPool(1, initializer: CrashWhileTold(tries: tries)) { pool in
        try expectEqual(pool.apply(Square.self, 3), 9, "The square")
        try expectEqual(pool.apply(WorkerName()), "\(place.workerPrefix)-2", "The worker")
      }
    },

    Case("an-initializer-runs-in-the-worker-s-thread", "P8, T2") { place in
      let seen = try SimpleQueue<String>()
      defer { ThreadOfSetup.seen.value = nil }
      try place.withPool(1, initializer: ThreadOfSetup(queue: seen)) { pool in
        let thread = try pool.apply(NameOfThread())
        try expectEqual(seen.get(), thread, "The thread of the initializer")
        try expectEqual(thread, place == .thread ? "Thread-1 (worker)" : "MainThread", "The thread")
      }
    },

    Case("no-initializer-is-fine", "P3") { place in
      try place.withPool(1, initializer: nil) { try expectEqual($0.apply(Square.self, 2), 4, "The square") }
    },
  ]
}

/// Fails the case unless the body throws an error of the library, of whatever code.
func expectError(line: Int = #line, _ body: () throws -> some Any) throws -> MultiprocessingError {
  do {
    _ = try body()
  } catch let error as MultiprocessingError where error.code != .timeout {
    return error
  } catch {
    throw Failure("\(error) was thrown instead of an error that says what happened (line \(line))")
  }
  throw Failure("Nothing was thrown (line \(line))")
}

struct CountSetup: Initializer {
  static let runs = ProcessLocal(0)
  let seen: SimpleQueue<Int>
  func run() throws {
    Self.runs.withValue { $0 += 1 }
    try seen.put(1)
  }
}

struct RunsSeen: PoolTask {
  func run() -> Int { CountSetup.runs.value }
}

struct ThreeArguments: Initializer {
  static let received = ProcessLocal<[String]>([])
  var first: String
  var second: Int
  var third: [Int]
  func run() { Self.received.value = [first, "\(second)", "\(third)"] }
}

struct Received: PoolTask {
  func run() -> [String] { ThreeArguments.received.value }
}

struct GlobalSetup: Initializer {
  static let global = ProcessLocal(0)
  var value: Int
  let gates: Gates
  func run() {
    gates.run()
    Self.global.value = value
  }
}

struct BumpGlobal: PoolTask {
  func run() throws -> Int {
    _ = try AtGate().run()
    GlobalSetup.global.withValue { $0 += 1 }
    return GlobalSetup.global.value
  }
}

struct ReadGlobal: PoolTask {
  func run() -> Int { GlobalSetup.global.value }
}

struct CountThenFail: Initializer {
  let seen: SimpleQueue<Int>
  func run() throws {
    try seen.put(1)
    throw Negative(value: -1)
  }
}

struct FailAfterGate: Initializer {
  let gates: Gates
  func run() throws {
    gates.run()
    _ = try AtGate().run()
    throw Negative(value: -1)
  }
}

struct ExitSetup: Initializer {
  var status: Int32
  func run() { exit(status) }
}

struct SignalSetup: Initializer {
  var signal: Int32
  func run() { kill(getpid(), signal) }
}

/// Kills its worker as often as the queue says.
struct CrashWhileTold: Initializer {
  let tries: SimpleQueue<Int>
  func run() throws {
    guard !tries.isEmpty else { return }
    _ = try tries.get()
    kill(getpid(), SIGKILL)
  }
}

struct ThreadOfSetup: Initializer {
  static let seen = ProcessLocal<SimpleQueue<String>?>(nil)
  let queue: SimpleQueue<String>
  func run() throws { try queue.put(ThreadIdentity.current.name) }
}

struct NameOfThread: PoolTask {
  func run() -> String { ThreadIdentity.current.name }
}

struct LargeSetup: Initializer {
  static let sum = ProcessLocal(0)
  var bytes: [UInt8]
  func run() { Self.sum.value = bytes.reduce(0) { $0 + Int($1) } }
}

struct LargeSum: PoolTask {
  func run() -> Int { LargeSetup.sum.value }
}
