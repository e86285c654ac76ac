import Multiprocessing

extension Cases {
  /// The `async` twins, in a process with a single cooperative thread: a call that blocks it hangs the case.
  static let suspending: [Case] = [
    Case(async: "awaiting-results-blocks-no-thread") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        // Sixteen tasks await what can only come after the seventeenth has opened the gate.
        try await withThrowingTaskGroup(of: Int.self) { group in
          for index in 0..<16 { group.addTask { try await pool.apply(AtGate(value: index)) } }
          for _ in 0..<16 {
            _ = try await gates.arrived.get()
            try gates.open(1)
          }
          var values: [Int] = []
          for try await value in group { values.append(value) }
          try expectEqual(values.sorted(), Array(0..<16), "The values")
        }
      }
    },

    Case(async: "awaiting-maps-blocks-no-thread") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        async let map = pool.map((0..<4).map { AtGate(value: $0) }, chunkSize: 1)
        async let more = pool.map((4..<8).map { AtGate(value: $0) }, chunkSize: 1)
        for _ in 0..<8 {
          _ = try await gates.arrived.get()
          try gates.open(1)
        }
        let values = try await map + more
        try expectEqual(values, Array(0..<8), "The values")
      }
    },

    Case(async: "awaiting-an-iterator-blocks-no-thread") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        let iterator = try pool.imap(Run<AtGate>.self, (0..<8).map { AtGate(value: $0) })
        async let values = Self.list(iterator)
        for _ in 0..<8 {
          _ = try await gates.arrived.get()
          try gates.open(1)
        }
        try await expectEqual(values, Array(0..<8), "The values")
      }
    },

    Case(async: "awaiting-a-queue-blocks-no-thread", "S2") { _ in
      let queue = try SimpleQueue<Int>()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<32 { group.addTask { try await queue.get() } }
        for value in 0..<32 { try queue.put(value) }
        var values: [Int] = []
        for try await value in group { values.append(value) }
        try expectEqual(values.sorted(), Array(0..<32), "The values")
      }
    },

    Case(async: "awaiting-the-end-blocks-no-thread") { place in
      let gates = try Gates()
      defer { Gates.current.value = nil }
      let pool = try place.pool(2, initializer: gates)
      let result = try pool.applyAsync(AtGate(value: 1))
      _ = try await gates.arrived.get()
      pool.close()
      async let joined: Void = pool.join()
      // The gate opens only if the task that joins has let go of the thread.
      let opened = Task { try gates.open(1) }
      try await opened.value
      try await joined
      try await expectEqual(result.value, 1, "The value")
    },

    Case(async: "with-pool-in-async-code-terminates-at-its-end", "4.5, S4") { place in
      let gates = try Gates()
      defer { Gates.current.value = nil }
      let kept = Guarded<(Pool, AsyncResult<Int>)?>(nil)
      try await Self.withPool(place, gates) { pool in
        let result = try pool.applyAsync(AtGate())
        _ = try await gates.arrived.get()
        kept.with { $0 = (pool, result) }
      }
      guard let (pool, result) = kept.with({ $0 }) else { throw Failure("The body did not run.") }
      kept.with { $0 = nil }
      try await expectError(.terminated) { try await result.value }
      try await expectError(.poolNotRunning) { try await pool.apply(Nothing()) }
      try gates.open(1)
      try await pool.join()
    },

    Case(async: "with-pool-in-async-code-throws-the-body-s-error", "4.5") { place in
      do {
        try await Self.withPool(place, nil) { _ in throw Negative(value: -7) }
        throw Failure("Nothing was thrown.")
      } catch let error as Negative {
        try expectEqual(error.value, -7, "The error")
      }
      _ = eventually { ThreadIdentity.live.count == 1 }
    },

    Case(async: "many-pools-one-after-the-other-in-async-code") { place in
      for round in 0..<10 {
        try await Self.withPool(place, nil) { pool in
          try await expectEqual(pool.map(Square.self, 0..<round), (0..<round).map { $0 * $0 }, "Round \(round)")
          pool.close()
          try await pool.join()
        }
      }
    },

    Case(async: "awaiting-a-broken-pool-throws", "2.4") { place in
      try await Self.withPool(place, FailingSetup(value: -1)) { pool in
        do {
          try await expectError(.initializerFailed) { try await pool.apply(Nothing()) }
        } catch let error as Failure where "\(error)".contains("poolNotRunning") {
          // The failure of the initializer may come before the call.
        }
        try await pool.join()
      }
    },
  ]

  private static func list(_ iterator: PoolIterator<Int>) async throws -> [Int] {
    var values: [Int] = []
    for try await value in iterator { values.append(value) }
    return values
  }

  private static func withPool(
    _ place: Place, _ initializer: (any Initializer)?, _ body: (Pool) async throws -> Void
  ) async throws {
    guard let method = place.method else {
      return try await withThreadPool(processes: 2, initializer: initializer) { try await body($0) }
    }
    try await Multiprocessing.withPool(processes: 2, initializer: initializer, context: Context(method), body)
  }

  /// A pool with a gate for the time of a closure, closed and joined at its end.
  static func withAsyncPool(_ place: Place, _ body: (Pool, Gates) async throws -> Void) async throws {
    let gates = try Gates()
    defer { Gates.current.value = nil }
    try await withPool(place, gates) { pool in
      try await body(pool, gates)
      pool.close()
      try await pool.join()
    }
  }
}

/// An initializer that throws.
struct FailingSetup: Initializer {
  var value: Int
  func run() throws { throw Negative(value: value) }
}
