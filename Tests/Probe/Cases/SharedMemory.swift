import Multiprocessing

extension Cases {
  /// SharedValue and SharedArray, and the ways on which shared objects may travel.
  static let sharedMemory: [Case] = [
    Case("a-shared-value-is-one-for-all", "6.2, 6.21, P11, 7 value, 7 rawvalue, 7 getobj_getlock") { place in
      try Tools.withPool(place, 3) { pool, tools in
        _ = try pool.map(Array(repeating: Use(.addInOneStep(times: 200)), count: 6), chunkSize: 1)
        try expectEqual(tools.value.value, 1200, "The value")
        tools.value.value = -7
        _ = try pool.apply(Use(.addInOneStep(times: 1)))
        try expectEqual(tools.value.value, -6, "The value after a step in a worker")
      }
    },

    Case("a-shared-array-is-one-for-all", "6.22, P11, 7 array, 7 rawarray, 7 getobj_getlock_obj") { place in
      try Tools.withPool(place, 1) { pool, tools in
        tools.array[1] = 11
        try expectEqual(pool.apply(Use(.storeInArray(3, 33))), "[0, 11, 0, 33]", "The elements in the worker")
        try expectEqual(tools.array.elements, [0, 11, 0, 33], "The elements")
        try expectEqual(tools.array.count, 4, "The count")
      }
    },

    Case("what-a-shared-value-may-be", "6.21, 6.22", in: [.spawn]) { _ in
      struct Point: BitwiseCopyable, Sendable, Equatable {
        var x: Double
        var y: UInt8
      }
      let point = try SharedValue(Point(x: 1.5, y: 2))
      point.withValue { $0.y += 1 }
      try expectEqual(point.value, Point(x: 1.5, y: 3), "A struct")
      let bytes = try SharedArray<UInt8>(Array(0..<255))
      try expectEqual(bytes.elements, Array(0..<255), "Bytes")
      try expectEqual(try SharedArray<Int>([]).elements, [], "An empty array")
      try expectEqual(try SharedArray<Point>([Point(x: 0, y: 1), Point(x: 2, y: 3)])[1], Point(x: 2, y: 3), "Structs")
      struct Own: Error {}
      do {
        try point.withValue { _ in throw Own() }
      } catch is Own {}
      try expectEqual(point.value.y, 3, "The value after a failed change, whose lock is free")
    },

    Case("a-shared-object-as-argument-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      try place.withPool(1) { pool in
        func refused(_ type: String, _ task: some PoolTask) throws {
          let words = "\(type) objects should only be shared between processes through inheritance"
          let result = try pool.applyAsync(task)
          try expectError(.sharingNotAllowed, words) { try result.get(timeout: .seconds(30)) }
        }
        try refused("Lock", Hold(object: Lock()))
        try refused("RLock", Hold(object: RLock()))
        try refused("Semaphore", Hold(object: CountingSemaphore()))
        try refused("BoundedSemaphore", Hold(object: BoundedSemaphore()))
        try refused("Condition", Hold(object: Condition()))
        // As CPython names them.
        try refused("Condition", Hold(object: Event()))
        try refused("Condition", Hold(object: Barrier(2)))
        try refused("Synchronized", Hold(object: SharedValue(1)))
        try refused("SynchronizedArray", Hold(object: SharedArray([1, 2])))
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("a-shared-object-as-result-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let error = try expectError(.notEncodable) { try pool.apply(GiveLock()) }
        try expect(error.message.contains("through inheritance"), "The message is \(error.message)")
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("threads-take-shared-objects-anywhere", "6.3", in: [.thread]) { place in
      try place.withPool(2) { pool in
        let (lock, barrier, value) = try (Lock(), Barrier(2), SharedValue(1))
        try expect(try pool.apply(Hold(object: lock)).object === lock, "The lock is another")
        try expect(try pool.apply(Hold(object: barrier)).object === barrier, "The barrier is another")
        try expect(try pool.apply(Hold(object: value)).object === value, "The value is another")
      }
    },

    Case("one-object-shared-twice-is-one", "6.2") { place in
      let value = try SharedValue(1)
      defer { Twice.current.value = nil }
      try place.withPool(1, initializer: Twice(first: value, second: value, lock: Lock())) { pool in
        try expectEqual(pool.apply(BumpTwice()), 3, "The value in the worker")
        try expectEqual(value.value, 3, "The value")
      }
    },

    Case("a-global-shared-object-reaches-forked-workers-by-itself", "6.2, 5.19", in: [.fork]) { place in
      let value = try SharedValue(5)
      Twice.current.value = try Twice(first: value, second: value, lock: Lock())
      defer { Twice.current.value = nil }
      try place.withPool(1, maxTasksPerChild: 1) { pool in
        try expectEqual(pool.apply(BumpTwice()), 7, "The value in the first worker")
        try expectEqual(pool.apply(BumpTwice()), 9, "The value in its replacement")
        try expectEqual(value.value, 9, "The value")
      }
    },

    Case("one-lock-in-pools-of-every-method", "5.23, 7 mixed_startmethod", in: [.spawn]) { _ in
      let value = try SharedValue(0)
      let setup = try Twice(first: value, second: value, lock: Lock())
      for place in Place.processes {
        try place.withPool(2, initializer: setup) { pool in _ = try pool.map(Array(repeating: BumpTwice(), count: 10)) }
      }
      try expectEqual(value.value, 60, "The value")
    },
  ]
}

/// Gives its argument back.
struct Hold<Object: Codable & Sendable>: PoolTask {
  var object: Object
  func run() -> Hold<Object> { self }
}

struct GiveLock: PoolTask {
  func run() throws -> Lock { try Lock() }
}

struct Twice: Initializer {
  let first: SharedValue<Int>
  let second: SharedValue<Int>
  let lock: Lock
  static let current = ProcessLocal<Twice?>(nil)
  func run() { Self.current.value = self }
}

struct BumpTwice: PoolTask {
  func run() throws -> Int {
    guard let both = Twice.current.value else { throw Failure("There is nothing to count with.") }
    return try both.lock.withLock {
      both.first.value += 1
      both.second.value += 1
      return both.first.value
    }
  }
}
