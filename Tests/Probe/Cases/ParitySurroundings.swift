import CMultiprocessing
import Glibc
import Multiprocessing

extension Cases {
  /// Items of the catalogue that no other file covers: what surrounds workers, and what tasks share.
  static let paritySurroundings: [Case] = [
    Case("exit-handlers-run-in-no-worker", "2.27, 7 TestAtExit", in: Place.processes, prints: .exactly(["done"])) { place in
      atexit { _ = write(1, "an exit handler ran\n", 20) }
      let pool = try place.pool(1, maxTasksPerChild: 2)
      for _ in 0..<5 { try pool.apply(RegisterExitHandler()) }
      pool.close()
      try pool.join()
      print("done", flush: true)
      // Here it would run as well, which is not what this is about.
      _ = mp_flush()
      close(1)
    },

    Case("a-worker-is-this-executable", "5.16, 7 process_mainthread_native_id", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let answer = try pool.apply(ReadExecutable())
        try expectEqual(answer.path, SystemState.link("/proc/self/exe"), "The executable of a worker")
        try expectEqual(answer.thread, "\(answer.process)/task/\(answer.process)", "The main thread of a worker")
        try expect(answer.process != getpid(), "The worker is no process of its own")
      }
      try expectEqual(SystemState.link("/proc/thread-self"), "\(getpid())/task/\(getpid())", "The main thread")
    },

    Case("shared-objects-have-no-names", "5.24, 7 TestNamedResource, 7 TestResourceTracker") { place in
      // What has no name in the system cannot be left behind under one.
      try Tools.withPool(place, 1) { pool, tools in
        _ = try pool.apply(Use(.setEvent))
        try expect(tools.event.isSet, "The worker's event is another one")
        try expectEqual(NamedFiles().run(), [], "Shared memory with a name")
        try expectEqual(pool.apply(NamedFiles()), [], "Shared memory with a name in a worker")
      }
    },

    Case("a-worker-without-a-standard-output", "2.25, 7 error_on_stdio_flush_1, 7 error_on_stdio_flush_2", in: Place.processes) {
      place in
      for loss in [LoseOutput.Loss.closed, .full] {
        try place.withPool(1) { pool in
          try pool.apply(LoseOutput(loss: loss))
          try expectEqual(pool.apply(Square.self, 3), 9, "The worker whose output is \(loss)")
          pool.close()
          try pool.join()
        }
      }
    },

    Case("a-signal-does-not-end-a-wait", "6.18, 6.19, 7 wait_result", in: [.spawn]) { _ in
      signal(SIGUSR1) { _ in }
      let (event, condition, lock) = try (Event(), Condition(), Lock())
      lock.acquire()
      let main = pthread_self()
      try withThreadPool(processes: 1) { pool in
        let sender = try pool.applyAsync { () throws -> Int in
          var sent = 0
          while !event.wait(timeout: .milliseconds(5)) {
            pthread_kill(main, SIGUSR1)
            sent += 1
          }
          return sent
        }
        for _ in 0..<3 {
          let start = ContinuousClock.now
          try expect(!lock.acquire(timeout: .milliseconds(40)), "A held lock was taken")
          try expect(try condition.withLock { try !condition.wait(timeout: .milliseconds(40)) }, "Nobody told the condition")
          let taken = ContinuousClock.now - start
          try expect(taken >= .milliseconds(80), "Two waits of 40 ms ended after \(taken)")
        }
        event.set()
        let sent = try sender.get(timeout: .seconds(30))
        try expect(sent > 0, "No signal was sent")
        pool.close()
        try pool.join()
      }
    },

    Case("a-thousand-rounds-of-a-barrier", "6.20, 7 thousand", in: [.spawn, .thread], within: .seconds(180)) { place in
      try Tools.withPool(place, 2, parties: 3) { pool, tools in
        let others = try (0..<2).map { _ in try pool.applyAsync(MeetOften(rounds: 1000)) }
        var sum = 0
        for _ in 0..<1000 { sum += try tools.barrier.wait(timeout: .seconds(60)) }
        sum += try others.map { try $0.get(timeout: .seconds(60)) }.reduce(0, +)
        // In each round the three arrive as 0, 1 and 2.
        try expectEqual(sum, 3000, "The sum of the orders of arrival")
        try expectEqual(tools.barrier.waiting, 0, "Who waits")
      }
    },

