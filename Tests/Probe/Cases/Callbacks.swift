import Multiprocessing

extension Cases {
  /// Callbacks.
  static let callbacks: [Case] = [
    Case("callbacks-run-in-the-result-handler-before-the-result-is-ready", "3.5") { place in
      try place.withPool(2) { pool in
        let events = Collected<String>()
        let handler = place == .thread ? "Thread-5 (_handle_results)" : "Thread-3 (_handle_results)"
        let box = Guarded<AsyncResult<Int>?>(nil)
        let isFilled = Collected<Void>()
        let result = try pool.applyAsync(
          Square.self, 3,
          callback: { value in
            isFilled.first()
            let isReady = box.with { $0?.isReady }
            events.append("\(value) in \(ThreadIdentity.current.name), ready: \(isReady.map { "\($0)" } ?? "unknown")")
          })
        box.with { $0 = result }
        isFilled.append(())
        try expectEqual(result.get(), 9, "The value")
        // get returns only after the callback has finished.
        try expectEqual(events.all, ["9 in \(handler), ready: false"], "What the callback saw")
        box.with { $0 = nil }
      }
    },

    Case("error-callbacks-get-the-error", "3.5, 7 async_error_callback") { place in
      try place.withPool(1) { pool in
        let errors = Collected<String>()
        let result = try pool.applyAsync(
          CheckedSquare.self, -3, callback: { errors.append("value \($0)") },
          errorCallback: { error in
            let text = (error as? MultiprocessingError)?.remote?.description ?? "\(error)"
            errors.append("\(text) in \(ThreadIdentity.current.name)")
          })
        try expectEqual(failure(of: result), "neg -3", "The failure")
        let handler = place == .thread ? "Thread-4 (_handle_results)" : "Thread-3 (_handle_results)"
        try expectEqual(errors.all, ["neg -3 in \(handler)"], "What the callbacks saw")
      }
    },

    Case("callbacks-run-one-at-a-time", "3.5") { place in
      try place.withPool(4) { pool in
        let running = Guarded(0)
        let overlaps = Collected<Int>()
        let results = try (0..<200).map { index in
          try pool.applyAsync(
            Identity.self, index,
            callback: { _ in
              let count = running.with { running -> Int in
                running += 1
                return running
              }
              if count != 1 { overlaps.append(count) }
              running.with { $0 -= 1 }
            })
        }
        for result in results { _ = try result.get() }
        try expectEqual(overlaps.all, [], "Callbacks at the same time")
      }
    },

    Case("one-worker-s-callbacks-come-in-order", "3.5") { place in
      try place.withPool(1) { pool in
        let seen = Collected<Int>()
        let results = try (0..<100).map { try pool.applyAsync(Identity.self, $0, callback: { seen.append($0) }) }
        for result in results { _ = try result.get() }
        try expectEqual(seen.all, Array(0..<100), "The order of the callbacks")
      }
    },

    Case("a-map-s-callback-runs-once-with-the-whole-list", "3.6, 7 map_async_callbacks") { place in
      try place.withPool(2) { pool in
        let lists = Collected<[Int]>()
        let result = try pool.mapAsync(Square.self, 0..<10, chunkSize: 1, callback: { lists.append($0) })
        try expectEqual(result.get(), (0..<10).map { $0 * $0 }, "The list")
        try expectEqual(lists.all, [(0..<10).map { $0 * $0 }], "What the callback got")
        let powers = try pool.starmapAsync(Power.self, [(2, 3), (3, 2)], callback: { lists.append($0) })
        _ = try powers.get()
        try expectEqual(lists.all.last, [8, 9], "What starmap's callback got")
      }
    },

    Case("a-map-s-error-callback-runs-once-when-all-chunks-are-in", "3.6") { place in
      try place.withPool(2) { pool in
        let seen = Collected<String>()
        let result = try pool.mapAsync(
          CheckedSquare.self, [1, -2, 3, -4, 5], chunkSize: 1, callback: { _ in seen.append("a list") },
          errorCallback: { _ in seen.append("an error") })
        _ = try? result.get()
        try expectEqual(seen.all, ["an error"], "The callbacks")
      }
    },

    Case("no-callback-for-empty-inputs", "3.7") { place in
      try place.withPool(1) { pool in
        let seen = Collected<String>()
        let result = try pool.mapAsync(
          Square.self, [Int](), callback: { _ in seen.append("a list") }, errorCallback: { _ in seen.append("an error") })
        try expect(result.isReady, "An empty map is not ready at once")
        try expect(try result.successful(), "An empty map is not successful")
        try pool.apply(Nothing())
        try expectEqual(seen.all, [], "The callbacks")
      }
    },

    Case("only-the-callback-that-fits-runs", "3.5") { place in
      try place.withPool(1) { pool in
        let seen = Collected<String>()
        let good = try pool.applyAsync(Square.self, 2, errorCallback: { _ in seen.append("an error") })
        let bad = try pool.applyAsync(CheckedSquare.self, -2, callback: { _ in seen.append("a value") })
        try expectEqual(good.get(), 4, "The value")
        try expectEqual(failure(of: bad), "neg -2", "The failure")
        try expectEqual(seen.all, [], "The callbacks")
      }
    },

    Case("a-callback-may-submit", "3.9") { place in
      let pool = try place.pool(2)
      let seen = Collected<Int>()
      let chain = Chain(pool, seen)
      try chain.step(0)
      try expectEqual(seen.wait(for: 4), [0, 1, 2, 3], "The chain")
      pool.close()
      try pool.join()
    },

    Case("submitting-from-a-callback-after-close-throws", "3.9, 4.3") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let seen = Collected<String>()
        try pool.applyAsync(
          AtGate(),
          callback: { [unowned pool] _ in
            do {
              try pool.applyAsync(Nothing())
              seen.append("submitted")
            } catch {
              seen.append("\(error)")
            }
          })
        try gates.awaitArrivals(1)
        pool.close()
        try gates.open(1)
        try pool.join()
        try expectEqual(seen.all, ["Pool not running"], "What the callback saw")
      }
    },

    Case("terminate-from-a-callback", "3.10, 8.12") { place in
      for fails in [false, true] {
        let pool = try place.pool(2)
        let others = try (0..<100).map { _ in try pool.applyAsync(Sleep(seconds: 0.01)) }
        let end: @Sendable () -> Void = { [unowned pool] in pool.terminate() }
        let result = try pool.applyAsync(CheckedSquare.self, fails ? -3 : 3, callback: { _ in end() }, errorCallback: { _ in end() })
        // The job whose callback terminates is ready all the same.
        try expectEqual(failure(of: result), fails ? "neg -3" : "no failure", "The outcome")
        try pool.join()
        for other in others { try expect(other.isReady, "A result is not ready after join") }
        try expectError(.poolNotRunning) { try pool.apply(Nothing()) }
      }
    },

    Case("joining-in-a-callback-throws", "3.10, 8.12") { place in
      let pool = try place.pool(1)
      let seen = Collected<String>()
      let result = try pool.applyAsync(
        Square.self, 3,
        callback: { [unowned pool] _ in
          do {
            try pool.join()
            seen.append("joined")
          } catch {
            seen.append("\((error as? MultiprocessingError)?.code.description ?? "\(error)")")
          }
          pool.close()
          do {
            try pool.join()
            seen.append("joined")
          } catch {
            seen.append("\((error as? MultiprocessingError)?.code.description ?? "\(error)")")
          }
        })
      try expectEqual(result.get(), 9, "The value")
      try pool.join()
      try expectEqual(seen.all, ["poolStillRunning", "wouldDeadlock"], "What the callback saw")
    },

    // The main thread waits meanwhile: a thread besides the one that forks.
    Case(
      "a-pool-made-in-a-callback", "4.22, 8.10, issue 6",
      complains: [.fork: "warning: the program has 1 thread besides the calling one"]
    ) { place in
      try place.withPool(1) { pool in
        let inner = Collected<Result<[Int], any Error>>()
        let result = try pool.applyAsync(
          Square.self, 3,
          callback: { _ in inner.append(Result { try place.withPool(2) { try $0.map(Square.self, 0..<5) } }) })
        try expectEqual(result.get(), 9, "The value")
        try expectEqual(inner.first().get(), [0, 1, 4, 9, 16], "The squares of the inner pool")
      }
    },

    Case("a-callback-may-wait-for-another-pool", "3.9") { place in
      try place.withPool(1) { first in
        try place.withPool(1) { second in
          let seen = Collected<Int>()
          let result = try first.applyAsync(
            Square.self, 3, callback: { value in seen.append((try? second.apply(Square.self, value)) ?? -1) })
          try expectEqual(result.get(), 9, "The value")
          try expectEqual(seen.all, [81], "What the callback got from the other pool")
        }
      }
    },
  ]
}

/// Each callback submits the next step.
private final class Chain: Sendable {
  private let pool: Pool
  private let seen: Collected<Int>

  init(_ pool: Pool, _ seen: Collected<Int>) {
    self.pool = pool
    self.seen = seen
  }

  func step(_ index: Int) throws {
    guard index < 4 else { return }
    try pool.applyAsync(
      Identity.self, index,
      callback: { value in
        // The next step first: once the last value is seen, nobody submits any more.
        try? self.step(value + 1)
        self.seen.append(value)
      })
  }
}
