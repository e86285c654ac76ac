import Glibc
import Multiprocessing

extension Cases {
  /// Queue and JoinableQueue.
  static let sizedQueues: [Case] = [
    Case("a-sized-queue-in-one-process", "6.8, 7 put, 7 get, 7 qsize, 7 TestQueue.timeout", in: [.spawn]) { _ in
      let queue = try Queue<Int>(maxSize: 3)
      try expect(queue.isEmpty && !queue.isFull && queue.count == 0, "A new queue is not empty")
      for value in 1...3 { try queue.put(value) }
      try expect(!queue.isEmpty && queue.isFull && queue.count == 3, "Three of three are not all")
      try expectError(.queueFull) { try queue.put(4, blocking: false, timeout: .seconds(60)) }
      try expectError(.queueFull) { try queue.put(4, timeout: .milliseconds(20)) }
      try expectError(.queueFull) { try queue.put(4, timeout: .seconds(-1)) }
      try expectEqual((0..<3).map { _ in try queue.get() }, [1, 2, 3], "What comes out")
      try expect(queue.isEmpty && !queue.isFull && queue.count == 0, "The queue is not empty in the end")
      try expectError(.queueEmpty) { try queue.get(blocking: false) }
      _ = try expectWithin(.seconds(10), "Waiting for nothing") {
        try expectError(.queueEmpty) { try queue.get(timeout: .milliseconds(30)) }
      }
      try queue.put(5)
      try expectEqual(queue.get(blocking: false), 5, "What is there without waiting")
    },

    Case("a-queue-without-a-size-is-never-full", "6.7, 6.8", in: [.spawn]) { _ in
      // Far more than the shared memory takes; nobody reads meanwhile.
      let queue = try Queue<[UInt8]>()
      for index in 0..<6000 { try queue.put(Array(repeating: UInt8(truncatingIfNeeded: index), count: 1000)) }
      try expectEqual(queue.count, 6000, "The count")
      try expect(!queue.isFull, "The queue is full")
      try expect(ThreadIdentity.live.map(\.name).contains("QueueFeederThread"), "Nobody sends what waits")
      for index in 0..<6000 {
        let bytes = try queue.get(timeout: .seconds(30))
        try expect(bytes == Array(repeating: UInt8(truncatingIfNeeded: index), count: 1000), "The message \(index)")
      }
      try expectError(.queueEmpty) { try queue.get(blocking: false) }
      queue.close()
      try queue.joinThread()
    },

    Case("a-sized-queue-between-workers", "6.2, 6.8, P11, 7 fork") { place in
      let (input, output) = try (Queue<Int>(maxSize: 2), Queue<Int>())
      defer { Stations.current.value = nil }
      try place.withPool(2, initializer: Stations(input: input, output: output, tasks: JoinableQueue())) { pool in
        let done = try (0..<2).map { _ in try pool.applyAsync(SquareUntilNegative()) }
        for value in 0..<50 { try input.put(value, timeout: .seconds(30)) }
        for _ in 0..<2 { try input.put(-1, timeout: .seconds(30)) }
        let values = try (0..<50).map { _ in try output.get(timeout: .seconds(30)) }
        try expectEqual(values.sorted(), (0..<50).map { $0 * $0 }, "The values")
        for result in done { try result.get(timeout: .seconds(30)) }
        try expectEqual([input.count, output.count], [0, 0], "What is left")
      }
    },

    Case("a-put-waits-for-a-place", "6.8") { place in
      let (input, output) = try (Queue<Int>(maxSize: 1), Queue<Int>())
      defer { Stations.current.value = nil }
      try place.withPool(1, initializer: Stations(input: input, output: output, tasks: JoinableQueue())) { pool in
        try input.put(1)
        let waiting = try pool.applyAsync(PutInput(value: 2))
        try expectError(.timeout) { try waiting.get(timeout: .milliseconds(30)) }
        try expectEqual(input.get(), 1, "The first")
        try waiting.get(timeout: .seconds(30))
        try expectEqual(input.get(timeout: .seconds(30)), 2, "The second")
      }
    },

    Case("a-worker-sends-all-that-it-put-before-it-ends", "6.10", in: Place.processes) { place in
      let (input, output) = try (Queue<Int>(), Queue<Int>())
      defer { Stations.current.value = nil }
      let pool = try place.pool(1, initializer: Stations(input: input, output: output, tasks: JoinableQueue()))
      // More than the channel takes while nobody reads.
      try pool.apply(PutOutputs(count: 5000))
      pool.close()
      for value in 0..<5000 { try expectEqual(output.get(timeout: .seconds(30)), value, "The next value") }
      try pool.join()
    },

    Case("a-joinable-queue-is-joined-when-all-is-done", "6.10, 7 task_done, P11") { place in
      let tasks = try JoinableQueue<Int>()
      defer { Stations.current.value = nil }
      try place.withPool(2, initializer: Stations(input: Queue(), output: Queue(), tasks: tasks)) { pool in
        try expect(tasks.join(timeout: .zero), "An empty queue is not joined")
        for value in 0..<20 { try tasks.put(value) }
        try expect(!tasks.join(timeout: .milliseconds(20)), "Joined before anything was done")
        try expectEqual(tasks.unfinishedTasks, 20, "What is unfinished")
        let sums = try (0..<2).map { _ in try pool.applyAsync(WorkUntilEmpty()) }
        try expect(tasks.join(timeout: .seconds(30)), "Not joined")
        try expectEqual(sums.map { try $0.get(timeout: .seconds(30)) }.reduce(0, +), 190, "The sum")
        try expectError(.invalidArgument, "task_done() called too many times") { try tasks.taskDone() }
        try expect(tasks.join(timeout: .zero), "Too many reports have made something unfinished")
      }
    },

    Case("a-sized-queue-as-argument-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      try place.withPool(1) { pool in
        func refused(_ type: String, _ task: some PoolTask) throws {
          let words = "\(type) objects should only be shared between processes through inheritance"
          try expectError(.sharingNotAllowed, words) { try pool.applyAsync(task).get(timeout: .seconds(30)) }
        }
        try refused("Queue", Hold(object: Queue<Int>()))
        try refused("JoinableQueue", Hold(object: JoinableQueue<Int>()))
        try refused("Connection", Hold(object: Connection.pipe().0))
      }
    },