    Case("a-barrier-has-a-time-out-of-its-own", "6.20, 7 default_timeout") { place in
      let barrier = try Barrier(2, timeout: .milliseconds(30))
      defer { CarryBarrier.current.value = nil }
      try place.withPool(1, initializer: CarryBarrier(barrier: barrier)) { pool in
        // Alone, here and in a worker: the time-out travels with the barrier.
        CarryBarrier.current.value = barrier
        try expectEqual(MeetAtCarried().run(), "broken", "Waiting alone")
        try barrier.reset()
        try expectEqual(pool.apply(MeetAtCarried()), "broken", "A worker that waits alone")
        try expect(barrier.isBroken, "The barrier is whole")
      }
    },

    Case("a-shared-array-of-zeros", "6.22, 7 array_from_size", in: [.spawn]) { _ in
      for count in [0, 1, 17, 5000] {
        let array = try SharedArray<Int32>(Array(repeating: 0, count: count))
        try expectEqual(array.count, count, "The count")
        try expect(array.elements.allSatisfy { $0 == 0 }, "A new array is not zero")
        array.withElements { elements in for index in elements.indices { elements[index] = Int32(index) } }
        try expectEqual(array.elements, (0..<Int32(count)).map { $0 }, "What was written")
      }
    },

    Case("a-queue-tells-whether-it-is-empty", "6.4, 7 TestSimpleQueue.empty") { place in
      let queue = try SimpleQueue<Parcel>()
      defer { Carry.queue.value = nil }
      try place.withPool(1, initializer: Carry(shared: queue)) { pool in
        try expect(queue.isEmpty, "A new queue is not empty")
        try pool.apply(Put(value: 4))
        try expect(!queue.isEmpty, "A queue with a value is empty")
        try expectEqual(queue.get().number, 4, "The value")
        try expect(queue.isEmpty, "A queue whose value was taken is not empty")
      }
    },
  ]
}

struct RegisterExitHandler: PoolTask {
  func run() { atexit { _ = write(1, "an exit handler of a worker ran\n", 32) } }
}

struct ReadExecutable: PoolTask {
  struct Answer: Codable, Sendable {
    var path: String?
    var thread: String?
    var process: Int32
  }
  func run() -> Answer {
    Answer(path: SystemState.link("/proc/self/exe"), thread: SystemState.link("/proc/thread-self"), process: getpid())
  }
}

/// The shared memory that this process holds under a name.
struct NamedFiles: PoolTask {
  func run() -> [String] { SystemState.descriptors().values.filter { $0.hasPrefix("/dev/shm") } }
}

/// Takes the worker's standard output away, then prints.
struct LoseOutput: PoolTask {
  enum Loss: String, Codable, Sendable { case closed, full }
  var loss: Loss

  func run() {
    switch loss {
    case .closed: close(1)
    case .full:
      let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
      dup2(full, 1)
      close(full)
    }
    print("lost", flush: false)
    print("lost", flush: true)
  }
}

/// Waits at the barrier again and again; the sum of the orders of arrival.
struct MeetOften: PoolTask {
  var rounds: Int
  func run() throws -> Int {
    let barrier = try Tools.require().barrier
    return try (0..<rounds).reduce(0) { sum, _ in try sum + barrier.wait(timeout: .seconds(60)) }
  }
}

struct CarryBarrier: Initializer {
  static let current = ProcessLocal<Barrier?>(nil)
  let barrier: Barrier
  func run() { Self.current.value = barrier }
}

/// Waits at the barrier without a time-out; what comes of it.
struct MeetAtCarried: PoolTask {
  func run() throws -> String {
    do {
      return "\(try CarryBarrier.current.value?.wait() ?? -1)"
    } catch is Barrier.Broken {
      return "broken"
    }
  }
}
