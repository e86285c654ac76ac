import Glibc
import Multiprocessing

extension Limit {
  /// A pool of two hundred workers.
  static let crowd = Limit("two-hundred-workers", tested: [.fork, .thread]) { place, size in
    let (workers, tasks) = (200, 10_000)
    var pool: Pool?
    let starting = try timed("Starting \(workers) workers", within: .seconds(60)) { pool = try place.pool(workers) }
    guard let pool else { throw Failure("There is no pool") }
    defer { pool.terminate() }
    try expectEqual(pool.snapshot().workers.count, workers, "The workers")
    let mapping = try timed("The map", within: .seconds(60)) {
      let squares = try pool.mapAsync(Square.self, 0..<tasks, chunkSize: 1).get(timeout: .seconds(60))
      try expectEqual(squares, (0..<tasks).map { $0 * $0 }, "The values")
    }
    let ending = try timed("Their end", within: .seconds(60)) {
      pool.close()
      try pool.join()
    }
    return "started in \(starting.inMilliseconds), \(tasks) tasks in \(mapping.inMilliseconds), close and join in "
      + ending.inMilliseconds
  }

  /// Ten thousand results are waited for before the first task is done; once as calls, once as maps.
  static let pendingResults = Limit("ten-thousand-pending-results", tested: [.fork, .thread]) { place, _ in
    let count = 10_000
    return try Gates.with { gates in
      try place.withPool(2, initializer: gates) { pool in
        func hold() throws { for _ in 0..<2 { try pool.applyAsync(AtGate()) } }
        try hold()
        try gates.awaitArrivals(2)
        let calls = try (0..<count).map { try pool.applyAsync(SayNumber(number: $0)) }
        try expectEqual(pool.snapshot().pendingJobs, count + 2, "The pending jobs")
        try gates.open(2)
        for number in (0..<count).reversed() {
          try expectEqual(calls[number].get(timeout: .seconds(60)), number, "The value of a call")
        }
        try hold()
        try gates.awaitArrivals(2)
        let maps = try (0..<count).map { try pool.mapAsync(Square.self, $0..<$0 + 3, chunkSize: 2) }
        try expectEqual(pool.snapshot().pendingJobs, count + 2, "The pending jobs")
        try gates.open(2)
        for number in (0..<count).reversed() {
          try expectEqual(
            maps[number].get(timeout: .seconds(60)), (number..<number + 3).map { $0 * $0 }, "The values of a map")
        }
        return "\(count) calls and \(count) maps, all pending at once, the last asked for first: every value"
      }
    }
  }
}
