import Multiprocessing
import Testing

@testable import probe

/// Pools made by the test bundle itself: a program with many threads and without a `main` of its own.
@Suite(.timeLimit(.minutes(2)))
struct InBundleTests {
  /// Not fork: a fork copies one thread of many.
  static let places: [Place] = [.spawn, .forkserver, .thread]

  private static func withPool<R: Sendable>(
    _ place: Place, _ size: Int, _ body: (Pool) async throws -> R
  ) async throws -> R {
    guard let method = place.method else { return try await withThreadPool(processes: size) { try await body($0) } }
    return try await Multiprocessing.withPool(processes: size, context: Context(method), body)
  }

  @Test(arguments: places)
  func `a pool made in the test bundle computes`(place: Place) async throws {
    try await Self.withPool(place, 2) { pool in
      let squares = try await pool.map(Square.self, 0..<100)
      #expect(squares == (0..<100).map { $0 * $0 })
      #expect(try await pool.apply(Square.self, 7) == 49)
      #expect(try await pool.starmap(Power.self, [(2, 3), (3, 2)]) == [8, 9])
    }
  }

  @Test(arguments: places)
  func `results are awaited`(place: Place) async throws {
    try await Self.withPool(place, 2) { pool in
      let results = try (0..<20).map { try pool.applyAsync(Square.self, $0) }
      var squares: [Int] = []
      for result in results { squares.append(try await result.value) }
      #expect(squares == (0..<20).map { $0 * $0 })
      #expect(results.filter(\.isReady).count == results.count)
    }
  }

  @Test(arguments: places)
  func `an iterator is iterated with for await`(place: Place) async throws {
    try await Self.withPool(place, 2) { pool in
      var squares: [Int] = []
      for try await square in try pool.imap(Square.self, 0..<50) { squares.append(square) }
      #expect(squares == (0..<50).map { $0 * $0 })
      var unordered: Set<Int> = []
      for try await square in try pool.imapUnordered(Square.self, 0..<50, chunkSize: 7) { unordered.insert(square) }
      #expect(unordered == Set((0..<50).map { $0 * $0 }))
    }
  }

  @Test(arguments: places)
  func `closing and joining suspend`(place: Place) async throws {
    try await Self.withPool(place, 2) { pool in
      let results = try (0..<10).map { try pool.applyAsync(Square.self, $0) }
      pool.close()
      try await pool.join()
      #expect(results.filter(\.isReady).count == results.count)
      await #expect(throws: MultiprocessingError.self) { try await pool.apply(Square.self, 1) }
    }
  }

  @Test(arguments: places)
  func `the task's error is thrown by await`(place: Place) async throws {
    try await Self.withPool(place, 1) { pool in
      let result = try pool.applyAsync(CheckedSquare.self, -2)
      await #expect(throws: (any Error).self) { try await result.value }
      #expect(try !result.successful())
    }
  }
}
