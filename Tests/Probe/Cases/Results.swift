import Multiprocessing

extension Cases {
  /// What can be asked of a result.
  static let results: [Case] = [
    Case("get-with-a-timeout", "3.12, 7 async_timeout") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let result = try pool.applyAsync(AtGate(value: 5))
          try gates.awaitArrivals(1)
          for limit in [Duration.zero, .seconds(-1), .seconds(Int64.min)] {
            try expectError(.timeout) { try result.get(timeout: limit) }
          }
          let start = ContinuousClock.now
          try expectError(.timeout) { try result.get(timeout: .milliseconds(100)) }
          let taken = ContinuousClock.now - start
          try expect(taken >= .milliseconds(100), "The wait of 100 ms ended after \(taken)")
          try expect(taken < .seconds(5), "The wait of 100 ms took \(taken)")
          // A time-out cancels nothing.
          try gates.open(1)
          try expectEqual(result.get(timeout: .seconds(30)), 5, "The value")
          for limit in [Duration.zero, .seconds(-1), .seconds(1), .seconds(Int64.max)] {
            try expectEqual(result.get(timeout: limit), 5, "The value within \(limit)")
          }
        }
      }
    },

    Case("wait-returns-whether-ready-or-not", "3.12, H3") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let result = try pool.applyAsync(AtGate(value: 5))
          try gates.awaitArrivals(1)
          result.wait(timeout: .zero)
          result.wait(timeout: .seconds(-1))
          result.wait(timeout: .milliseconds(10))
          try expect(!result.isReady, "The result is ready while its task stands at the gate")
          try gates.open(1)
          result.wait()
          try expect(result.isReady, "The result is not ready after wait")
          result.wait(timeout: .zero)
        }
      }
    },

    Case("successful-before-ready-throws", "3.13") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let result = try pool.applyAsync(AtGate())
          let map = try pool.mapAsync([AtGate(), AtGate()])
          let error = try expectError(.notReady) { try result.successful() }
          try expect(error.message.hasSuffix("not ready"), "The message is \(error.message)")
          try expectError(.notReady) { try map.successful() }
          try gates.awaitArrivals(1)
          try gates.open(3)
          _ = try (result.get(), map.get())
          try expect(try result.successful() && map.successful(), "A result that is there is not successful")
        }
      }
    },

    Case("many-threads-wait-for-one-result", "3.12") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let result = try pool.applyAsync(AtGate(value: 7))
          try withThreadPool(processes: 5) { waiters in
            let values = try (0..<5).map { _ in try waiters.applyAsync { try result.get() } }
            try gates.awaitArrivals(1)
            try gates.open(1)
            try expectEqual(values.map { try $0.get() }, Array(repeating: 7, count: 5), "What the waiters got")
            waiters.close()
            try waiters.join()
          }
        }
      }
    },

    Case("a-result-keeps-its-pool", "3.37, 4.14") { place in
      let result = try place.pool(1).applyAsync(Sleep(seconds: 0.05, value: 3))
      try expectEqual(result.get(), 3, "The value of a pool that nothing else refers to")
    },

    Case("a-result-may-be-dropped", "4.13, 4.14") { place in
      try place.withPool(1) { pool in
        for _ in 0..<100 { try pool.applyAsync(Square.self, 3) }
        try expectEqual(pool.apply(Square.self, 4), 16, "The pool afterwards")
      }
    },

    Case("inputs-and-results-are-not-kept-alive", "7 release_task_refs", in: [.thread]) { _ in
      let counter = Guarded(0)
      try withThreadPool(processes: 2) { pool in
        for _ in 0..<20 {
          let thing = Counted(counter)
          let back = try pool.apply { thing }
          try expect(back === thing, "Another object came back")
        }
        // The worker lets go of a task a moment after its result is there.
        try expect(eventually { counter.with { $0 } == 0 }, "\(counter.with { $0 }) objects are kept alive")
        pool.close()
        try pool.join()
      }
    },
  ]
}

/// Counts the objects that are alive.
private final class Counted: Sendable {
  private let counter: Guarded<Int>
  init(_ counter: Guarded<Int>) {
    self.counter = counter
    counter.with { $0 += 1 }
  }
  deinit { counter.with { $0 -= 1 } }
}