    Case("an-element-without-bytes-leaves-a-sized-queue-as-it-was", "6.7, 7 feeder_donot_stop_onexc", in: [.spawn]) { _ in
      let queue = try JoinableQueue<Unencodable>(maxSize: 1)
      for _ in 0..<3 {
        do {
          try queue.put(Unencodable())
          throw Failure("Nothing was thrown.")
        } catch let error where "\(error)".contains("no bytes for this") {}
      }
      try expectEqual([queue.count, queue.unfinishedTasks], [0, 0], "What is in the queue")
    },

    Case("a-closed-sized-queue-refuses", "6.9, 7 closed_queue_put_get, 7 closed_queue_empty", in: [.spawn]) { _ in
      let queue = try Queue<Int>()
      try queue.put(1)
      try expectError(.wrongState, "Queue not closed") { try queue.joinThread() }
      queue.close()
      queue.close()
      try queue.joinThread()
      try expectError(.queueClosed, "Queue is closed") { try queue.put(2) }
      try expectError(.queueClosed, "Queue is closed") { try queue.get() }
      let never = try JoinableQueue<Int>()
      never.close()
      try expectError(.queueClosed, "JoinableQueue is closed") { try never.get(blocking: false) }
      // Properties that cannot throw; CPython's methods may, in a moment that nobody can foresee.
      try expect(never.isEmpty && never.count == 0, "A closed queue has something to give")
    },

