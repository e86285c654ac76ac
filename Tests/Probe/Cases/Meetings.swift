import Glibc
import Multiprocessing

extension Cases {
  /// Condition, Event and Barrier.
  static let meetings: [Case] = [
    Case(
      "a-condition-wakes-as-many-as-it-is-told", "6.18, P11, 7 notify, 7 notify_all, 7 notify_n, 7 TestCondition.timeout"
    ) { place in
      try Tools.withPool(place, 4) { pool, tools in
        let waiters = try (0..<4).map { _ in try pool.applyAsync(Use(.waitCondition(30))) }
        try tools.awaitArrivals(4)
        // Each arrived with the lock held, and frees it by waiting.
        try tools.condition.withLock { try tools.condition.notify() }
        try expect(eventually { waiters.count { $0.isReady } == 1 }, "Not one was woken")
        try tools.condition.withLock { try tools.condition.notify(2) }
        try expect(eventually { waiters.count { $0.isReady } == 3 }, "Not two more were woken")
        try expectError(.timeout) {
          for waiter in waiters { _ = try waiter.get(timeout: .milliseconds(30)) }
        }
        try tools.condition.withLock { try tools.condition.notifyAll() }
        for waiter in waiters { try expectEqual(waiter.get(timeout: .seconds(30)), "true", "Waiting") }
        // Nobody waits: this is kept for no one.
        try tools.condition.withLock { try tools.condition.notify() }
        try expectEqual(pool.apply(Use(.waitCondition(0.03))), "false", "Waiting for a notification that is over")
      }
    },

    Case("a-condition-that-is-not-owned-refuses", "6.18") { place in
      try Tools.withPool(place, 1) { pool, tools in
        try expectEqual(pool.apply(Use(.notifyUnowned)), "lock is not owned; lock is not owned", "Notifying")
        try expectEqual(pool.apply(Use(.waitUnowned)), "must acquire() condition before using wait()", "Waiting")
        tools.condition.acquire()
        // Owned here is not owned there.
        try expectEqual(pool.apply(Use(.notifyUnowned)), "lock is not owned; lock is not owned", "Notifying")
        try tools.condition.release()
      }
    },

    Case("a-condition-is-waited-for-with-a-predicate", "6.18, 7 waitfor, 7 waitfor_timeout") { place in
      try Tools.withPool(place, 1) { pool, tools in
        let waiter = try pool.applyAsync(Use(.waitForValue(4, 30)))
        try tools.awaitArrivals(1)
        for _ in 0..<4 {
          try tools.condition.withLock {
            tools.value.value += 1
            try tools.condition.notify()
          }
        }
        try expectEqual(waiter.get(timeout: .seconds(30)), "true", "Waiting for the value 4")
        try expectEqual(pool.apply(Use(.waitForValue(5, 0.03))), "false", "Waiting for a value that never comes")
      }
    },

    Case("a-waiter-of-a-condition-that-is-killed-loses-nobody-s-wake-up", "6.18, 8.2", in: Place.processes) { place in
      try Tools.withPool(place, 2) { pool, tools in
        let first = try pool.applyAsync(Use(.waitCondition(60)))
        try tools.awaitArrivals(1)
        // The lock is free, so the worker waits, in a process that is known by being the only one that runs a task.
        try tools.condition.withLock {}
        for process in SystemState.descendants(of: getpid()) where SystemState.command(of: process) != "mp-server" {
          killProcess(process)
        }
        try expectError(.workerDied) { try first.get(timeout: .seconds(30)) }
        let second = try pool.applyAsync(Use(.waitForValue(1, 30)))
        try tools.awaitArrivals(1)
        try tools.condition.withLock {
          tools.value.value = 1
          try tools.condition.notifyAll()
        }
        try expectEqual(second.get(timeout: .seconds(30)), "true", "The waiter that is alive")
      }
    },

    Case("an-event-wakes-all-who-wait", "6.19, P11, 7 event") { place in
      try Tools.withPool(place, 3) { pool, tools in
        try expect(!tools.event.isSet && !tools.event.wait(timeout: .zero), "A new event is set")
        try expectEqual(pool.apply(Use(.waitEvent(0.02))), "false", "Waiting for what does not come")
        try tools.awaitArrivals(1)
        let waiters = try (0..<3).map { _ in try pool.applyAsync(Use(.waitEvent(30))) }
        try tools.awaitArrivals(3)
        tools.event.set()
        for waiter in waiters { try expectEqual(waiter.get(timeout: .seconds(30)), "true", "Waiting") }
        try expectEqual(pool.apply(Use(.waitEvent(0))), "true", "Waiting for an event that is set")
        tools.event.clear()
        try expectEqual(pool.apply(Use(.waitEvent(0))), "false", "Waiting for an event that is cleared")
        _ = try pool.apply(Use(.setEvent))
        try expect(tools.event.isSet, "The worker's set is not seen")
      }
    },

    Case("an-event-stops-all-tasks", "P11") { place in
      try Tools.withPool(place, 2) { pool, tools in
        let map = try pool.mapAsync(Array(repeating: Use(.workUntilEvent), count: 6), chunkSize: 1)
        try tools.awaitArrivals(2)
        tools.event.set()
        try expectEqual(map.get(timeout: .seconds(30)), Array(repeating: "stopped", count: 6), "The tasks")
      }
    },

    Case("a-barrier-brings-all-together", "6.20, P11, 7 barrier, 7 barrier_10, 7 wait_return") { place in
      try Tools.withPool(place, 3, parties: 3) { pool, tools in
        for _ in 0..<10 {
          let order = try pool.map(Array(repeating: Use(.waitBarrier(30)), count: 3), chunkSize: 1)
          try expectEqual(order.sorted(), ["0", "1", "2"], "The order of arrival")
        }
        try expectEqual(tools.barrier.waiting, 0, "Who waits")
        try expectEqual(tools.barrier.parties, 3, "How many are needed")
        try expect(!tools.barrier.isBroken, "The barrier is broken")
      }
    },

    Case("the-action-of-a-barrier-runs-once-a-round", "6.20, 7 action, 7 single_thread", in: [.spawn]) { _ in
      let count = Collected<Int>()
      let barrier = try Barrier(1, action: { count.append(1) })
      for _ in 0..<3 { try expectEqual(barrier.wait(), 0, "The order of arrival") }
      try expectEqual(count.all.count, 3, "How often the action ran")
      struct Own: Error {}
      let failing = try Barrier(1, action: { throw Own() })
      do {
        try failing.wait()
        throw Failure("The action's error is lost.")
      } catch is Own {}
      try expect(failing.isBroken, "An action that failed left the barrier whole")
      try expectEqual(Barrier(0).parties, 0, "A barrier for nobody")
      try expectError(.invalidArgument) { try Barrier(-1) }
    },

    Case("a-barrier-breaks-for-all-when-one-gives-up", "6.20, 7 TestBarrier.timeout") { place in
      try Tools.withPool(place, 2, parties: 3) { pool, tools in
        let patient = try pool.applyAsync(Use(.waitBarrier(30)))
        try tools.awaitArrivals(1)
        try expect(eventually { tools.barrier.waiting == 1 }, "The worker does not wait")
        try expectEqual(pool.apply(Use(.waitBarrier(0.03))), "broken", "The one whose time is over")
        try expectEqual(patient.get(timeout: .seconds(30)), "broken", "The one that had time")
        try expect(tools.barrier.isBroken, "The barrier is whole")
        try expectEqual(pool.apply(Use(.waitBarrier(30))), "broken", "One that comes later")
      }
    },

    Case("a-barrier-is-aborted-and-reset", "6.20, 7 abort, 7 reset, 7 abort_and_reset") { place in
      try Tools.withPool(place, 2, parties: 3) { pool, tools in
        var waiter = try pool.applyAsync(Use(.waitBarrier(nil)))
        try expect(eventually { tools.barrier.waiting == 1 }, "The worker does not wait")
        try tools.barrier.abort()
        try expectEqual(waiter.get(timeout: .seconds(30)), "broken", "The one that waited")
        try expectEqual(pool.apply(Use(.waitBarrier(nil))), "broken", "One that comes later")
        try tools.barrier.reset()
        try expect(!tools.barrier.isBroken, "A barrier that was reset is broken")
        waiter = try pool.applyAsync(Use(.waitBarrier(nil)))
        try expect(eventually { tools.barrier.waiting == 1 }, "The worker does not wait")
        try tools.barrier.reset()
        try expectEqual(waiter.get(timeout: .seconds(30)), "broken", "The one that waited during a reset")
        let others = try (0..<2).map { _ in try pool.applyAsync(Use(.waitBarrier(30))) }
        _ = try tools.barrier.wait(timeout: .seconds(30))
        for other in others { try expect(other.get(timeout: .seconds(30)) != "broken", "A new round is broken") }
      }
    },

    Case("who-holds-a-recursive-lock-says-the-lock", "6.16, 6.18", in: [.spawn]) { _ in
      let tools = try Tools()
      try expectEqual("\(tools.rlock)", "<RLock(None, 0)>", "A free lock")
      tools.rlock.acquire()
      tools.rlock.acquire()
      try expectEqual("\(tools.rlock)", "<RLock(MainProcess, 2)>", "A lock of the main thread")
      try withThreadPool(processes: 1) { pool in
        let there = try pool.applyAsync { "\(tools.rlock)" }.get(timeout: .seconds(30))
        try expectEqual(there, "<RLock(SomeOtherThread, nonzero)>", "The main thread's lock in another")
        try tools.rlock.release()
        try tools.rlock.release()
        let own = try pool.applyAsync { try tools.rlock.withLock { "\(tools.rlock)" } }.get(timeout: .seconds(30))
        try expect(own.hasPrefix("<RLock(MainProcess|Thread-1"), "A lock of another thread is \(own)")
        pool.close()
        try pool.join()
      }
      try expectEqual("\(tools.condition)", "<Condition(<RLock(None, 0)>, 0)>", "A condition")
    },

    Case("the-longest-time-outs", "6.14", in: [.spawn]) { _ in
      let (event, lock) = try (Event(), Lock())
      lock.acquire()
      try withThreadPool(processes: 2) { pool in
        let eternity = Duration.seconds(Int64.max)
        let waiters = try (pool.applyAsync { event.wait(timeout: eternity) }, pool.applyAsync { lock.acquire(timeout: eternity) })
        try expectError(.timeout) { try waiters.0.get(timeout: .milliseconds(20)) }
        event.set()
        try lock.release()
        try expect(waiters.0.get(timeout: eternity) && waiters.1.get(timeout: eternity), "A wait failed")
        try expectEqual(pool.imap(Square.self, [3]).next(timeout: eternity), 9, "An output")
        pool.close()
        try pool.join()
      }
    },
  ]
}
