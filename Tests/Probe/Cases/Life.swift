import Glibc
import Multiprocessing

extension Cases {
  /// close, terminate, join.
  static let life: [Case] = [
    Case("a-closed-pool-takes-no-jobs", "4.3, 3.26") { place in
      let pool = try place.pool(1)
      pool.close()
      try expectRefusals(pool)
      try pool.join()
      try expectRefusals(pool)
    },

    Case("a-terminated-pool-takes-no-jobs", "4.3") { place in
      let pool = try place.pool(1)
      pool.terminate()
      try expectRefusals(pool)
      try pool.join()
      try expectRefusals(pool)
    },

    Case("joining-a-running-pool-throws", "4.6") { place in
      try place.withPool(1) { pool in
        try expectError(.poolStillRunning, "Pool is still running") { try pool.join() }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("closing-and-joining-finishes-everything", "4.7, 4.8, 8.8, P12") { place in
      let pool = try place.pool(2)
      let single = try (0..<50).map { try pool.applyAsync(Sleep(seconds: 0.002, value: $0)) }
      let map = try pool.mapAsync(Square.self, 0..<100)
      let iterator = try pool.imap(Square.self, 0..<100)
      pool.close()
      try pool.join()
      try expect(single.allSatisfy(\.isReady) && map.isReady, "A result is not ready after join")
      try expectEqual(single.map { try $0.get() }, Array(0..<50), "The values")
      try expectEqual(map.get(), (0..<100).map { $0 * $0 }, "The map")
      try expectEqual(iterator.collect(), (0..<100).map { $0 * $0 }, "The iterator")
    },

    Case("every-ending-may-be-repeated", "4.7, 4.8, 4.9") { place in
      let first = try place.pool(1)
      first.close()
      first.close()
      try first.join()
      try first.join()
      first.terminate()
      first.terminate()
      first.close()
      try expectEqual("\(first)".contains("TERMINATE"), true, "Terminated after join")
      try first.join()

      let second = try place.pool(1)
      second.terminate()
      second.close()
      second.terminate()
      try second.join()
      try expectEqual("\(second)".contains("TERMINATE"), true, "Closed after terminate")

      let third = try place.pool(1)
      third.close()
      third.terminate()
      try third.join()
    },

    Case("an-unused-pool-ends", "2.3, 4.8") { place in
      for size in [1, 4] {
        let closed = try place.pool(size)
        closed.close()
        try closed.join()
        let terminated = try place.pool(size)
        terminated.terminate()
        try terminated.join()
      }
    },

    Case("terminate-with-ten-thousand-sleeping-tasks-is-prompt", "4.9, 7 TestPool.terminate", in: Place.processes) { place in
      let pool = try place.pool(4)
      let map = try pool.mapAsync(Array(repeating: Sleep(seconds: 10), count: 10_000), chunkSize: 1)
      try expectWithin(.seconds(3), "terminate") { pool.terminate() }
      try expectWithin(.seconds(1), "join") { try pool.join() }
      try expectError(.terminated) { try map.get() }
    },

    Case("terminate-with-ten-thousand-calls-is-prompt", "4.9") { place in
      try Gates.with { gates in
        let pool = try place.pool(2, initializer: gates)
        let held = try (0..<2).map { _ in try pool.applyAsync(AtGate()) }
        try gates.awaitArrivals(2)
        let results = try (0..<10_000).map { _ in try pool.applyAsync(Nothing()) }
        try expectWithin(.seconds(3), "terminate") { pool.terminate() }
        for result in held + [] { try expectError(.terminated) { try result.get() } }
        for result in results { try expectError(.terminated) { try result.get() } }
        try gates.open(2)
        try pool.join()
      }
    },

    Case("results-of-a-terminated-pool-throw", "4.10, 4.5") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let running = try pool.applyAsync(AtGate())
        let queued = try pool.applyAsync(Square.self, 3)
        let seen = Collected<String>()
        let withCallbacks = try pool.applyAsync(
          Square.self, 4, callback: { _ in seen.append("a value") }, errorCallback: { _ in seen.append("an error") })
        try gates.awaitArrivals(1)
        pool.terminate()
        for result in [running, queued, withCallbacks] {
          try expectError(.terminated) { try result.get(timeout: .seconds(10)) }
          try expect(result.isReady, "A result of a terminated pool is not ready")
          try expect(try !result.successful(), "A result of a terminated pool is successful")
        }
        try gates.open(1)
        try pool.join()
        try expectEqual(seen.all, [], "Callbacks of a terminated pool")
      }
    },

    Case("terminating-ends-busy-workers", "4.9", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.pool(2, initializer: gates)
        for _ in 0..<2 { try pool.applyAsync(AtGate()) }
        let pids = try gates.awaitArrivals(2)
        pool.terminate()
        for pid in pids { try expect(!SystemState.isRunning(pid), "The worker \(pid) runs after terminate") }
      }
    },

