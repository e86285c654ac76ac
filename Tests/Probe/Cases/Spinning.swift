import Glibc
import Multiprocessing

extension Cases {
  /// Pools that look again before they sleep.
  static let spinning: [Case] = [
    Case("a-pool-that-spins-does-the-same", in: Place.processes) { place in
      try withPool(processes: 2, context: Context(place.startMethod()), spin: .milliseconds(5)) { pool in
        for value in 0..<200 { try expectEqual(pool.apply(Square.self, value), value * value, "A call") }
        try expectEqual(pool.map(Square.self, 0..<100, chunkSize: 1), (0..<100).map { $0 * $0 }, "A map")
        try expectEqual(pool.imap(Square.self, 0..<100).collect(), (0..<100).map { $0 * $0 }, "An iteration")
        try expectError(.taskFailed) { try pool.apply(CheckedSquare.self, -1) }
        try expectError(.workerDied) { try pool.apply(Suicide()) }
        try expectEqual(pool.apply(Square.self, 7), 49, "The pool after a death")
      }
    },

    Case("a-pool-that-spins-sleeps-when-it-is-idle", in: Place.processes) { place in
      // Whoever asks for more than a tenth of a second gets that.
      try withPool(processes: 2, context: Context(place.startMethod()), spin: .seconds(3600)) { pool in
        _ = try pool.map(Square.self, 0..<4, chunkSize: 1)
        for worker in pool.snapshot().workers {
          try expect(
            eventually(within: .seconds(30)) { SystemState.isAsleep(worker.processID) },
            "The idle worker \(worker.name) does not sleep")
        }
        let helpers = SystemState.threads(of: getpid()).filter { $0 != getpid() }
        try expect(
          eventually(within: .seconds(30)) { helpers.allSatisfy { SystemState.isAsleep($0) } },
          "A helper thread of the idle pool does not sleep")
      }
    },
  ]
}
