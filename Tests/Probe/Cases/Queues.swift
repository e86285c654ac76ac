import Multiprocessing

extension Cases {
  /// SimpleQueue.
  static let queues: [Case] = [
    Case("a-queue-is-first-in-first-out", "6.4", in: [.spawn]) { _ in
      let queue = try SimpleQueue<Int>()
      try expect(queue.isEmpty, "A new queue is not empty")
      for value in 0..<100 { try queue.put(value) }
      try expect(!queue.isEmpty, "The queue is empty after a hundred puts")
      try expectEqual((0..<100).map { _ in try queue.get() }, Array(0..<100), "What comes out")
      try expect(queue.isEmpty, "The queue is not empty in the end")
    },

    Case("a-queue-carries-values-from-workers", "6.2, P11, S1") { place in
      let queue = try SimpleQueue<Parcel>()
      defer { Carry.queue.value = nil }
      try place.withPool(2, initializer: Carry(shared: queue)) { pool in
        let map = try pool.mapAsync((0..<50).map { Put(value: $0) }, chunkSize: 1)
        // 6.4: results come while the workers go on, in any order.
        let values = try (0..<50).map { _ in try queue.get() }
        _ = try map.get()
        try expectEqual(values.map(\.number).sorted(), Array(0..<50), "The values")
        try expect(values.allSatisfy { $0.text.hasPrefix(place.workerPrefix) }, "The writers are \(values.map(\.text))")
        try expect(queue.isEmpty, "Something is left in the queue")
      }
    },

    Case("a-queue-carries-values-to-workers", "6.2, S2") { place in
      let queue = try SimpleQueue<Parcel>()
      defer { Carry.queue.value = nil }
      try place.withPool(2, initializer: Carry(shared: queue)) { pool in
        // The workers wait for what is put only later.
        let results = try (0..<10).map { _ in try pool.applyAsync(Take()) }
        for value in 0..<10 { try queue.put(Parcel(number: value, text: "from main")) }
        try expectEqual(results.map { try $0.get() }.sorted(), Array(0..<10), "The values")
      }
    },

    Case("get-blocks-until-a-value-arrives", "S2, 6.4", in: [.spawn]) { _ in
      let queue = try SimpleQueue<Int>()
      try withThreadPool(processes: 1) { readers in
        let value = try readers.applyAsync { try queue.get() }
        try expectError(.timeout) { try value.get(timeout: .milliseconds(50)) }
        try queue.put(5)
        try expectEqual(value.get(timeout: .seconds(30)), 5, "The value")
        readers.close()
        try readers.join()
      }
    },

    Case("a-queue-as-argument-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      let queue = try SimpleQueue<Int>()
      try place.withPool(1) { pool in
        let words = "SimpleQueue objects should only be shared between processes through inheritance"
        let result = try pool.applyAsync(TakeQueue(queue: queue))
        try expectSharingError(words) { try result.get(timeout: .seconds(30)) }
        try expectSharingError(words) { try pool.map([TakeQueue(queue: queue)]) }
        try expectSharingError(words) { try pool.imap(Run<TakeQueue>.self, [TakeQueue(queue: queue)]).next(timeout: .seconds(30)) }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("a-queue-as-result-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let error = try expectError(.notEncodable) { try pool.apply(GiveQueue()) }
        try expect(error.message.contains("through inheritance"), "The message is \(error.message)")
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("threads-take-queues-anywhere", "6.3", in: [.thread]) { place in
      let queue = try SimpleQueue<Int>()
      try place.withPool(1) { pool in
        try queue.put(4)
        try expectEqual(pool.apply(TakeQueue(queue: queue)), 4, "The value")
      }
    },

    Case("one-queue-in-pools-of-every-method", "5.23, 7 mixed_startmethod", in: [.spawn]) { _ in
      let queue = try SimpleQueue<Parcel>()
      for place in Place.processes {
        try place.withPool(2, initializer: Carry(shared: queue)) { pool in
          _ = try pool.map((0..<4).map { Put(value: $0) })
          let values = try (0..<4).map { _ in try queue.get().number }
          try expectEqual(values.sorted(), Array(0..<4), "The values from \(place) workers")
        }
      }
    },

    Case("one-queue-shared-twice-in-one-initializer", "6.2") { place in
      let queue = try SimpleQueue<Parcel>()
      let other = try SimpleQueue<Int>()
      defer {
        Carry.queue.value = nil
        TwoQueues.other.value = nil
      }
      try place.withPool(1, initializer: TwoQueues(first: queue, second: queue, other: other)) { pool in
        try pool.apply(Put(value: 1))
        try expectEqual(queue.get().number, 1, "The value")
        try expectEqual(other.get(), 2, "What the initializer put into both")
      }
    },

    Case("many-writers-and-readers", "6.4", within: .seconds(120)) { place in
      let queue = try SimpleQueue<Parcel>()
      defer { Carry.queue.value = nil }
      try place.withPool(4, initializer: Carry(shared: queue)) { pool in
        try withThreadPool(processes: 2) { readers in
          let counts = try (0..<2).map { _ in
            try readers.applyAsync { () throws -> [Int] in try (0..<1000).map { _ in try queue.get().number } }
          }
          let map = try pool.mapAsync((0..<20).map { PutMany(start: $0 * 100, count: 100) }, chunkSize: 1)
          let values = try counts.flatMap { try $0.get(timeout: .seconds(60)) }
          _ = try map.get()
          try expectEqual(values.sorted(), Array(0..<2000), "The values")
          readers.close()
          try readers.join()
        }
      }
    },

    Case("each-writer-keeps-its-order", "6.4", within: .seconds(120)) { place in
      let queue = try SimpleQueue<Parcel>()
      defer { Carry.queue.value = nil }
      try place.withPool(3, initializer: Carry(shared: queue)) { pool in
        try withThreadPool(processes: 2) { readers in
          let parts = try (0..<2).map { _ in
            try readers.applyAsync { () throws -> [Int] in try (0..<6000).map { _ in try queue.get().number } }
          }
          // Several rounds of the queue's slots, for each writer a range of its own.
          let map = try pool.mapAsync((0..<3).map { PutMany(start: $0 * 10_000, count: 4000) }, chunkSize: 1)
          let taken = try parts.map { try $0.get(timeout: .seconds(60)) }
          _ = try map.get()
          for part in taken {
            for writer in 0..<3 {
              let numbers = part.filter { $0 / 10_000 == writer }
              try expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "A reader sees writer \(writer) out of order")
            }
          }
          try expectEqual(taken.flatMap { $0 }.sorted(), (0..<3).flatMap { $0 * 10_000..<$0 * 10_000 + 4000 }, "The values")
          try expect(queue.isEmpty, "Something is left in the queue")
          readers.close()
          try readers.join()
        }
      }
    },

    Case("plain-data-goes-as-it-lies-in-memory", "6.4", within: .seconds(120)) { place in
      let (small, large) = try (SimpleQueue<Reading>(), SimpleQueue<Readings>())
      defer { CarryReadings.current.value = nil }
      try place.withPool(2, initializer: CarryReadings(small: small, large: large)) { pool in
        let puts = try (0..<2).map { try pool.applyAsync(PutReadings(start: $0 * 3000, count: 3000)) }
        let values = try (0..<6000).map { _ in try small.get() }
        try expect(values.allSatisfy { $0.value == Double($0.number) / 4 }, "A pair came apart")
        try expectEqual(values.map(\.number).sorted(), Array(0..<6000), "The numbers")
        for put in puts { try put.get() }
        // Larger than a slot.
        for number in 0..<2 {
          let readings = try large.get()
          try expect(readings.last == Reading(number: 1, value: 0.5) && readings.filling.allSatisfy { $0 == 7 }, "Set \(number)")
        }
        try expect(small.isEmpty && large.isEmpty, "Something is left")
      }
    },

    Case("big-messages-through-a-queue", "6.4", within: .seconds(300)) { place in
      let queue = try SimpleQueue<[UInt8]>()
      defer { CarryBytes.queue.value = nil }
      try place.withPool(1, initializer: CarryBytes(queue: queue)) { pool in
        for size in [0, 100, 1000, 30_000, 1 << 20, 50 << 20] {
          let result = try pool.applyAsync(PutBytes(count: size))
          let bytes = try queue.get()
          try result.get()
          try expect(bytes == Array(repeating: 9, count: size), "\(size) bytes came out changed")
        }
      }
    },

    Case("a-put-larger-than-the-buffer-waits-for-its-reader", "6.4", in: [.spawn]) { _ in
      let queue = try SimpleQueue<[UInt8]>()
      try withThreadPool(processes: 1) { writers in
        let done = try writers.applyAsync { () throws in
          for index in 0..<6000 { try queue.put(Array(repeating: UInt8(truncatingIfNeeded: index), count: 2000)) }
        }
        try expectError(.timeout) { try done.get(timeout: .milliseconds(100)) }
        for index in 0..<6000 {
          let bytes = try queue.get()
          try expect(bytes == Array(repeating: UInt8(truncatingIfNeeded: index), count: 2000), "The message \(index)")
        }
        try done.get(timeout: .seconds(30))
        writers.close()
        try writers.join()
      }
    },

    Case("an-element-that-cannot-be-encoded-leaves-the-queue-as-it-was", "6.5", in: [.spawn]) { _ in
      let queue = try SimpleQueue<Unencodable>()
      do {
        try queue.put(Unencodable())
        throw Failure("Nothing was thrown.")
      } catch let error where "\(error)".contains("no bytes for this") {}
      try expect(queue.isEmpty, "The queue is not empty")
    },

    Case("a-closed-queue-throws", "6.6, 7 TestSimpleQueue.close, 7 closed, 7 empty_exceptions", in: [.spawn]) { _ in
      let queue = try SimpleQueue<Int>()
      try queue.put(1)
      queue.close()
      queue.close()
      try expectError(.queueClosed, "handle is closed") { try queue.put(2) }
      try expectError(.queueClosed, "handle is closed") { try queue.get() }
      // A property that cannot throw; CPython's method does, with the same words.
      try expect(queue.isEmpty, "A closed queue has something to give")
    },

    Case("a-killed-reader-takes-nobody-with-it", "8.2", in: Place.processes) { place in
      let queue = try SimpleQueue<Parcel>()
      try place.withPool(2, initializer: Carry(shared: queue)) { pool in
        let victim = try pool.applyAsync(Take())
        let workers = SystemState.descendants(of: ProcessIdentity.current.processID)
          .filter { SystemState.command(of: $0) != "mp-server" }
        for worker in workers { killProcess(worker) }
        // The task may have been taken by a worker that died, or by one that came later and waits.
        try queue.put(Parcel(number: 1, text: ""))
        try queue.put(Parcel(number: 2, text: ""))
        _ = try? victim.get(timeout: .seconds(30))
        let next = try pool.apply(Take())
        try expect([1, 2].contains(next), "The value is \(next)")
      }
    },

    Case("a-queue-shared-by-nested-pools", "7 nested_startmethod", in: Place.processes) { place in
      let queue = try SimpleQueue<Parcel>()
      try place.withPool(1, initializer: Carry(shared: queue)) { pool in
        for inner in Place.processes {
          try pool.apply(PutFromNested(method: inner.startMethod()))
          try expectEqual(queue.get().number, 77, "The value from a \(inner) pool in a \(place) worker")
        }
      }
    },
  ]

  private static func expectSharingError(_ words: String, _ body: () throws -> some Any) throws {
    try expectError(.sharingNotAllowed, words, body)
  }
}
