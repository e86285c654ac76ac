import Glibc
import Multiprocessing

extension Cases {
  /// Waits that can never end, and waits that only look so (claim S6).
  static let deadlocks: [Case] = [
    Case("a-task-that-waits-behind-itself-is-told", "3.4, S6", in: [.thread]) { _ in
      try withThreadPool(processes: 1) { pool in
        let kept = Collected<AsyncResult<Int>>()
        let outer = try pool.applyAsync { [unowned pool] () throws -> String in
          let inner = try pool.applyAsync { 5 }
          kept.append(inner)
          return try Self.refusal { try inner.get() }
        }
        let told = try outer.get(timeout: .seconds(30))
        try expect(told.hasPrefix("This would wait for ever: Thread-1") && told.contains("waits for the result of job 1"), told)
        try expect(told.contains("where every thread waits"), told)
        try expectEqual(kept.first().get(timeout: .seconds(30)), 5, "The inner task afterwards")
      }
    },

    Case("a-pool-whose-every-thread-waits-is-told", "S6", in: [.thread]) { _ in
      try withThreadPool(processes: 3) { pool in
        let barrier = try Barrier(3)
        let outer = try (0..<3).map { number in
          try pool.applyAsync { [unowned pool] () throws -> String in
            try barrier.wait(timeout: .seconds(30))
            let inner = try pool.applyAsync { number }
            do { return "\(try inner.get())" } catch let error as MultiprocessingError { return error.message }
          }
        }
        let outcomes = try outer.map { try $0.get(timeout: .seconds(30)) }
        let told = outcomes.filter { $0.hasPrefix("This would wait for ever: ") }
        // One thread that goes on is enough for the others.
        try expectEqual(told.count, 1, "How many were told of \(outcomes)")
        try expect(told[0].components(of: "; ") == 3, told[0])
        try expectEqual(outcomes.filter { $0.count == 1 }.count, 2, "How many got their values of \(outcomes)")
      }
    },

    Case("two-pools-that-wait-for-each-other-are-told", "S6", in: [.thread]) { _ in
      try withThreadPool(processes: 1) { first in
        try withThreadPool(processes: 1) { second in
          let outer = try first.applyAsync { [unowned first, unowned second] () throws -> String in
            let middle = try second.applyAsync { [unowned first] () throws -> String in
              let inner = try first.applyAsync { 1 }
              return try Self.refusal { try inner.get() }
            }
            // Whoever comes to wait last is told.
            do { return try middle.get() } catch let error as MultiprocessingError { return error.message }
          }
          let told = try outer.get(timeout: .seconds(30))
          try expect(told.components(of: "; ") == 2 && told.contains("runs"), told)
        }
      }
    },

    Case("a-callback-that-waits-for-its-own-pool-is-told", "3.10, 8.12, S6") { place in
      try place.withPool(2) { pool in
        let told = Collected<String>()
        let result = try pool.applyAsync(
          Square.self, 2,
          callback: { [unowned pool] _ in
            told.append((try? Self.refusal { try pool.applyAsync(Square.self, 3).get() }) ?? "nothing")
          })
        try expectEqual(result.get(timeout: .seconds(30)), 4, "The result")
        try expect(told.first().contains("which its pool's result handler must handle"), told.first())
      }
    },

    Case("two-locks-in-opposite-orders-are-told", "S6", in: [.thread]) { _ in
      let (first, second) = (try Lock(), try RLock())
      let meeting = try Barrier(2)
      try withThreadPool(processes: 2) { pool in
        let one = try pool.applyAsync { () throws -> String in
          try first.withLock {
            try meeting.wait(timeout: .seconds(30))
            return try Self.attempt { try second.withLock { "both" } }
          }
        }
        let other = try pool.applyAsync { () throws -> String in
          try second.withLock {
            try meeting.wait(timeout: .seconds(30))
            return try Self.attempt { try first.withLock { "both" } }
          }
        }
        let outcomes = try [one, other].map { try $0.get(timeout: .seconds(30)) }.sorted()
        try expect(outcomes[1] == "both" || outcomes[0] == "both", "The outcomes are \(outcomes)")
        let told = outcomes.first { $0 != "both" } ?? ""
        try expect(told.contains("waits for a Lock") && told.contains("waits for a RLock"), "The outcomes are \(outcomes)")
        try expect(!first.isLocked, "The lock stays locked")
      }
    },

    Case("a-lock-taken-twice-is-told", "S6", in: [.thread]) { _ in
      let lock = try Lock()
      try lock.withLock {
        let told = try Self.refusal { try lock.withLock { 1 } }
        try expect(told.contains("MainThread waits for a Lock, which it holds itself"), told)
      }
      try expect(!lock.isLocked, "The lock stays locked")
    },

    Case("a-lock-taken-for-a-task-that-needs-it-is-told", "S6", in: [.thread]) { _ in
      let lock = try Lock()
      try withThreadPool(processes: 1) { pool in
        let told = try lock.withLock { () throws -> String in
          let task = try pool.applyAsync { () throws -> Int in try lock.withLock { 1 } }
          // Whoever comes last to the circle is told: the task, or this thread.
          do { return "\(try task.get())" } catch let error as MultiprocessingError { return error.message }
        }
        try expect(told.contains("waits for a Lock") && told.contains("MainThread waits for the result of job 0"), told)
      }
    },

    Case(
      "a-plain-lock-taken-twice-is-told-on-standard-error", "S6", in: [.spawn],
      complains: [.spawn: "deadlock: This would wait for ever: MainThread waits for a Lock, which it holds itself."]
    ) { place in
      let process = ChildProcess(TakesTwice(), context: Context(try place.startMethod()))
      try process.start()
      // It goes on to wait, as in CPython.
      try expect(!(try process.join(timeout: .seconds(2))), "The process ended")
      try process.kill()
      try process.join()
    },

    Case("two-locks-in-opposite-orders-between-processes-are-told", "S6", in: Place.processes) { place in
      try Tools.withPool(place, 2) { pool, tools in
        for _ in 0..<2 {
          let results = try [true, false].map { try pool.applyAsync(TakeBoth(lockFirst: $0)) }
          let outcomes = try results.map { try $0.get(timeout: .seconds(30)) }.sorted { $0.count < $1.count }
          try expectEqual(outcomes[0], "both", "The outcome of the one that goes on")
          try expect(outcomes[1].hasPrefix("This would wait for ever: thread "), outcomes[1])
          try expectEqual(outcomes[1].components(of: " waits for a lock that thread "), 3, outcomes[1])
          try expect(!tools.lock.isLocked, "The lock stays locked")
        }
      }
    },

    Case("a-lock-whose-holder-was-killed-is-told", "8.2, S6", in: Place.processes) { place in
      try Tools.withPool(place, 2) { pool, tools in
        for kind in [false, true] {
          try expectError(.workerDied) { try pool.applyAsync(DieWith(rlock: kind)).get(timeout: .seconds(30)) }
          let told = try Self.refusal { try kind ? tools.rlock.withLock { 1 } : tools.lock.withLock { 1 } }
          try expect(told.contains(kind ? "a RLock" : "a Lock") && told.contains("has ended without freeing it"), told)
          // In a worker the task fails with it.
          let outcome = try pool.applyAsync(TakeBoth(lockFirst: !kind)).get(timeout: .seconds(30))
          try expect(outcome.contains("has ended without freeing it"), outcome)
        }
      }
    },

    Case("long-waits-between-processes-are-not-told", "S6", in: Place.processes) { place in
      try Tools.withPool(place, 3) { pool, tools in
        // Three workers queue for a lock that each holds longer than a wait is looked at, and take another in it.
        let slow = try (0..<6).map { _ in try pool.applyAsync(HoldLong(seconds: 0.7)) }
        try tools.lock.withLock { try tools.rlock.withLock { sleep(for: .milliseconds(700)) } }
        try expectEqual(Set(slow.map { try $0.get(timeout: .seconds(40)) }), ["done"], "The outcomes")
      }
    },

    Case("waits-that-end-are-not-told", "S6", in: [.thread], within: .seconds(120)) { _ in
      // Locks in one order, tasks that wait for others with a thread to spare, a lock that another thread frees.
      let (first, second) = (try Lock(), try RLock())
      let signal = try Lock()
      signal.acquire()
      try withThreadPool(processes: 4) { pool in
        try withThreadPool(processes: 1) { other in
          for round in 0..<200 {
            let nested = try (0..<3).map { number in
              try pool.applyAsync { [unowned pool, unowned other] () throws -> Int in
                let far = try other.applyAsync { number }
                let near = try pool.applyAsync { try first.withLock { try second.withLock { 1 } } }
                return try far.get() + near.get()
              }
            }
            let locked = try first.withLock { try pool.applyAsync { try second.withLock { 7 } } }
            try expectEqual(nested.map { try $0.get(timeout: .seconds(30)) }, [1, 2, 3], "The tasks of round \(round)")
            try expectEqual(locked.get(), 7, "The task with a lock")
            let freed = try pool.applyAsync { try signal.release() }
            signal.acquire()
            try freed.get()
          }
        }
      }
    },
  ]

