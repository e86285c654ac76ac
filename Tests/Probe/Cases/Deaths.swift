import Glibc
import Multiprocessing

extension Cases {
  /// Workers that die. CPython waits for ever in all of these.
  static let deaths: [Case] = [
    Case("a-worker-killed-in-its-task-fails-just-that-task", "2.17, 8.1", in: Place.processes) { place in
      try place.withPool(2) { pool in
        for signal in [SIGKILL, SIGTERM, SIGSEGV, SIGABRT] {
          let result = try pool.applyAsync(KillOneself(signal: signal))
          let others = try (0..<20).map { try pool.applyAsync(Square.self, $0) }
          let error = try expectError(.workerDied) { try result.get(timeout: .seconds(30)) }
          try expectEqual(error.remote?.exitStatus, -signal, "The exit status")
          let worker = error.remote?.worker ?? ""
          try expect(worker.hasPrefix(place.workerPrefix), "The worker is \(worker)")
          try expect(
            error.message.contains(worker) && error.message.contains("signal \(signal)"),
            "The error names no worker and signal: \(error)")
          try expectEqual(others.map { try $0.get(timeout: .seconds(30)) }, (0..<20).map { $0 * $0 }, "The other tasks")
        }
        // The numbers of the replacements follow. One of the first two may have outlived all others, and do everything now while
        // the last replacement still starts.
        let names = Set(try pool.map(Array(repeating: WorkerName(), count: 50), chunkSize: 1))
        let possible = Set((1...6).map { "\(place.workerPrefix)-\($0)" })
        try expect(names.count <= 2 && names.isSubset(of: possible), "The workers are \(names)")
      }
    },

    Case("a-worker-that-exits-in-its-task-fails-just-that-task", "2.17, 2.19, 8.5", in: Place.processes) { place in
      try place.withPool(1) { pool in
        for status: Int32 in [0, 1, 7, 255] {
          let error = try expectError(.workerDied) { try pool.applyAsync(ExitInTask(status: status)).get(timeout: .seconds(30)) }
          try expectEqual(error.remote?.exitStatus, status, "The exit status")
          try expect(error.message.contains("exit status \(status)"), "The error does not say how: \(error)")
        }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
        try expectEqual(pool.apply(WorkerName()), "\(place.workerPrefix)-5", "The worker afterwards")
      }
    },

    Case(
      "a-fatal-error-fails-just-its-task", "2.17, 8.1", in: Place.processes,
      complains: [.fork: "probe/Deaths.swift", .spawn: "probe/Deaths.swift", .forkserver: "probe/Deaths.swift"]
    ) { place in
      try place.withPool(2) { pool in
        let error = try expectError(.workerDied) { try pool.applyAsync(Fatal()).get(timeout: .seconds(30)) }
        let status = error.remote?.exitStatus ?? 0
        try expect([-SIGILL, -SIGTRAP, -SIGABRT].contains(status), "The exit status is \(status)")
        try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "The pool afterwards")
      }
    },

