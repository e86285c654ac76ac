import Glibc
import Multiprocessing

extension Cases {
  private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

  /// Items of the catalogue that no other file covers: starting, chunks, inputs.
  static let parityPools: [Case] = [
    Case("a-pool-of-three-has-three-workers", "7 make_pool") { place in
      try Gates.with { gates in
        try place.withPool(3, initializer: gates) { pool in
          try expectEqual(pool.processes, 3, "The size")
          let results = try (0..<4).map { try pool.applyAsync(AtGate(value: $0)) }
          let pids = try gates.awaitArrivals(3)
          try expectEqual(Set(pids).count, place == .thread ? 1 : 3, "The processes of three tasks at the gate")
          try expect(gates.arrived.isEmpty, "A fourth task runs in a pool of three")
          try gates.open(4)
          try expectEqual(results.map { try $0.get(timeout: .seconds(30)) }, [0, 1, 2, 3], "The results")
        }
      }
    },

    Case("a-pool-that-cannot-start-leaves-nothing", "1.13, 7 release_unused_processes", in: Place.processes) { place in
      // What a first pool makes stays: the server, and the descriptor of this process.
      try place.withPool(1) { _ in }
      let taken = SystemState.descriptors()
      let lowestFree = (Int32(0)...).first { taken[$0] == nil } ?? 0
      var limits = rlimit()
      getrlimit(Self.openFiles, &limits)
      var (refused, started) = (0, 0)
      for spare in 0...40 {
        var few = limits
        few.rlim_cur = rlim_t(lowestFree + Int32(spare))
        setrlimit(Self.openFiles, &few)
        let outcome = Result { try place.pool(4) }
        setrlimit(Self.openFiles, &limits)
        switch outcome {
        case .success(let pool):
          started += 1
          pool.terminate()
          try pool.join()
        case .failure(let error):
          refused += 1
          try expect(error is MultiprocessingError, "The error is \(error)")
        }
        func workers() -> [Int32] {
          SystemState.descendants(of: getpid()).filter { SystemState.command(of: $0) != "mp-server" }
        }
        try expect(eventually { workers().isEmpty }, "Workers are left with \(spare) descriptors to spare: \(workers())")
        try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread"], "The threads with \(spare) descriptors to spare")
      }
      try expect(refused > 0 && started > 0, "\(refused) pools were refused and \(started) started")
      try place.withPool(2) { try expectEqual($0.apply(Square.self, 3), 9, "A pool afterwards") }
    },

    Case("what-a-pool-costs-in-descriptors", "1.19") { place in
      let before = Set(SystemState.descriptors().keys)
      // What a first pool makes stays: the server, and the descriptor of this process. The last reference to a pool is a
      // helper thread's, which ends a moment later: the number has settled when it is that of a process without pools.
      try place.withPool(1) { _ in }
      let settled = (place == .forkserver ? 2 : 0) + (place == .thread ? 0 : 1)
      func own() -> Int { SystemState.descriptors().keys.count { !before.contains($0) } }
      func cost(_ size: Int) throws -> Int {
        // The system's library opens files of its own for a moment when threads start.
        let open = try place.withPool(size) { _ in
          if place == .thread, eventually({ own() == 0 }) { return 0 }
          return (0..<5).map { _ in own() }.min() ?? 0
        }
        try expect(eventually { own() <= settled }, "A pool of \(size) leaves \(SystemState.descriptors())")
        return open - own()
      }
      let (small, large) = (try cost(2), try cost(6))
      // Per pool and per worker no more than CPython's, which needs ten for a pool of two.
      try expect(small <= 10, "A pool of 2 costs \(small) descriptors")
      try expect(large - small <= 8, "Four more workers cost \(large - small) descriptors")
      if place == .thread { try expectEqual([small, large], [0, 0], "The descriptors of thread pools") }
    },

    Case("the-default-chunk-size-is-cpython-s", "3.16") { place in
      // Of a chunk whose every item fails the first one runs: what runs are the beginnings of the chunks.
      let tables = [
        (1, [(1, 1), (4, 1), (5, 2), (9, 3), (10, 3), (16, 4), (17, 5), (33, 9), (64, 16), (100, 25)]),
        (2, [(1, 1), (8, 1), (9, 2), (17, 3), (32, 4), (33, 5), (65, 9), (100, 13)]),
        (3, [(9, 1), (16, 2), (32, 3), (33, 3), (64, 6), (100, 9)]), (4, [(16, 1), (17, 2), (65, 5), (100, 7)]),
      ]
      for (workers, table) in tables {
        for (count, size) in table {
          try expectEqual(
            beginningsOfChunks(place, workers, count), Array(stride(from: 0, to: count, by: size)),
            "The beginnings of the chunks of \(count) items for \(workers) workers")
        }
      }
    },

    Case("the-chunk-size-does-not-count-the-dead", "3.17, 8.22", in: Place.processes) { place in
      let seen = try SimpleQueue<Int>()
      defer { Report.queue.value = nil }
      try place.withPool(2, initializer: Report(seen: seen)) { pool in
        for _ in 0..<3 {
          try pool.apply(Nothing())
          let workers = SystemState.descendants(of: getpid()).filter { SystemState.command(of: $0) != "mp-server" }
          for worker in workers { killProcess(worker) }
          for worker in workers {
            try expect(SystemState.awaitEnd(of: worker, within: .seconds(5)), "The worker \(worker) survived")
          }
          try expectEqual(beginningsOfChunks(pool, seen, 17), Array(stride(from: 0, to: 17, by: 3)), "The chunks of 17 for 2")
        }
      }
    },

    Case("a-task-that-waits-for-its-own-pool-of-one-can-give-up", "3.4", in: [.thread]) { _ in
      try withThreadPool(processes: 1) { pool in
        let kept = Collected<AsyncResult<Int>>()
        let outer = try pool.applyAsync { [unowned pool] () throws -> String in
          let inner = try pool.applyAsync { 5 }
          kept.append(inner)
          do {
            return "\(try inner.get(timeout: .milliseconds(50)))"
          } catch let error as MultiprocessingError { return error.code.description }
        }
        // The inner task cannot begin: its pool's one thread waits for it.
        try expectEqual(outer.get(timeout: .seconds(30)), "timeout", "What the task got from its own pool")
        try expectEqual(kept.first().get(timeout: .seconds(30)), 5, "The inner task afterwards")
        pool.close()
        try pool.join()
      }
    },

    Case("inputs-that-fail-before-a-map-harm-nobody", "3.20, 3.21, 8.17, 7 map_handle_iterable_exception") { place in
      try place.withPool(2) { pool in
        for limit in [0, 3, 9] {
          for _ in 0..<3 {
            let inputs = FailingInputs(after: limit)
            do {
              _ = try pool.map(Square.self, (0..<10).map { _ in try inputs.next() ?? 0 })
              throw Failure("Nothing was thrown.")
            } catch is FailingInputs.Broken {}
          }
        }
        try expectEqual(pool.map(Square.self, 0..<5), [0, 1, 4, 9, 16], "The pool afterwards")
      }
    },

    Case("inputs-that-understate-their-number", "3.21, 3.22, 8.17") { place in
      try place.withPool(2) { pool in
        let squares = (0..<10).map { $0 * $0 }
        for size in [1, 3, 20] {
          try expectEqual(pool.map(Square.self, Understated(said: 4, count: 10), chunkSize: size), squares, "map")
          try expectEqual(pool.imap(Square.self, Understated(said: 0, count: 10), chunkSize: size).collect(), squares, "imap")
        }
        try expectEqual(pool.map(Square.self, Understated(said: 0, count: 0)), [], "map of nothing")
      }
    },

    Case("get-waits-as-long-as-its-task", "3.12, 7 async") { place in
      try place.withPool(1) { pool in
        let start = ContinuousClock.now
        try expectEqual(pool.applyAsync(Sleep(seconds: 0.2, value: 49)).get(), 49, "The value")
        let taken = ContinuousClock.now - start
        try expect(taken >= .milliseconds(200), "The task of 200 ms took \(taken)")
      }
    },
  ]

  /// The numbers of the items at which the chunks of a map begin, in order.
  private static func beginningsOfChunks(_ place: Place, _ workers: Int, _ count: Int) throws -> [Int] {
    let seen = try SimpleQueue<Int>()
    defer { Report.queue.value = nil }
    return try place.withPool(workers, initializer: Report(seen: seen)) { try beginningsOfChunks($0, seen, count) }
  }

  private static func beginningsOfChunks(_ pool: Pool, _ seen: SimpleQueue<Int>, _ count: Int) throws -> [Int] {
    let result = try pool.mapAsync((1...count).map { Reported(value: -$0) })
    result.wait(timeout: .seconds(30))
    try expect(try !result.successful(), "A map of failing items was successful")
    var beginnings: [Int] = []
    while !seen.isEmpty { beginnings.append(-(try seen.get()) - 1) }
    return beginnings.sorted()
  }
}

/// Inputs that are more than they say.
struct Understated: Sequence, Sendable {
  var said: Int
  var count: Int
  var underestimatedCount: Int { said }
  func makeIterator() -> Range<Int>.Iterator { (0..<count).makeIterator() }
}
