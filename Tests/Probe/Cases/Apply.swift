import Multiprocessing

extension Cases {
  /// apply and applyAsync.
  static let apply: [Case] = [
    Case("apply-returns-the-value", "3.1, 7 apply") { place in
      try place.withPool(2) { pool in
        try expectEqual(pool.apply(Square.self, 5), 25, "A function")
        try expectEqual(pool.apply(Sleep(seconds: 0, value: 7)), 7, "A task")
        try pool.apply(Nothing())
        try expectEqual(pool.applyAsync(Square.self, 6).get(), 36, "A function later")
        try expectEqual(pool.applyAsync(Sleep(seconds: 0, value: 8)).get(), 8, "A task later")
      }
    },

    Case("one-worker-serves-calls-in-order", "3.3") { place in
      try place.withPool(1, initializer: ResetLog()) { pool in
        let map = try pool.mapAsync([0, 1, 2].map { Log(value: $0) }, chunkSize: 1)
        let apply = try pool.applyAsync(Log(value: 3))
        let imap = try pool.imap(Run<Log>.self, [Log(value: 4), Log(value: 5)])
        _ = try imap.collect()
        _ = try (map.get(), apply.get())
        try expectEqual(pool.apply(ReadLog()), [0, 1, 2, 3, 4, 5], "The order of running")
      }
    },

    Case("workers-are-reused", "P1", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let pids = try pool.map(Array(repeating: WhoAmI(), count: 50), chunkSize: 1).map(\.processID)
        try expect(Set(pids).count <= 2, "Fifty tasks ran in \(Set(pids).count) processes")
      }
    },

    Case("no-more-tasks-at-a-time-than-workers", "P6") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let results = try (0..<4).map { try pool.applyAsync(AtGate(value: $0)) }
          try gates.awaitArrivals(2)
          try expect(gates.arrived.isEmpty, "A third task has begun while two stand at the gate")
          try gates.open(4)
          try expectEqual(results.map { try $0.get() }, [0, 1, 2, 3], "The results")
        }
      }
    },

    Case("an-error-comes-back-with-its-cause", "2.7, 2.8, 2.11, 7 traceback", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let result = try pool.applyAsync(CheckedSquare.self, -3)
        let error = try expectError(.taskFailed) { try result.get() }
        try expectEqual(error.cause as? Negative, Negative(value: -3), "The cause")
        try expectEqual(error.remote?.worker, "\(place.workerPrefix)-1", "The worker")
        try expectEqual(error.remote?.description, "neg -3", "The description")
        try expect(error.remote?.errorType.hasSuffix("Negative") == true, "The type's name is \(error.remote?.errorType ?? "")")
        try expect(error.description.contains("neg -3"), "The text does not say what failed: \(error)")
        // 2.11: the same error each time; and the worker goes on.
        let again = try expectError(.taskFailed) { try result.get() }
        try expectEqual(again.remote, error.remote, "The failure the second time")
        try expect(try !result.successful(), "A failed result is successful")
        let worker = try pool.apply(WhoAmI())
        try expectEqual(worker.processID, error.remote?.processID, "The worker afterwards")
      }
    },

    Case("an-error-that-is-not-codable-keeps-its-text", "2.8", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let error = try expectError(.taskFailed) { try pool.apply(ThrowPlain()) }
        try expect(error.cause == nil, "There is a cause: \(String(describing: error.cause))")
        try expectEqual(error.remote?.description, "a plain error with 42", "The description")
      }
    },

    Case("threads-throw-the-error-as-it-is", "2.10, 7 wrapped_exception", in: [.thread]) { place in
      try place.withPool(1) { pool in
        let result = try pool.applyAsync(CheckedSquare.self, -3)
        for _ in 0..<2 {
          do {
            _ = try result.get()
            throw Failure("Nothing was thrown.")
          } catch let error as Negative {
            try expectEqual(error, Negative(value: -3), "The error")
          }
        }
        do {
          _ = try pool.apply(ThrowPlain())
          throw Failure("Nothing was thrown.")
        } catch is ThrowPlain.Plain {}
      }
    },

    Case("threads-take-closures-and-hand-over-objects", "2.10, 6.3", in: [.thread]) { _ in
      final class Thing: Sendable {}
      let thing = Thing()
      try withThreadPool(processes: 1) { pool in
        let back = try pool.apply { thing }
        try expect(back === thing, "Another object came back")
        try expectEqual(pool.applyAsync { 42 }.get(), 42, "A closure's value")
        do {
          _ = try pool.apply { () throws -> Int in throw Negative(value: -1) }
          throw Failure("Nothing was thrown.")
        } catch let error as Negative {
          try expectEqual(error.value, -1, "The error of a closure")
        }
        pool.close()
        try pool.join()
      }
    },

    Case("a-hundred-thousand-small-tasks", within: .seconds(240)) { place in
      try place.withPool(2) { pool in
        let count = 100_000
        let results = try (0..<count).map { try pool.applyAsync(Identity.self, $0) }
        for (index, result) in results.enumerated() { try expectEqual(result.get(), index, "The result \(index)") }
      }
    },

    Case("two-pools-at-once", "issue 2") { place in
      try place.withPool(1) { first in
        try place.withPool(1) { second in
          for round in 0..<50 {
            try expectEqual(first.apply(Square.self, round), round * round, "The first pool")
            try expectEqual(second.apply(Square.self, -round), round * round, "The second pool")
          }
          let a = try first.mapAsync(Square.self, 0..<100)
          let b = try second.mapAsync(Square.self, 0..<100)
          try expectEqual(a.get(), b.get(), "Both pools at once")
        }
      }
    },

    Case("many-threads-submit-to-one-pool", "4.23") { place in
      try place.withPool(2) { pool in
        try withThreadPool(processes: 4) { users in
          let sums = try users.map(Identity.self, 0..<4)
          try expectEqual(sums, [0, 1, 2, 3], "The user threads")
          let results = try (0..<4).map { user in
            try users.applyAsync { try (0..<100).map { try pool.apply(Identity.self, user * 1000 + $0) } }
          }
          for (user, result) in results.enumerated() {
            try expectEqual(result.get(), (0..<100).map { user * 1000 + $0 }, "What user \(user) got")
          }
          users.close()
          try users.join()
        }
      }
    },
  ]
}

/// What the calling worker has run, in order.
private let log = ProcessLocal<[Int]>([])

struct ResetLog: Initializer {
  func run() { log.value = [] }
}

struct Log: PoolTask {
  var value: Int
  func run() -> Int {
    log.withValue { $0.append(value) }
    return value
  }
}

struct ReadLog: PoolTask {
  func run() -> [Int] { log.value }
}

struct ThrowPlain: PoolTask {
  struct Plain: Error, CustomStringConvertible {
    var value: Int
    var description: String { "a plain error with \(value)" }
  }
  func run() throws { throw Plain(value: 42) }
}
