import Glibc
import Multiprocessing

extension Cases {
  /// Maps that keep the outcome of every item, and pools that keep CPython's choices.
  static let perItem: [Case] = [
    Case("a-failing-item-costs-only-itself", "8.18") { place in
      try place.withPool(2) { pool in
        for size in [1, 3, 100] {
          let inputs = (0..<20).map { $0 % 7 == 3 ? -$0 : $0 }
          let results = try pool.mapResults(CheckedSquare.self, inputs, chunkSize: size)
          try expectEqual(results.count, 20, "The number of results")
          for (input, result) in zip(inputs, results) {
            switch result {
            case .success(let value): try expectEqual(value, input * input, "The square of \(input)")
            case .failure(let error):
              try expect(input < 0, "\(input) failed: \(error)")
              let own = place == .thread ? error : (error as? MultiprocessingError)?.cause
              try expectEqual(own as? Negative, Negative(value: input), "The error of \(input)")
            }
          }
        }
        try expectEqual(pool.mapResults(CheckedSquare.self, []).count, 0, "The results of nothing")
        try expectError(.invalidArgument) { try pool.mapResults(CheckedSquare.self, [1], chunkSize: 0) }
        let voids = try pool.mapResults([Nothing(), Nothing()], chunkSize: 2)
        try expect(voids.allSatisfy { (try? $0.get()) != nil }, "Outputs without a value fail")
      }
    },

    Case("a-dead-worker-costs-its-chunk", "8.18", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let tasks = (0..<12).map { MaybeDie(value: $0, dies: $0 == 7) }
        for (size, lost) in [(1, [7]), (3, [6, 7, 8]), (12, Array(0..<12))] {
          let seen = Collected<Int>()
          let map = try pool.mapResultsAsync(tasks, chunkSize: size, callback: { seen.append($0.count) })
          let results = try map.get(timeout: .seconds(30))
          for (index, result) in results.enumerated() {
            if lost.contains(index) {
              let error = try expectError(.workerDied) { try result.get() }
              try expectEqual(error.remote?.exitStatus, -SIGKILL, "How the worker of \(index) ended")
            } else {
              try expectEqual(result.get(), index, "The value of \(index)")
            }
          }
          try expectEqual(seen.all, [12], "What the callback got")
        }
      }
    },

    Case("what-cannot-travel-costs-only-itself", "8.18", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let results = try pool.mapResults(SometimesEncodable.self, 0..<5, chunkSize: 5)
        try expectEqual(results.map { try? $0.get().value }, [0, 1, nil, 3, 4], "The values")
        try expectError(.notEncodable) { try results[2].get() }
      }
    },

    Case(async: "awaiting-the-results-of-every-item", "8.18") { place in
      try await Self.withAsyncPool(place) { pool, _ in
        let results = try await pool.mapResults(CheckedSquare.self, [2, -2, 3])
        try expectEqual(results.map { try? $0.get() }, [4, nil, 9], "The results")
      }
    },

    Case("with-cpython-s-rules-a-dead-worker-s-task-is-never-ready", "2.17, 8.1", in: Place.processes) { place in
      let pool = try Pool(processes: 1, context: Context(try place.startMethod()), fidelity: .cpython)
      let lost = try pool.applyAsync(KillOneself(signal: SIGKILL))
      try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      try expectError(.timeout) { try lost.get(timeout: .milliseconds(1500)) }
      pool.close()
      try expectEqual(pool.snapshot().pendingJobs, 1, "The jobs that are never over")
      pool.terminate()
      try expectError(.terminated) { try lost.get() }
      try pool.join()
    },

    Case("with-cpython-s-rules-a-failing-initializer-is-tried-again", "2.4, 8.4", in: Place.processes) { place in
      let (left, begins) = (try SharedValue(5), try Event())
      begins.set()
      let pool = try Pool(
        processes: 1, initializer: FailsAtFirst(left: left, begins: begins), context: Context(try place.startMethod()),
        fidelity: .cpython)
      try expectEqual(pool.apply(Square.self, 3), 9, "A task after five failures")
      try expectEqual(left.value, 0, "The failures that are left")
      pool.terminate()
      try pool.join()
      // But not for ever: CPython would go on starting workers here.
      left.value = 1_000_000
      begins.clear()
      let broken = try Pool(
        processes: 1, initializer: FailsAtFirst(left: left, begins: begins), context: Context(try place.startMethod()),
        fidelity: .cpython)
      // A pool that is broken already would not take it.
      let result = try broken.applyAsync(Square.self, 3)
      begins.set()
      let error = try expectError(.initializerFailed) { try result.get(timeout: .seconds(30)) }
      try expectEqual(error.cause is MultiprocessingError, true, "The cause is \(String(describing: error.cause))")
      try expectEqual(left.value, 1_000_000 - 8, "How often it was tried")
      try broken.join()
    },

    Case("with-cpython-s-rules-imap-draws-all-its-inputs", "3.30, 8.6") { place in
      try Gates.with { gates in
        let pool: Pool
        if let method = place.method {
          pool = try Pool(processes: 1, initializer: gates, context: Context(method), fidelity: .cpython)
        } else {
          pool = try ThreadPool(processes: 1, initializer: gates, fidelity: .cpython)
        }
        let drawn = Collected<Int>()
        let values = try pool.imap(Run<AtGate>.self, drawing: { () -> AtGate? in
          guard drawn.all.count < 3000 else { return nil }
          drawn.append(0)
          return AtGate(value: 1)
        })
        // Nobody has taken anything, and no task is done.
        try expect(eventually(within: .seconds(20)) { drawn.all.count > 1024 }, "\(drawn.all.count) inputs were drawn")
        pool.terminate()
        try gates.open(1)
        try pool.join()
        try expectError(.terminated) { try values.next() }
      }
    },
  ]
}

/// Cannot be encoded for one number.
enum SometimesEncodable: PoolFunction {
  struct Output: Codable, Sendable {
    var value: Int

    func encode(to encoder: any Encoder) throws {
      if value == 2 { throw Negative(value: 2) }
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }

    init(value: Int) { self.value = value }
    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Int.self) }
  }

  static func call(_ x: Int) -> Output { Output(value: x) }
}

/// Throws as often as the number says, from a moment on.
struct FailsAtFirst: Initializer {
  let left: SharedValue<Int>
  let begins: Event

  func run() throws {
    begins.wait(timeout: .seconds(30))
    let fails = left.withValue { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    if fails { throw Negative(value: 1) }
  }
}