  /// The message of the refusal.
  private static func refusal(_ body: () throws -> some Any) throws -> String {
    try expectError(.wouldDeadlock) { try body() }.message
  }

  /// The value, or the message of the refusal.
  private static func attempt(_ body: () throws -> String) throws -> String {
    do { return try body() } catch let error as MultiprocessingError where error.code == .wouldDeadlock { return error.message }
  }
}

extension String {
  /// How many parts there are between separators.
  fileprivate func components(of separator: String) -> Int {
    var (count, rest) = (1, self[...])
    while let range = rest.firstRange(of: separator) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}

/// Takes a lock, and takes it again.
struct TakesTwice: ProcessTarget {
  func run() throws {
    let lock = try Lock()
    lock.acquire()
    lock.acquire()
  }
}

/// Takes both locks, one in the other; what came of it.
struct TakeBoth: PoolTask {
  var lockFirst: Bool

  func run() throws -> String {
    let tools = try Tools.require()
    func meet() throws { _ = try? tools.barrier.wait(timeout: .seconds(30)) }
    do {
      if lockFirst {
        return try tools.lock.withLock {
          try meet()
          return try tools.rlock.withLock { "both" }
        }
      }
      return try tools.rlock.withLock {
        try meet()
        return try tools.lock.withLock { "both" }
      }
    } catch let error as MultiprocessingError where error.code == .wouldDeadlock {
      return error.message
    }
  }
}

/// Dies with a lock.
struct DieWith: PoolTask {
  var rlock: Bool

  func run() throws {
    let tools = try Tools.require()
    if rlock {
      try tools.rlock.withLock { _ = kill(getpid(), SIGKILL) }
    } else {
      try tools.lock.withLock { _ = kill(getpid(), SIGKILL) }
    }
  }
}

/// Holds both locks for a while.
struct HoldLong: PoolTask {
  var seconds: Double

  func run() throws -> String {
    let tools = try Tools.require()
    do {
      return try tools.lock.withLock {
        try tools.rlock.withLock {
          sleep(for: .seconds(seconds))
          return "done"
        }
      }
    } catch { return "\(error)" }
  }
}
