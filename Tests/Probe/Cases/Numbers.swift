import Glibc
import Multiprocessing

extension Cases {
  /// Numbers of processes, and replacement.
  static let numbers: [Case] = [
    Case("one-counter-numbers-the-workers-of-all-pools", "1.29", in: [.spawn]) { _ in
      var expected = 1
      for place in [Place.fork, .spawn, .forkserver, .fork] {
        try Gates.with { gates in
          try place.withPool(2, initializer: gates) { pool in
            let names = try (0..<2).map { _ in try pool.applyAsync(WhoIsAtGate()) }
            try gates.awaitArrivals(2)
            try gates.open(2)
            try expectEqual(
              Set(names.map { try $0.get().process }),
              ["\(place.workerPrefix)-\(expected)", "\(place.workerPrefix)-\(expected + 1)"], "The workers")
          }
        }
        expected += 2
      }
    },

    Case("a-worker-is-replaced-after-its-limit-of-tasks", "1.30, 2.2, 2.22, 4.21", in: Place.processes) { place in
      func names(_ run: (Pool) throws -> [String]) throws -> [Int] {
        try place.withPool(1, maxTasksPerChild: 2) { pool in
          let names = try run(pool)
          let numbers = names.compactMap { Int($0.split(separator: "-").last ?? "") }
          try expectEqual(numbers.count, names.count, "Names with numbers in \(names)")
          return numbers.map { $0 - (numbers.min() ?? 0) }
        }
      }
      let six = Array(repeating: WorkerName(), count: 6)
      try expectEqual(names { try $0.map(six, chunkSize: 1) }, [0, 0, 1, 1, 2, 2], "map in chunks of 1")
      try expectEqual(names { try $0.map(six, chunkSize: 2) }, [0, 0, 0, 0, 1, 1], "map in chunks of 2")
      try expectEqual(
        names { try $0.imap(Run<WorkerName>.self, six, chunkSize: 3).collect() }, [0, 0, 0, 0, 0, 0], "imap in chunks of 3")
      try expectEqual(names { pool in try six.map { try pool.apply($0) } }, [0, 0, 1, 1, 2, 2], "apply")
    },

    Case("a-hundred-tasks-through-workers-of-ten", "2.22, 7 pool_worker_lifetime", in: Place.processes) { place in
      try place.withPool(3, maxTasksPerChild: 10) { pool in
        let results = try (0..<100).map { try pool.applyAsync(Square.self, $0) }
        try expectEqual(results.map { try $0.get() }, (0..<100).map { $0 * $0 }, "The squares")
        let workers = Set(try pool.map(Array(repeating: WhoAmI(), count: 30), chunkSize: 1).map(\.processID))
        try expect(workers.count > 2, "Thirty tasks ran in \(workers.count) processes")
      }
    },

    Case("closing-early-waits-for-replaced-workers", "4.7, 7 pool_worker_lifetime_early_close", in: Place.processes) { place in
      let pool = try place.pool(3, maxTasksPerChild: 1)
      let results = try (0..<6).map { try pool.applyAsync(Sleep(seconds: 0.05, value: $0)) }
      pool.close()
      try pool.join()
      try expect(results.allSatisfy(\.isReady), "A result is not ready after join")
      try expectEqual(results.map { try $0.get() }, Array(0..<6), "The results")
    },

    Case("many-replacements-one-task-each", "2.22, 2.23", in: Place.processes) { place in
      try place.withPool(2, maxTasksPerChild: 1) { pool in
        let names = try pool.map(Array(repeating: WorkerName(), count: 100), chunkSize: 1)
        try expectEqual(Set(names).count, 100, "The number of workers for 100 tasks")
      }
    },

    Case("a-pool-in-a-worker-numbers-below-it", "1.31, 1.39, 8.15, 7 pool_in_process", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let answer = try pool.apply(InnerPool(method: place.startMethod()))
        let number = answer.outer.identity.first ?? 0
        try expectEqual(answer.inner.process, "\(place.workerPrefix)-\(number):1", "The inner worker's name")
        try expectEqual(answer.inner.identity, [number, 1], "The inner worker's identity")
        try expectEqual(answer.inner.parent, answer.outer.process, "The inner worker's parent")
        try expectEqual(answer.inner.parentProcessID, answer.outer.processID, "The inner worker's parent's process id")
        try expectEqual(answer.squares, [0, 1, 4, 9], "The squares of the inner pool")
      }
    },

    Case("pools-in-workers-of-every-other-method", "1.39, 5.9, 8.15", in: Place.processes) { place in
      for inner in Place.processes {
        try place.withPool(1) { pool in
          let answer = try pool.apply(InnerPool(method: inner.startMethod()))
          try expectEqual(answer.inner.method, inner.rawValue, "The method of a \(inner) pool in a \(place) worker")
          try expectEqual(answer.squares, [0, 1, 4, 9], "The squares of the inner pool")
        }
      }
    },

    Case("pools-three-deep", "1.31", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let names = try pool.apply(Nested(depth: 3, method: place.startMethod()))
        try expectEqual(
          names, ["1", "1:1", "1:1:1", "1:1:1:1"].map { "\(place.workerPrefix)-\($0)" }, "The names on the way down")
      }
    },

    Case("thread-pools-work-in-workers", "1.39", in: Place.processes) { place in
      try place.withPool(2) { pool in
        try expectEqual(pool.map(Array(repeating: SquaresOnThreads(), count: 4)), Array(repeating: [0, 1, 4, 9], count: 4),
          "The squares")
      }
    },
  ]
}

/// A pool of one in a worker.
struct InnerPool: PoolTask {
  var method: StartMethod

  struct Answer: Codable, Sendable {
    var outer: WhoAmI.Answer
    var inner: WhoAmI.Answer
    var squares: [Int]
  }

  func run() throws -> Answer {
    try withPool(processes: 1, context: Context(method)) { pool in
      Answer(outer: WhoAmI.answer, inner: try pool.apply(WhoAmI()), squares: try pool.map(Square.self, 0..<4))
    }
  }
}

/// Pools in pools; the names of the workers from here down.
struct Nested: PoolTask {
  var depth: Int
  var method: StartMethod

  func run() throws -> [String] {
    let own = ProcessIdentity.current.name
    guard depth > 0 else { return [own] }
    return try withPool(processes: 1, context: Context(method)) { pool in
      [own] + (try pool.apply(Nested(depth: depth - 1, method: method)))
    }
  }
}

struct SquaresOnThreads: PoolTask {
  func run() throws -> [Int] {
    let pool = try ThreadPool(processes: 2)
    defer {
      pool.close()
      try? pool.join()
    }
    return try pool.map(Square.self, 0..<4)
  }
}
