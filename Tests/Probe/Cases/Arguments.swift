import Multiprocessing
import PoolCore

extension Cases {
  /// What the constructors and methods refuse.
  static let arguments: [Case] = [
    Case("a-pool-size-below-1-is-refused", "1.3, 7 make_pool") { place in
      for size in [0, -1, Int.min] {
        try expectError(.invalidArgument, "Number of processes must be at least 1") { try place.pool(size) }
      }
    },

    Case("a-limit-of-tasks-below-1-is-refused", "1.8, 7 pool_maxtasksperchild_invalid", in: Place.processes) { place in
      for limit in [0, -1] {
        try expectError(.invalidArgument, "maxtasksperchild must be a positive int or None") {
          try place.pool(1, maxTasksPerChild: limit)
        }
      }
    },

    Case("the-size-is-checked-before-the-limit", "1.9", in: Place.processes) { place in
      try expectError(.invalidArgument, "Number of processes must be at least 1") {
        try place.pool(0, initializer: Hidden.initializer, maxTasksPerChild: 0)
      }
      try expectError(.invalidArgument, "maxtasksperchild must be a positive int or None") {
        try place.pool(1, initializer: Hidden.initializer, maxTasksPerChild: 0)
      }
    },

    Case("a-private-initializer-type-is-refused", "1.11", in: Place.processes) { place in
      let error = try expectError(.typeNotReachable) { try place.pool(1, initializer: Hidden.initializer) }
      try expect(error.message.contains("make this type internal"), "The message says no remedy: \(error.message)")
    },

    Case("a-refused-pool-uses-up-no-number", "1.12, 1.17") { place in
      _ = try? place.pool(0)
      if place != .thread {
        _ = try? place.pool(1, maxTasksPerChild: 0)
        _ = try? place.pool(1, initializer: Hidden.initializer)
      }
      try place.withPool(1) { pool in
        let name = try pool.apply(WorkerName())
        try expectEqual(name, place == .thread ? "Thread-1 (worker)" : "\(place.workerPrefix)-1", "The first worker")
      }
    },

    Case("the-default-size-follows-the-profile", "1.14, 1.16") { place in
      let settings = CurrentWorld.world.process.settings
      settings.with { $0.profile = .document }
      try place.withPool { try expectEqual($0.processes, 8, "The size under the profile document") }
      settings.with { $0.workers = 3 }
      try place.withPool { try expectEqual($0.processes, 3, "The size where the settings name one") }
    },

    Case("the-default-size-is-the-number-of-processors", "1.14, 1.15, 1.16, 7 cpu_count", in: [.spawn, .thread]) { place in
      let settings = CurrentWorld.world.process.settings
      for profile in [Profile.host, .cpython(minor: 12), .cpython(minor: 13)] {
        settings.with { $0.profile = profile }
        let expected = profile.defaultSizeFollowsAffinity ? SystemState.usableProcessors() : Context.processorCount
        try place.withPool { try expectEqual($0.processes, expected, "The size under \(profile.name)") }
      }
    },

    Case("chunk-sizes-below-1-are-refused", "3.18, 3.28") { place in
      try place.withPool(1) { pool in
        for size in [0, -1, Int.min] {
          let message = "Chunksize must be 1+, not \(size)"
          try expectError(.invalidArgument, message) { try pool.map(Square.self, [1, 2], chunkSize: size) }
          try expectError(.invalidArgument, message) { try pool.mapAsync(Square.self, [1, 2], chunkSize: size) }
          try expectError(.invalidArgument, message) { try pool.starmap(Power.self, [(1, 2)], chunkSize: size) }
          try expectError(.invalidArgument, message) { try pool.imap(Square.self, [1, 2], chunkSize: size) }
          try expectError(.invalidArgument, message) { try pool.imapUnordered(Square.self, [1, 2], chunkSize: size) }
        }
        try expectEqual(pool.map(Square.self, [1, 2]), [1, 4], "The pool afterwards")
      }
    },

    Case("the-state-is-checked-before-the-chunk-size", "3.28") { place in
      try place.withPool(1) { pool in
        pool.close()
        try expectError(.poolNotRunning) { try pool.imap(Square.self, [1], chunkSize: 0) }
        try expectError(.poolNotRunning) { try pool.map(Square.self, [1], chunkSize: 0) }
      }
    },

    Case("a-look-ahead-below-1-is-refused") { place in
      try place.withPool(1) { pool in
        try expectError(.invalidArgument) { try pool.imap(Square.self, [1], lookAhead: 0) }
        try expectError(.invalidArgument) { try pool.imapUnordered(Square.self, [1], lookAhead: -1) }
      }
    },

    Case("huge-chunk-sizes-are-one-chunk", "3.18") { place in
      try place.withPool(2) { pool in
        for size in [3, 100, Int.max] {
          try expectEqual(pool.map(Square.self, [1, 2, 3], chunkSize: size), [1, 4, 9], "map in chunks of \(size)")
          try expectEqual(
            pool.imap(Square.self, [1, 2, 3], chunkSize: size).collect(), [1, 4, 9], "imap in chunks of \(size)")
        }
      }
    },

    Case("private-and-local-task-types-are-refused", "2.14", in: Place.processes) { place in
      struct Local: PoolTask {
        func run() -> Int { 1 }
      }
      try place.withPool(1) { pool in
        let error = try expectError(.typeNotReachable) { try pool.apply(Local()) }
        try expect(error.message.contains("make this type internal"), "The message says no remedy: \(error.message)")
        try expectError(.typeNotReachable) { try Hidden.apply(pool) }
        try expectError(.typeNotReachable) { try Hidden.map(pool) }
        try expectError(.typeNotReachable) { try Hidden.imap(pool) }
        try expectError(.typeNotReachable) { try Hidden.starmap(pool) }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("threads-take-private-and-local-types", "6.3", in: [.thread]) { place in
      struct Local: PoolTask {
        func run() -> Int { 1 }
      }
      try place.withPool(1, initializer: Hidden.initializer) { pool in
        try expectEqual(pool.apply(Local()), 1, "A local task")
        try expectEqual(Hidden.apply(pool), 2, "A private task")
      }
    },
  ]
}

/// Types that no other process can name.
private enum Hidden {
  private struct Task: PoolTask {
    func run() -> Int { 2 }
  }
  private struct Setup: Initializer {
    func run() {}
  }
  private enum Add: PoolFunction2 {
    static func call(_ a: Int, _ b: Int) -> Int { a + b }
  }

  static var initializer: any Initializer { Setup() }
  static func apply(_ pool: Pool) throws -> Int { try pool.apply(Task()) }
  static func map(_ pool: Pool) throws -> [Int] { try pool.map([Task(), Task()]) }
  static func imap(_ pool: Pool) throws -> Int? { try pool.imap(Run<Task>.self, [Task()]).next() }
  static func starmap(_ pool: Pool) throws -> [Int] { try pool.starmap(Add.self, [(1, 2)]) }
}
