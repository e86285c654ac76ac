import Glibc
import Multiprocessing

extension Cases {
  private static let tooOften = "semaphore or lock released too many times"
  private static let notOwned = "attempt to release recursive lock not owned by thread"

  /// Lock, RLock and semaphores, alone and in workers.
  static let locks: [Case] = [
    Case("a-lock-in-one-thread", "6.14, 8.23, 7 lock, 7 lock_context", in: [.spawn]) { _ in
      let lock = try Lock()
      try expect(!lock.isLocked, "A new lock is held")
      try expect(lock.acquire(), "A free lock was not taken")
      try expect(lock.isLocked, "A lock that was taken is free")
      // Without blocking the time-out does not count; a negative one is zero.
      try expectWithin(.seconds(5), "Not waiting") {
        try expect(!lock.acquire(blocking: false, timeout: .seconds(60)), "A held lock was taken")
        try expect(!lock.acquire(timeout: .seconds(-60)), "A held lock was taken")
        try expect(!lock.acquire(timeout: .milliseconds(20)), "A held lock was taken")
      }
      try lock.release()
      try expectError(.invalidArgument, tooOften) { try lock.release() }
      try expect(!lock.isLocked, "A release of a free lock took it")
      struct Own: Error {}
      do {
        try lock.withLock { throw Own() }
      } catch is Own {}
      try expect(!lock.isLocked, "withLock kept the lock after a failure")
    },

    Case("an-rlock-in-one-thread", "6.16, 7 rlock", in: [.spawn]) { _ in
      let lock = try RLock()
      try expectError(.invalidArgument, notOwned) { try lock.release() }
      for _ in 0..<3 { try expect(lock.acquire(), "The lock was not taken again") }
      try expect(lock.acquire(blocking: false), "The lock was not taken again")
      for _ in 0..<4 { try lock.release() }
      try expectError(.invalidArgument, notOwned) { try lock.release() }
    },

    Case("semaphores-in-one-thread", "6.17, 7 semaphore, 7 bounded_semaphore, 7 TestSemaphore.timeout", in: [.spawn]) { _ in
      let semaphore = try CountingSemaphore(2)
      try expect(semaphore.acquire() && semaphore.acquire(), "Two units were not there")
      try expect(!semaphore.acquire(blocking: false), "There was a third")
      try expect(!semaphore.acquire(timeout: .milliseconds(20)), "There was a third")
      for _ in 0..<5 { try semaphore.release() }
      try expectEqual(semaphore.value, 5, "A value beyond the first")
      let bounded = try BoundedSemaphore(1)
      try expectError(.invalidArgument, tooOften) { try bounded.release() }
      try expect(bounded.acquire(), "The unit was not there")
      try bounded.release()
      try expectEqual(bounded.value, 1, "The value")
      try expectError(.invalidArgument, "[Errno 22] Invalid argument") { try CountingSemaphore(-1) }
      try expectError(.invalidArgument, "[Errno 22] Invalid argument") { try BoundedSemaphore(-1) }
    },

    Case("a-lock-excludes-every-worker", "6.14, 6.2, P11") { place in
      try Tools.withPool(place, 3) { pool, tools in
        _ = try pool.map(Array(repeating: Use(.addUnderLock(times: 100)), count: 6), chunkSize: 1)
        try expectEqual(tools.value.value, 600, "The value")
        try expect(!tools.lock.isLocked, "The lock is held")
      }
    },

    Case("any-process-may-release-a-lock", "6.14, P11") { place in
      try Tools.withPool(place, 1) { pool, tools in
        tools.lock.acquire()
        try expectEqual(pool.apply(Use(.tryLock)), "false", "Taking it in the worker")
        try expectEqual(pool.apply(Use(.releaseLock)), "done", "Releasing it in the worker")
        try expectEqual(pool.apply(Use(.acquireLock)), "true", "Taking it in the worker")
        try expect(!tools.lock.acquire(timeout: .milliseconds(20)), "The worker's lock was taken")
        try tools.lock.release()
        try expectEqual(pool.apply(Use(.releaseLock)), tooOften, "Releasing it once too often in the worker")
      }
    },

    Case("a-waiter-is-woken-by-a-release", "6.14") { place in
      try Tools.withPool(place, 2) { pool, tools in
        tools.lock.acquire()
        let waiters = try (0..<2).map { _ in try pool.applyAsync(Use(.acquireLock)) }
        try expectError(.timeout) { try waiters[0].get(timeout: .milliseconds(50)) }
        // Each release lets one in, and that one keeps it.
        try tools.lock.release()
        try expect(eventually { waiters.contains { $0.isReady } }, "Nobody was woken")
        try expect(tools.lock.isLocked && !waiters.allSatisfy { $0.isReady }, "One release let two in")
        try tools.lock.release()
        for waiter in waiters { try expectEqual(waiter.get(timeout: .seconds(30)), "true", "Taking it") }
      }
    },

    Case("a-lock-whose-holder-was-killed-stays-locked", "6.14, 8.2", in: Place.processes) { place in
      try Tools.withPool(place, 1) { pool, tools in
        try expectError(.workerDied) { try pool.apply(Use(.holdLockAndDie)) }
        try expect(tools.lock.isLocked, "The dead holder's lock is free")
        try expect(!tools.lock.acquire(timeout: .milliseconds(50)), "The dead holder's lock was taken")
        // Nobody is bound to wait for ever: whoever knows better releases it.
        try tools.lock.release()
        try expectEqual(pool.apply(Use(.acquireLock)), "true", "Taking it in the replacement")
        try expectError(.workerDied) { try pool.apply(Use(.holdRLockAndDie)) }
        try expect(!tools.rlock.acquire(timeout: .milliseconds(50)), "The dead holder's recursive lock was taken")
        try expectError(.invalidArgument, notOwned) { try tools.rlock.release() }
      }
    },

    Case("an-rlock-belongs-to-one-thread-of-one-process", "6.16, P11") { place in
      try Tools.withPool(place, 1) { pool, tools in
        try expectEqual(pool.apply(Use(.releaseRLock)), notOwned, "Releasing a free one")
        tools.rlock.acquire()
        try expectEqual(pool.apply(Use(.releaseRLock)), notOwned, "Releasing the main thread's")
        try expectEqual(pool.apply(Use(.tryRLock)), "false", "Taking the main thread's")
        try tools.rlock.release()
        try expectEqual(pool.apply(Use(.acquireTwice)), "true true", "Taking it twice")
        try expectError(.invalidArgument, notOwned) { try tools.rlock.release() }
        try expectEqual(pool.apply(Use(.releaseRLock)), "done", "The first release")
        try expect(!tools.rlock.acquire(blocking: false), "One release of two freed it")
        try expectEqual(pool.apply(Use(.releaseRLock)), "done", "The second release")
        try expect(tools.rlock.acquire(blocking: false), "It is not free")
        try tools.rlock.release()
      }
    },

    Case("a-worker-that-holds-an-rlock-keeps-others-out", "6.16") { place in
      try Tools.withPool(place, 1) { pool, tools in
        let held = try pool.applyAsync(Use(.holdRLockUntilEvent))
        try tools.awaitArrivals(1)
        try expect(!tools.rlock.acquire(timeout: .milliseconds(30)), "The worker's lock was taken")
        tools.event.set()
        try expect(tools.rlock.acquire(timeout: .seconds(30)), "The lock was not freed")
        try tools.rlock.release()
        try expectEqual(held.get(), "true", "The worker")
      }
    },

    Case("a-semaphore-admits-so-many", "6.17, P11") { place in
      // Two meet inside, so two are let in; never three.
      try Tools.withPool(place, 4, parties: 2) { pool, tools in
        _ = try pool.map(Array(repeating: Use(.meetInSemaphore), count: 8), chunkSize: 1)
        try expectEqual(tools.array.elements, [0, 2, 0, 0], "Inside now, and at the most")
        try expectEqual(tools.semaphore.value, 2, "The value")
        try expectEqual(pool.apply(Use(.overrelease)), tooOften, "Releasing a bounded one too often")
      }
    },
  ]
}