    Case("terminating-ends-workers-that-ignore-signals", "2.29, 8.16", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        try pool.applyAsync(IgnoreTermination())
        let pids = try gates.awaitArrivals(1)
        try expectWithin(.seconds(3), "terminate") { pool.terminate() }
        for pid in pids { try expect(!SystemState.isRunning(pid), "The worker \(pid) runs after terminate") }
      }
    },

    Case("terminating-ends-stopped-workers", "8.2", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.pool(2, initializer: gates)
        try pool.applyAsync(AtGate())
        let pids = try gates.awaitArrivals(1)
        for pid in pids { kill(pid, SIGSTOP) }
        try expectWithin(.seconds(3), "terminate") { pool.terminate() }
        for pid in pids { try expect(!SystemState.isRunning(pid), "The worker \(pid) runs after terminate") }
      }
    },

    Case("a-scope-terminates-its-pool", "4.4, 4.5, 8.8, S4, 7 enter, 7 TestPool.context") { place in
      try Gates.with { gates in
        let kept = Collected<AsyncResult<Int>>()
        let pool: Pool
        if let method = place.method {
          pool = try withPool(processes: 1, initializer: gates, context: Context(method)) { pool in
            kept.append(try pool.applyAsync(AtGate()))
            try gates.awaitArrivals(1)
            return pool
          }
        } else {
          pool = try withThreadPool(processes: 1, initializer: gates) { pool in
            kept.append(try pool.applyAsync(AtGate()))
            try gates.awaitArrivals(1)
            return pool
          }
        }
        try expectRefusals(pool)
        try expectError(.terminated) { try kept.first().get() }
        try gates.open(1)
        try pool.join()
      }
    },

    Case("a-scope-throws-its-body-s-error", "4.5") { place in
      do {
        if let method = place.method {
          try withPool(processes: 1, context: Context(method)) { _ in throw Negative(value: -1) }
        } else {
          try withThreadPool(processes: 1) { _ in throw Negative(value: -1) }
        }
        throw Failure("Nothing was thrown.")
      } catch is Negative {}
    },

    Case("a-pool-that-nobody-refers-to-ends", "4.13, 8.9, 7 resource_warning") { place in
      for _ in 0..<3 { try expectEqual(place.pool(2).apply(Square.self, 3), 9, "The square") }
      try expect(eventually { ThreadIdentity.live.count == 1 }, "Threads are left: \(ThreadIdentity.live)")
    },

    Case("terminate-from-another-thread-frees-who-waits", "4.23") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let result = try pool.applyAsync(AtGate())
        try gates.awaitArrivals(1)
        try withThreadPool(processes: 2) { others in
          let waits = try others.applyAsync { result.wait() }
          let joins = try others.applyAsync { () throws in
            pool.close()
            try pool.join()
          }
          _ = joins
          pool.terminate()
          try waits.get(timeout: .seconds(30))
          try gates.open(1)
          try joins.get(timeout: .seconds(30))
          others.close()
          try others.join()
        }
      }
    },

    Case("many-pools-one-after-the-other", "issue 2") { place in
      for round in 0..<30 {
        let pool = try place.pool(2)
        try expectEqual(pool.apply(Square.self, round), round * round, "Round \(round)")
        pool.close()
        try pool.join()
      }
    },

    Case("two-hundred-workers", "7 large_pool", in: [.fork, .forkserver, .thread], within: .seconds(120), isAlone: true) { place in
      try place.withPool(200) { pool in
        try expectEqual(pool.map(Square.self, 0..<1000).reduce(0, +), 332_833_500, "The sum of the squares")
      }
    },

    Case("a-program-may-end-without-closing-its-pool", "4.15, 8.9, 7 worker_finalization") { place in
      // The program ends in the middle: no worker may outlive it, which the runner of this case checks as well.
      let program = try Helper("pool-left-open", place)
      let pids = try program.readNumbers()
      try expectEqual(program.end(), 0, "The exit status of the program")
      for pid in pids { try expect(SystemState.awaitEnd(of: pid, within: .seconds(5)), "The worker \(pid) outlived its program") }
    },

    Case("terminated-threads-finish-their-task", "4.11, 8.13", in: [.thread]) { _ in
      try Gates.with { gates in
        let done = Collected<Int>()
        let pool = try ThreadPool(processes: 1, initializer: gates)
        let result = try pool.applyAsync { () throws -> Int in
          let value = try AtGate(value: 4).run()
          done.append(value)
          return value
        }
        let queued = try pool.applyAsync { done.append(99) }
        try gates.awaitArrivals(1)
        // Returns though a task stands at the gate.
        pool.terminate()
        try expectError(.terminated) { try result.get() }
        try expectError(.terminated) { try queued.get() }
        try expectEqual(done.all, [], "What has been done when terminate returns")
        try gates.open(1)
        try pool.join()
        try expectEqual(done.all, [4], "What has been done when join returns")
      }
    },

    Case("a-thread-task-may-terminate-its-pool", "3.10, 4.9", in: [.thread]) { _ in
      let pool = try ThreadPool(processes: 2)
      let result = try pool.applyAsync { [unowned pool] in pool.terminate() }
      try expectError(.terminated) { try result.get(timeout: .seconds(30)) }
      try pool.join()
    },

    Case("a-thread-task-that-joins-its-pool-throws", "8.12", in: [.thread]) { _ in
      let pool = try ThreadPool(processes: 1)
      let code = Collected<String>()
      let result = try pool.applyAsync { [unowned pool] () -> Void in
        pool.close()
        do {
          try pool.join()
          code.append("joined")
        } catch {
          code.append("\((error as? MultiprocessingError)?.code.description ?? "\(error)")")
        }
      }
      try expectEqual(code.first(), "wouldDeadlock", "What join threw")
      try result.get(timeout: .seconds(30))
      try pool.join()
    },
  ]

  /// Every method that submits must refuse, with Python's words.
  static func expectRefusals(_ pool: Pool) throws {
    let words = "Pool not running"
    try expectError(.poolNotRunning, words) { try pool.apply(Nothing()) }
    try expectError(.poolNotRunning, words) { try pool.apply(Square.self, 1) }
    try expectError(.poolNotRunning, words) { try pool.applyAsync(Nothing()) }
    try expectError(.poolNotRunning, words) { try pool.applyAsync(Square.self, 1) }
    try expectError(.poolNotRunning, words) { try pool.map(Square.self, [1]) }
    try expectError(.poolNotRunning, words) { try pool.map(Square.self, [Int]()) }
    try expectError(.poolNotRunning, words) { try pool.mapAsync(Square.self, [1]) }
    try expectError(.poolNotRunning, words) { try pool.starmap(Power.self, [(1, 2)]) }
    try expectError(.poolNotRunning, words) { try pool.starmapAsync(Power.self, [(1, 2)]) }
    try expectError(.poolNotRunning, words) { try pool.imap(Square.self, [1]) }
    try expectError(.poolNotRunning, words) { try pool.imapUnordered(Square.self, [1]) }
    if let pool = pool as? ThreadPool { try expectError(.poolNotRunning, words) { try pool.apply { 1 } } }
  }
}

/// Stands at the gate for ever, deaf to the request to end.
struct IgnoreTermination: PoolTask {
  func run() throws {
    signal(SIGTERM, SIG_IGN)
    _ = try AtGate().run()
  }
}
