import Multiprocessing

extension Cases {
  /// map, starmap and their asynchronous forms.
  static let map: [Case] = [
    Case("map-returns-the-list-in-order", "3.15, 7 map, 7 map_async") { place in
      try place.withPool(4) { pool in
        try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "Ten squares")
        try expectEqual(pool.map(Square.self, 0..<100, chunkSize: 20), (0..<100).map { $0 * $0 }, "In chunks of 20")
        for size in [1, 2, 3, 7, 99, 100, 101] {
          try expectEqual(pool.map(Identity.self, 0..<100, chunkSize: size), Array(0..<100), "In chunks of \(size)")
        }
        try expectEqual(pool.mapAsync(Square.self, 0..<1000).get(), (0..<1000).map { $0 * $0 }, "Later")
        try expectEqual(
          pool.map((0..<10).map { Sleep(seconds: 0, value: $0) }), Array(0..<10), "Tasks that bring their function")
      }
    },

    Case("map-lists-the-inputs-in-the-calling-thread", "3.15") { place in
      try place.withPool(1) { pool in
        let seen = Collected<String>()
        let inputs = (0..<3).lazy.map { value -> Int in
          seen.append(ThreadIdentity.current.name)
          return value
        }
        try expectEqual(pool.map(Square.self, inputs), [0, 1, 4], "The squares")
        try expectEqual(seen.all, ["MainThread", "MainThread", "MainThread"], "Where the inputs were made")
      }
    },

    Case("starmap-takes-pairs", "3.25, 7 starmap, 7 starmap_async") { place in
      try place.withPool(4) { pool in
        let pairs = Array(zip(0..<10, (0..<10).reversed()))
        let powers = pairs.map { Power.call($0.0, $0.1) }
        try expectEqual(pool.starmap(Power.self, pairs), powers, "Powers")
        try expectEqual(pool.starmap(Power.self, zip(0..<10, (0..<10).reversed())), powers, "Powers of a zip")
        try expectEqual(pool.starmap(Power.self, pairs, chunkSize: 3), powers, "Powers in chunks of 3")
        try expectEqual(pool.starmapAsync(Power.self, pairs).get(), powers, "Powers later")
        try expectEqual(pool.starmap(Power.self, [(Int, Int)]()), [], "No pairs")
      }
    },

    Case("empty-inputs-give-empty-lists", "3.7, 3.26, 7 empty_iterable, 7 map_chunksize") { place in
      try place.withPool(1) { pool in
        let none: [Int] = []
        try expectEqual(pool.map(Square.self, none), [], "map")
        try expectEqual(pool.map(Square.self, none, chunkSize: 1), [], "map with a chunk size")
        try expect(pool.mapAsync(Square.self, none).isReady, "mapAsync of nothing is not ready at once")
        try expectEqual(pool.mapAsync(Square.self, none).get(timeout: .zero), [], "mapAsync")
        try expectEqual(pool.imap(Square.self, none).collect(), [], "imap")
        try expectEqual(pool.imapUnordered(Square.self, none).collect(), [], "imapUnordered")
        try expectEqual(pool.imap(Square.self, none, chunkSize: 5).collect(), [], "imap in chunks")
      }
    },

    Case("a-failing-item-skips-the-rest-of-its-chunk", "3.23") { place in
      for (size, expected) in [(3, [1, -2, 4, -5]), (1, [1, -2, 3, 4, -5, 6]), (6, [1, -2])] {
        let seen = try SimpleQueue<Int>()
        defer { Report.queue.value = nil }
        let pool = try place.pool(2, initializer: Report(seen: seen))
        let result = try pool.mapAsync([1, -2, 3, 4, -5, 6].map { Reported(value: $0) }, chunkSize: size)
        pool.close()
        try pool.join()
        try expect(try !result.successful(), "The map with failing items was successful")
        var ran: [Int] = []
        while !seen.isEmpty { ran.append(try seen.get()) }
        try expectEqual(ran.sorted(), expected.sorted(), "The items that ran in chunks of \(size)")
      }
    },