    Case("a-death-in-a-map-fails-the-map-after-all-chunks", "2.17, 3.14", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let seen = Collected<String>()
        let tasks = (0..<20).map { MaybeDie(value: $0, dies: $0 == 7) }
        let map = try pool.mapAsync(tasks, chunkSize: 1, callback: { _ in seen.append("list") }, errorCallback: { _ in seen.append("error") })
        try expectError(.workerDied) { try map.get(timeout: .seconds(30)) }
        try expectEqual(seen.all, ["error"], "The callbacks")
        try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "The pool afterwards")
      }
    },

    Case("a-death-in-an-imap-stands-in-its-place", "2.17", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let tasks = (0..<10).map { MaybeDie(value: $0, dies: $0 == 4) }
        let steps = Cases.steps(try pool.imap(Run<MaybeDie>.self, tasks))
        try expectEqual(steps.count, 11, "The number of steps")
        try expectEqual(Array(steps[..<4]) + steps[5...], ["0", "1", "2", "3", "5", "6", "7", "8", "9", "end"], "The other steps")
        try expect(steps[4].contains("signal 9"), "The step of the death is \(steps[4])")
        let unordered = Cases.steps(try pool.imapUnordered(Run<MaybeDie>.self, tasks))
        try expectEqual(unordered.count, 11, "The number of steps in any order")
      }
    },

    Case("killing-idle-workers-harms-nobody", "2.20, 8.2", in: Place.processes) { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          for _ in 0..<10 {
            let results = try (0..<2).map { _ in try pool.applyAsync(AtGate()) }
            let pids = try gates.awaitArrivals(2)
            try gates.open(2)
            for result in results { _ = try result.get(timeout: .seconds(30)) }
            for pid in pids { kill(pid, SIGKILL) }
          }
          try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "The pool afterwards")
        }
      }
    },

    Case("killing-idle-workers-then-terminating", "2.20, 8.2", in: Place.processes) { place in
      for _ in 0..<5 {
        try Gates.with { gates in
          let pool = try place.pool(2, initializer: gates)
          for _ in 0..<2 { try pool.applyAsync(AtGate()) }
          let pids = try gates.awaitArrivals(2)
          try gates.open(2)
          for pid in pids { kill(pid, SIGKILL) }
          try expectWithin(.seconds(3), "terminate") { pool.terminate() }
        }
      }
    },

    Case("closing-after-a-death-ends", "2.18, 8.1", in: Place.processes) { place in
      let pool = try place.pool(2)
      let dead = try pool.applyAsync(KillOneself(signal: SIGKILL))
      let good = try (0..<10).map { try pool.applyAsync(Square.self, $0) }
      pool.close()
      try pool.join()
      try expectError(.workerDied) { try dead.get() }
      try expectEqual(good.map { try $0.get() }, (0..<10).map { $0 * $0 }, "The other tasks")
    },

    Case("error-callbacks-hear-of-deaths", "2.17", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let seen = Collected<String>()
        let result = try pool.applyAsync(
          KillOneself(signal: SIGKILL), callback: { _ in seen.append("value") },
          errorCallback: { seen.append(($0 as? MultiprocessingError)?.code.description ?? "\($0)") })
        result.wait(timeout: .seconds(30))
        try expectEqual(seen.all, ["workerDied"], "What the callbacks heard")
      }
    },

    Case("every-task-kills-its-worker", "2.17", in: Place.processes, within: .seconds(120)) { place in
      try place.withPool(2) { pool in
        let results = try (0..<40).map { _ in try pool.applyAsync(KillOneself(signal: SIGKILL)) }
        for result in results { try expectError(.workerDied) { try result.get(timeout: .seconds(60)) } }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("a-small-kill-storm", "issue 6", in: Place.processes, within: .seconds(120)) { place in
      try place.withPool(3) { pool in
        let results = try (0..<300).map { index in
          try pool.applyAsync(MaybeDie(value: index, dies: index % 10 == 3))
        }
        for (index, result) in results.enumerated() {
          if index % 10 == 3 {
            try expectError(.workerDied) { try result.get(timeout: .seconds(60)) }
          } else {
            try expectEqual(result.get(timeout: .seconds(60)), index, "The task \(index)")
          }
        }
      }
    },

    Case("workers-killed-from-outside-at-any-moment", "2.20, issue 6", in: Place.processes, within: .seconds(120)) { place in
      let begun = try SimpleQueue<Int>()
      try place.withPool(3, initializer: Announce(begun: begun)) { pool in
        let results = try (0..<2000).map { try pool.applyAsync(Spin(value: $0)) }
        var kills = 0
        var workers: [Int] = []
        var generator = SystemRandomNumberGenerator()
        while kills < 30, !results[1999].isReady {
          // Only workers that have begun a task: deaths again and again before they are ready are a fault of the program.
          while !begun.isEmpty { workers.append(try begun.get()) }
          workers.shuffle(using: &generator)
          guard let victim = workers.popLast() else {
            usleep(500)
            continue
          }
          kill(Int32(victim), SIGKILL)
          kills += 1
          usleep(UInt32.random(in: 0..<20_000, using: &generator))
        }
        var lost = 0
        for (index, result) in results.enumerated() {
          do {
            try expectEqual(result.get(timeout: .seconds(60)), index, "The task \(index)")
          } catch let error as MultiprocessingError {
            try expectEqual(error.code, .workerDied, "The failure of task \(index)")
            lost += 1
          }
        }
        try expect(lost <= kills, "\(lost) tasks failed of \(kills) kills")
        try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "The pool afterwards")
      }
    },

    Case("the-end-of-the-server-breaks-the-pool", "architecture", in: [.fork, .forkserver]) { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let result = try pool.applyAsync(AtGate())
        let workers = try gates.awaitArrivals(1)
        let servers = SystemState.children(of: getpid()).filter { SystemState.command(of: $0) == "mp-server" }
        try expectEqual(servers.count, 1, "The number of servers")
        kill(servers[0], SIGKILL)
        let error = try expectError { try result.get(timeout: .seconds(30)) }
        try expect([.workerDied, .workerCouldNotStart].contains(error.code), "The failure is \(error)")
        // The pool breaks as it tries to replace the worker.
        try expect(eventually { "\(pool)".contains("TERMINATE") }, "The pool goes on without its server")
        try pool.join()
        for worker in workers {
          try expect(SystemState.awaitEnd(of: worker, within: .seconds(5)), "The worker \(worker) outlived its server")
        }
        try expectError(.poolNotRunning) { try pool.apply(Nothing()) }
        // The next pool has a server of its own.
        try place.withPool(1) { try expectEqual($0.apply(Square.self, 3), 9, "The next pool") }
      }
    },

    Case("a-server-that-is-late-still-tells-how-a-worker-ended", "architecture", in: [.fork, .forkserver]) { place in
      try place.withPool(1) { pool in
        try pool.apply(Nothing())
        let servers = SystemState.children(of: getpid()).filter { SystemState.command(of: $0) == "mp-server" }
        try expectEqual(servers.count, 1, "The number of servers")
        kill(servers[0], SIGSTOP)
        defer { kill(servers[0], SIGCONT) }
        let result = try pool.applyAsync(ExitInTask(status: 7))
        // The worker has ended long before, and nobody knows how.
        try expectError(.timeout) { try result.get(timeout: .milliseconds(800)) }
        kill(servers[0], SIGCONT)
        let error = try expectError(.workerDied) { try result.get(timeout: .seconds(30)) }
        try expectEqual(error.remote?.exitStatus, 7, "The exit status")
      }
    },
  ]
}

/// Has the first task of each worker tell that it runs.
struct Announce: Initializer {
  let begun: SimpleQueue<Int>
  static let untold = ProcessLocal<SimpleQueue<Int>?>(nil)
  func run() { Self.untold.value = begun }
}

struct ExitInTask: PoolTask {
  var status: Int32
  func run() { exit(status) }
}

struct Fatal: PoolTask {
  func run() { fatalError("on purpose") }
}

struct MaybeDie: PoolTask {
  var value: Int
  var dies: Bool
  func run() -> Int {
    if dies { kill(getpid(), SIGKILL) }
    return value
  }
}

/// Computes for a moment.
struct Spin: PoolTask {
  var value: Int
  func run() throws -> Int {
    if let begun = Announce.untold.value {
      Announce.untold.value = nil
      try begun.put(Int(getpid()))
    }
    let end = ContinuousClock.now + .microseconds(200)
    while ContinuousClock.now < end {}
    return value
  }
}
