import Glibc
import Multiprocessing

extension Cases {
  /// Deadlines of jobs, the limit of a pool.
  static let deadlines: [Case] = [
    Case("a-task-over-its-deadline-fails", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let seen = Collected<String>()
          // Both workers are up: the deadline is to pass while the task runs, however slow the machine.
          let first = try (0..<2).map { try pool.applyAsync(AtGate(value: $0)) }
          try gates.awaitArrivals(2)
          try gates.open(2)
          for result in first { _ = try result.get(timeout: .seconds(30)) }
          let slow = try pool.applyAsync(
            AtGate(value: 1), deadline: .milliseconds(800), callback: { _ in seen.append("value") },
            errorCallback: { error in
              seen.append("\((error as? MultiprocessingError)?.code.description ?? "")")
              // The error is there before the result is ready (3.5).
              seen.append(ThreadIdentity.current.name.contains("_handle_results") ? "handler" : ThreadIdentity.current.name)
            })
          let other = try pool.applyAsync(AtGate(value: 2))
          let pids = try gates.awaitArrivals(2)
          let error = try expectWithin(.seconds(4), "The deadline") {
            try expectError(.deadlinePassed) { try slow.get(timeout: .seconds(30)) }
          }
          try expectEqual(error.message, "The deadline of the job passed.", "The message")
          try expectEqual(seen.all, ["deadlinePassed", "handler"], "The callbacks")
          if place != .thread {
            try expect(eventually { pids.count { SystemState.isRunning($0) } == 1 }, "Not one worker ended")
          }
          try gates.open(place == .thread ? 2 : 1)
          try expectEqual(other.get(timeout: .seconds(30)), 2, "The other task")
          try expectEqual(pool.map(Square.self, 0..<9), (0..<9).map { $0 * $0 }, "The pool afterwards")
        }
      }
    },

    Case("a-task-that-waits-past-its-deadline-never-runs", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let busy = try pool.applyAsync(AtGate(value: 1))
          try gates.awaitArrivals(1)
          // The later ones end first, and one is over at once.
          let waiting = try [300, 200, 100, 0].map { try pool.applyAsync(AtGate(), deadline: .milliseconds($0)) }
          for result in waiting.reversed() { try expectError(.deadlinePassed) { try result.get(timeout: .seconds(30)) } }
          try gates.open(5)
          try expectEqual(busy.get(timeout: .seconds(30)), 1, "The task that ran meanwhile")
          try pool.apply(Nothing())
          try expect(gates.arrived.isEmpty, "A task ran after its deadline")
        }
      }
    },

    Case("a-task-in-time-hears-nothing-of-its-deadline", "8.14") { place in
      try place.withPool(2) { pool in
        let results = try (0..<500).map { try pool.applyAsync(Square.self, $0, deadline: .seconds(60)) }
        try expectEqual(results.map { try $0.get(timeout: .seconds(30)) }, (0..<500).map { $0 * $0 }, "The squares")
        let centuries = try pool.applyAsync(Square.self, 3, deadline: .seconds(1_000_000_000_000))
        try expectEqual(centuries.get(timeout: .seconds(30)), 9, "A task with centuries of time")
      }
    },

    Case("a-map-over-its-deadline-fails", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let map = try pool.mapAsync((0..<50).map { AtGate(value: $0) }, chunkSize: 1, deadline: .milliseconds(100))
          try expectError(.deadlinePassed) { try map.get(timeout: .seconds(30)) }
          if place == .thread { try gates.open(2) }
          try expectEqual(pool.map(Square.self, 0..<9), (0..<9).map { $0 * $0 }, "The pool afterwards")
        }
      }
    },

    Case("a-pool-may-limit-the-time-of-every-task", "8.14") { place in
      try Gates.with { gates in
        let pool = try place.limitedPool(2, gates, .seconds(1))
        defer { pool.terminate() }
        let slow = try pool.applyAsync(AtGate())
        // Waiting does not count, only running: thirty tasks of 50 ms take longer than the limit together.
        let naps = try (0..<30).map { try pool.applyAsync(Sleep(seconds: 0.05, value: $0)) }
        let error = try expectError(.deadlinePassed) { try slow.get(timeout: .seconds(30)) }
        try expect(error.message.contains("1.0 seconds"), "The message is \(error.message)")
        if place == .thread { try gates.open(1) }
        try expectEqual(naps.map { try $0.get(timeout: .seconds(30)) }, Array(0..<30), "Tasks that wait longer than they run")
        // In a map the slow item fails, the others are done.
        let map = try pool.mapResultsAsync([Sleep(seconds: 0, value: 1), Sleep(seconds: 2.5), Sleep(seconds: 0, value: 3)])
        let outcomes = try map.get(timeout: .seconds(30))
        try expectEqual(outcomes.map { try? $0.get() }, [1, nil, 3], "The outcomes")
        try expectError(.deadlinePassed) { try outcomes[1].get() }
        try expectError(.invalidArgument) { try place.limitedPool(1, gates, .zero) }
        pool.terminate()
        try pool.join()
      }
    },

    Case("a-stopped-worker-is-over-its-limit", "8.14", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.limitedPool(1, gates, .milliseconds(800))
        defer { pool.terminate() }
        let result = try pool.applyAsync(AtGate())
        let pid = try gates.awaitArrivals(1)[0]
        _ = Glibc.kill(pid, SIGSTOP)
        try expectError(.deadlinePassed) { try result.get(timeout: .seconds(30)) }
        try expectWithin(.seconds(10), "The next task") { try expectEqual(pool.apply(Square.self, 4), 16, "The next task") }
      }
    },

    Case(async: "a-deadline-ends-an-await", "8.14") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        let slow = try pool.applyAsync(AtGate(value: 1), deadline: .milliseconds(100))
        try await expectError(.deadlinePassed) { try await slow.value }
        if place == .thread { try gates.open(1) }
        try await expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },
  ]
}

extension Place {
  /// A pool with gates and a limit of time.
  func limitedPool(_ size: Int, _ gates: Gates, _ limit: Duration) throws -> Pool {
    guard let method else { return try ThreadPool(processes: size, initializer: gates, taskTimeLimit: limit) }
    return try Pool(processes: size, initializer: gates, context: Context(method), taskTimeLimit: limit)
  }
}