    Case("the-first-failure-to-arrive-is-the-maps", "3.24") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let result = try pool.mapAsync([FailAtGate(value: -4, waits: true), FailAtGate(value: -1, waits: false)], chunkSize: 1)
          try gates.awaitArrivals(1)
          // The second item fails while the first stands at the gate. Its failure has been handled when a later task's
          // result is there, for results are handled in the order in which one worker returns them.
          try pool.apply(Nothing())
          try expect(!result.isReady, "A map is ready though an item still runs")
          try gates.open(1)
          try expectEqual(failure(of: result), "neg -1", "The failure")
        }
      }
    },

    Case("in-one-chunk-the-first-failure-in-order-counts", "3.24") { place in
      try place.withPool(2) { pool in
        let result = try pool.mapAsync(CheckedSquare.self, [1, -4, -1], chunkSize: 3)
        try expectEqual(failure(of: result), "neg -4", "The failure")
      }
    },

    Case("a-map-with-a-failure-waits-for-all-chunks", "3.14, 7 map_no_failfast") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let result = try pool.mapAsync(
            [FailAtGate(value: 4, waits: true), FailAtGate(value: -1, waits: false)], chunkSize: 1)
          try gates.awaitArrivals(1)
          try pool.apply(Nothing())
          try expect(!result.isReady, "A map is ready though an item still runs")
          try expectError(.notReady) { try result.successful() }
          try expectError(.timeout) { try result.get(timeout: .milliseconds(20)) }
          try gates.open(1)
          try expectEqual(failure(of: result), "neg -1", "The failure")
          try expect(try !result.successful(), "The failed map is successful")
        }
      }
    },

    Case("a-large-failure-does-not-block-the-others", "7 map_no_failfast") { place in
      let pool = try place.pool(2)
      let result = try pool.mapAsync([0, 1].map { LargeFailure(index: $0) }, chunkSize: 1)
      result.wait(timeout: .seconds(30))
      try expect(result.isReady, "The map is not ready")
      try expect(try !result.successful(), "The failed map is successful")
      pool.close()
      try pool.join()
    },

    Case("a-map-with-every-chunk-failing-reports-once") { place in
      try place.withPool(3) { pool in
        let failures = Collected<String>()
        let result = try pool.mapAsync(
          CheckedSquare.self, (1...50).map { -$0 }, chunkSize: 1, errorCallback: { failures.append("\($0)") })
        _ = try? result.get()
        try expectEqual(failures.all.count, 1, "How often the error callback ran")
      }
    },

    Case("void-results-are-as-many-as-their-inputs", in: Place.allCases) { place in
      try place.withPool(2) { pool in
        try expectEqual(pool.map(Array(repeating: Nothing(), count: 9), chunkSize: 4).count, 9, "How many results")
        try pool.applyAsync(Nothing()).get()
        try expectEqual(
          pool.imap(Run<Nothing>.self, Array(repeating: Nothing(), count: 5)).collect().count, 5, "How many of imap")
      }
    },
  ]

  /// The description of the task's own error that a result throws, in every place.
  static func failure<Value>(of result: AsyncResult<Value>) -> String {
    do {
      _ = try result.get()
      return "no failure"
    } catch let error as MultiprocessingError {
      return error.remote?.description ?? error.message
    } catch {
      return "\(error)"
    }
  }
}

/// Stands at the gate if it is told to, then fails if its value is negative.
struct FailAtGate: PoolTask {
  var value: Int
  var waits: Bool
  func run() throws -> Int {
    if waits { _ = try AtGate().run() }
    return try CheckedSquare.call(value)
  }
}

struct LargeFailure: PoolTask {
  struct Large: Error, Codable { var text: String }
  var index: Int
  func run() throws {
    if index == 0 { throw Large(text: String(repeating: "*", count: 1_000_000)) }
    sleep(for: .milliseconds(100))
  }
}

/// Gives every worker a queue for what it has seen.
struct Report: Initializer {
  static let queue = ProcessLocal<SimpleQueue<Int>?>(nil)
  let seen: SimpleQueue<Int>
  func run() { Self.queue.value = seen }
}

/// Reports its value, and fails if it is negative.
struct Reported: PoolTask {
  var value: Int
  func run() throws -> Int {
    try Report.queue.value?.put(value)
    return try CheckedSquare.call(value)
  }
}