    Case("a-closed-queue-still-sends-what-waits", "6.9, 6.10") { place in
      let (input, output) = try (Queue<Int>(), Queue<Int>())
      defer { Stations.current.value = nil }
      try place.withPool(1, initializer: Stations(input: input, output: output, tasks: JoinableQueue())) { pool in
        let sum = try pool.applyAsync(SumInputs(count: 6000))
        for value in 0..<6000 { try input.put(value) }
        // In worker threads the queue is one object, and closed for them as well.
        guard place != .thread else { return try expectEqual(sum.get(timeout: .seconds(30)), 17_997_000, "The sum") }
        input.close()
        try input.joinThread()
        try expectEqual(sum.get(timeout: .seconds(30)), 17_997_000, "The sum")
      }
    },

    Case("a-killed-reader-of-a-sized-queue-harms-nobody", "8.2", in: Place.processes) { place in
      let (input, output) = try (Queue<Int>(), Queue<Int>())
      defer { Stations.current.value = nil }
      try place.withPool(1, initializer: Stations(input: input, output: output, tasks: JoinableQueue())) { pool in
        let victim = try pool.applyAsync(SumInputs(count: 2))
        try input.put(1)
        try expect(eventually { input.count == 0 }, "The worker takes nothing")
        for process in SystemState.descendants(of: getpid()) where SystemState.command(of: process) != "mp-server" {
          killProcess(process)
        }
        try expectError(.workerDied) { try victim.get(timeout: .seconds(30)) }
        try input.put(20)
        try input.put(22)
        try expectEqual(pool.apply(SumInputs(count: 2)), 42, "The sum in the next worker")
      }
    },

    Case(async: "queues-suspend-instead-of-blocking", "6.8") { place in
      let queue = try Queue<Int>(maxSize: 1)
      async let value = queue.get(timeout: .seconds(30))
      try await queue.put(7)
      try await expectEqual(value, 7, "The value")
      try await queue.put(8)
      try await expectError(.queueFull) { try await queue.put(9, timeout: .milliseconds(20)) }
      try await expectEqual(queue.get(), 8, "The value")
      try await expectError(.queueEmpty) { try await queue.get(timeout: .milliseconds(20)) }
      let tasks = try JoinableQueue<Int>()
      try await tasks.put(1)
      try await expect(!tasks.join(timeout: .milliseconds(20)), "Joined before anything was done")
      try tasks.taskDone()
      try await expect(tasks.join(timeout: .seconds(30)), "Not joined")
    },
  ]
}

struct Stations: Initializer {
  let input: Queue<Int>
  let output: Queue<Int>
  let tasks: JoinableQueue<Int>
  static let current = ProcessLocal<Stations?>(nil)
  func run() { Self.current.value = self }

  static func require() throws -> Stations {
    guard let stations = current.value else { throw Failure("There are no queues.") }
    return stations
  }
}

struct SquareUntilNegative: PoolTask {
  func run() throws {
    let stations = try Stations.require()
    while case let value = try stations.input.get(timeout: .seconds(30)), value >= 0 {
      try stations.output.put(value * value)
    }
  }
}

struct PutInput: PoolTask {
  var value: Int
  func run() throws { try Stations.require().input.put(value, timeout: .seconds(30)) }
}

struct PutOutputs: PoolTask {
  var count: Int
  func run() throws {
    let output = try Stations.require().output
    for value in 0..<count { try output.put(value) }
  }
}

struct SumInputs: PoolTask {
  var count: Int
  func run() throws -> Int {
    let input = try Stations.require().input
    return try (0..<count).reduce(0) { sum, _ in try sum + input.get(timeout: .seconds(30)) }
  }
}

struct WorkUntilEmpty: PoolTask {
  func run() throws -> Int {
    let tasks = try Stations.require().tasks
    var sum = 0
    while true {
      do {
        sum += try tasks.get(timeout: .milliseconds(100))
      } catch let error as MultiprocessingError where error.code == .queueEmpty {
        return sum
      }
      try tasks.taskDone()
    }
  }
}
