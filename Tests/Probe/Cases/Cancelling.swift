import Glibc
import Multiprocessing

extension Cases {
  /// Giving up a job.
  static let cancelling: [Case] = [
    Case("a-job-that-waits-is-cancelled-and-never-runs", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let busy = try pool.applyAsync(AtGate(value: 7))
          try gates.awaitArrivals(1)
          let seen = Collected<String>()
          let waiting = try (0..<20).map {
            try pool.applyAsync(
              AtGate(value: $0), callback: { _ in seen.append("value") }, errorCallback: { _ in seen.append("error") })
          }
          for result in waiting { try expect(result.cancel(), "A job that waits cannot be cancelled") }
          for result in waiting {
            try expect(result.isReady, "A cancelled job is not over")
            try expectError(.cancelled, "The job was cancelled.") { try result.get() }
            try expect(!result.cancel(), "A job is cancelled twice")
          }
          try gates.open(21)
          try expectEqual(busy.get(timeout: .seconds(30)), 7, "The job that ran meanwhile")
          try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
          try expect(gates.arrived.isEmpty, "A cancelled task ran")
          try expectEqual(seen.all, [], "The callbacks")
          try expect(!busy.cancel(), "A job that is over is cancelled")
        }
      }
    },

    Case("a-job-that-runs-is-cancelled-with-its-worker", "8.14", in: Place.processes) { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          for round in 0..<5 {
            let (doomed, other) = (try pool.applyAsync(AtGate(value: 1)), try pool.applyAsync(AtGate(value: 2)))
            let pids = try gates.awaitArrivals(2)
            try expectWithin(.seconds(2), "Cancelling") { try expect(doomed.cancel(), "A job that runs is not cancelled") }
            try expectError(.cancelled) { try doomed.get() }
            try expect(eventually { pids.count { SystemState.isRunning($0) } == 1 }, "Not one worker ended in round \(round)")
            try gates.open(1)
            try expectEqual(other.get(timeout: .seconds(30)), 2, "The other task of round \(round)")
          }
          try expectEqual(pool.map(Square.self, 0..<20, chunkSize: 1), (0..<20).map { $0 * $0 }, "The pool afterwards")
          try expect(eventually { pool.snapshot().workers.count == 2 }, "The workers afterwards are \(pool.snapshot())")
        }
      }
    },

    Case("cancelling-ends-a-worker-that-ignores-signals", "8.14", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let deaf = try pool.applyAsync(IgnoreAndSleep())
        try expect(eventually { pool.snapshot().workers.contains { $0.task != nil } }, "The task does not run")
        try expect(deaf.cancel(), "It cannot be cancelled")
        try expectError(.cancelled) { try deaf.get() }
        try expectWithin(.seconds(5), "The next task") { try expectEqual(pool.apply(Square.self, 4), 16, "The next task") }
      }
    },

    Case("a-thread-s-task-cannot-be-cancelled-once-it-runs", "8.14", in: [.thread]) { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let running = try pool.applyAsync(AtGate(value: 5))
          try gates.awaitArrivals(1)
          try expect(!running.cancel(), "A task that runs in a thread is cancelled")
          try expect(!running.isReady, "Its result is there")
          try gates.open(1)
          try expectEqual(running.get(timeout: .seconds(30)), 5, "The task")
        }
      }
    },

    Case("a-map-is-cancelled-as-a-whole", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let map = try pool.mapAsync((0..<200).map { AtGate(value: $0) }, chunkSize: 1)
          try gates.awaitArrivals(2)
          try expect(map.cancel(), "A map cannot be cancelled")
          try expectError(.cancelled) { try map.get() }
          if place == .thread { try gates.open(2) }
          try expectEqual(pool.map(Square.self, 0..<9), (0..<9).map { $0 * $0 }, "The pool afterwards")
          try expect(gates.arrived.isEmpty, "A part of the cancelled map ran")
          try expectEqual(map.progress, PoolProgress(completed: 0, total: 200), "The progress of the map")
        }
      }
    },

    Case("a-cancelled-job-takes-no-other-along", "8.14") { place in
      try place.withPool(2) { pool in
        let (begun, blocked) = (Collected<Void>(), Collected<Void>())
        let inputs = try pool.imap(
          Square.self,
          drawing: {
            begun.append(())
            blocked.first()
            return nil
          })
        begun.first()
        // The task handler has all of these before it: jobs that it sends many at a time, and behind each one of another kind.
        let doomed = try pool.applyAsync(Square.self, 2)
        let tasks = try pool.mapAsync((0..<5).map { MaybeAtGate(value: $0, waits: false) }, chunkSize: 1)
        let doomedMap = try pool.mapAsync(Square.self, 0..<10, chunkSize: 1)
        let large = try pool.mapAsync(Length.self, (0..<5).map { Array(repeating: 1, count: 1000 + $0) }, chunkSize: 1)
        try expect(doomed.cancel() && doomedMap.cancel(), "A job that waits cannot be cancelled")
        blocked.append(())
        try expectEqual(tasks.get(timeout: .seconds(30)), Array(0..<5), "The tasks behind a cancelled call")
        try expectEqual(large.get(timeout: .seconds(30)), Array(1000..<1005), "The large inputs behind a cancelled map")
        try expect(inputs.next(timeout: .seconds(30)) == nil, "There were no inputs")
      }
    },

    Case("an-imap-is-cancelled-in-the-middle", "8.14") { place in
      try place.withPool(2) { pool in
        let drawn = Collected<Int>()
        let inputs = (0...).lazy.map { (value: Int) -> Int in
          drawn.append(value)
          return value
        }
        let values = try pool.imap(Square.self, SendableSequence(inputs), lookAhead: 8)
        try expectEqual((0..<3).map { _ in try values.next() }, [0, 1, 4], "The first values")
        try expect(values.cancel(), "An imap cannot be cancelled")
        // What had come by then is still there.
        var more = 0
        try expectError(.cancelled) { while try values.next() != nil { more += 1 } }
        try expect(more <= 8, "\(more) values came after the end")
        try expectError(.cancelled) { try values.next() }
        try expectEqual(pool.apply(Square.self, 5), 25, "The pool afterwards")
        try expect(drawn.all.count <= 16, "\(drawn.all.count) inputs were drawn")
        try expect(!values.cancel(), "An imap is cancelled twice")
      }
    },

    Case("cancelling-races-with-everything", "8.14", within: .seconds(120)) { place in
      try place.withPool(3) { pool in
        // Every job ends as one or the other, at whatever moment it is given up, and no other job is touched.
        for round in 0..<(place == .thread ? 60 : 12) {
          let kept = try (0..<10).map { try pool.applyAsync(Square.self, $0) }
          let dropped = try (0..<10).map { _ in try pool.applyAsync(Busy(microseconds: 200 * (1 + round % 7))) }
          if round % 3 == 1 { sleep(for: .microseconds(100 * round)) }
          let cancelled = dropped.map { $0.cancel() }
          for (result, isCancelled) in zip(dropped, cancelled) {
            if isCancelled {
              try expectError(.cancelled) { try result.get() }
            } else {
              _ = try result.get(timeout: .seconds(30))
            }
          }
          try expectEqual(kept.map { try $0.get(timeout: .seconds(30)) }, (0..<10).map { $0 * $0 }, "The other tasks")
        }
        try expectEqual(pool.snapshot().pendingJobs, 0, "The jobs that are left")
      }
    },

    Case("closing-waits-for-no-cancelled-job", "8.14") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let running = try pool.applyAsync(AtGate(value: 1))
        try gates.awaitArrivals(1)
        let waiting = try (0..<5).map { _ in try pool.applyAsync(AtGate()) }
        pool.close()
        try expect(waiting.allSatisfy { $0.cancel() }, "A job of a closed pool cannot be cancelled")
        try gates.open(1)
        try pool.join()
        try expectEqual(running.get(), 1, "The job that ran")
        try expect(gates.arrived.isEmpty, "A cancelled task ran")
      }
    },

    Case(async: "awaiting-is-no-owning", "8.14") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        // Whoever stops waiting stops nothing, unless it asks for that.
        let result = try pool.applyAsync(AtGate(value: 3))
        let waiter = Task { try await result.value }
        _ = try await gates.arrived.get()
        waiter.cancel()
        try gates.open(1)
        try await expectEqual(waiter.value, 3, "The value after the wait was cancelled")

        _ = try pool.applyAsync(AtGate(value: 8))
        _ = try pool.applyAsync(AtGate(value: 8))
        for _ in 0..<2 { _ = try await gates.arrived.get() }
        let queued = try pool.applyAsync(AtGate(value: 4))
        let owner = Task { try await queued.cancellableValue() }
        owner.cancel()
        try await expectError(.cancelled) { try await owner.value }
        try gates.open(2)
        try await expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
        try expect(gates.arrived.isEmpty, "The cancelled task ran")
      }
    },
  ]
}

/// Ignores what asks it to end, and sleeps.
struct IgnoreAndSleep: PoolTask {
  func run() {
    signal(SIGTERM, SIG_IGN)
    sleep(for: .seconds(600))
  }
}

/// A sequence that is used by one thread at a time.
struct SendableSequence<Base: Sequence>: Sequence, @unchecked Sendable {
  // Sendable: only the task handler draws from it.
  let base: Base
  init(_ base: Base) { self.base = base }
  func makeIterator() -> Base.Iterator { base.makeIterator() }
}
