import Glibc
import Multiprocessing

extension Cases {
  /// What travels: sizes, and what cannot be encoded or decoded.
  static let payloads: [Case] = [
    Case("big-arguments-and-results", "4.9, 8.19", within: .seconds(180)) { place in
      try place.withPool(2) { pool in
        for size in [0, 1, 200, 216, 217, 255, 256, 4095, 4096, 8191, 8192, 8193, 65_535, 65_536, 1 << 20, 10_000_000] {
          let bytes = pattern(size)
          let back = try pool.apply(Echo.self, bytes)
          try expect(back == bytes, "\(size) bytes came back changed")
        }
      }
    },

    Case("sizes-around-every-limit", within: .seconds(180)) { place in
      try place.withPool(2) { pool in
        let sizes = (0..<600).map { $0 % 3 == 0 ? $0 : ($0 * 97) % 20_000 }
        let lengths = try pool.map(Length.self, sizes.map { Array(repeating: UInt8(1), count: $0) }, chunkSize: 1)
        try expectEqual(lengths, sizes, "The lengths of the arguments")
        let results = try pool.map(Filled.self, sizes, chunkSize: 1)
        try expectEqual(results.map(\.count), sizes, "The lengths of the results")
        try expect(results.allSatisfy { $0 == Filled.call($0.count) }, "A result has other bytes")
      }
    },

    Case("numbers-of-every-size-one-by-one", "3.31") { place in
      try place.withPool(2) { pool in
        func check<Number: FixedWidthInteger & Codable & Sendable>(_ type: Number.Type) throws {
          let numbers = (0..<50).map { [Number.min, .max, 0, 1 << (Number.bitWidth - 2), ~0][$0 % 5] }
          for size in [1, 3] {
            let values = try pool.imap(EchoNumber<Number>.self, numbers, chunkSize: size)
            for number in numbers { try expectEqual(values.next(), number, "A \(type) in chunks of \(size)") }
            try expect(values.next() == nil, "Something comes after the end")
            let all = try pool.imapUnordered(EchoNumber<Number>.self, numbers, chunkSize: size).collect()
            try expectEqual(all.sorted(), numbers.sorted(), "Each \(type) in chunks of \(size)")
          }
        }
        try check(Int8.self)
        try check(UInt16.self)
        try check(Int32.self)
        try check(UInt64.self)
        try check(Int128.self)
        try check(UInt128.self)
      }
    },

    Case("a-worker-has-memory-again-after-it-had-none", "", in: Place.processes) { place in
      try place.withPool(1) { pool in
        for round in 1..<4 {
          try expectEqual(pool.apply(Filled.self, 9000 + round).count, 9000 + round, "A result before, in round \(round)")
          try expectError(.taskFailed) { try pool.apply(FilledWithoutFile.self, 1_000_000 * round) }
          let next = try pool.applyAsync(Filled.self, 1_000_000 * round)
          try expectEqual(next.get(timeout: .seconds(30)).count, 1_000_000 * round, "A result afterwards, in round \(round)")
        }
      }
    },

    Case("more-results-than-the-ring-holds", within: .seconds(180)) { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          // Nothing is taken in while the callback of the first result blocks the result handler.
          let blocked = Collected<Void>()
          let begun = Collected<Void>()
          let first = try pool.applyAsync(
            Square.self, 2,
            callback: { _ in
              begun.append(())
              blocked.first()
            })
          begun.first()
          let small = try (0..<3000).map { try pool.applyAsync(Filled.self, $0 % 200) }
          let large = try (0..<20).map { try pool.applyAsync(Filled.self, 300_000 + $0) }
          try expect(!first.isReady, "The first result is ready in its callback")
          blocked.append(())
          for (index, result) in small.enumerated() { try expectEqual(result.get().count, index % 200, "A small result") }
          for (index, result) in large.enumerated() { try expectEqual(result.get().count, 300_000 + index, "A large result") }
        }
      }
    },

    Case("more-large-arguments-than-may-wait", within: .seconds(180)) { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let held = try pool.applyAsync(AtGate())
          try gates.awaitArrivals(1)
          let size = 5_000_000
          let results = try (0..<16).map { index in
            try pool.applyAsync(Ends.self, Array(repeating: UInt8(index), count: size))
          }
          try gates.open(1)
          _ = try held.get()
          try expectEqual(results.map { try $0.get() }, (0..<16).map { [$0, size, $0] }, "What came of them")
        }
      }
    },

    Case("more-tasks-than-the-queue-has-slots", "3.30, 4.9") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let held = try pool.applyAsync(AtGate())
          try gates.awaitArrivals(1)
          let results = try (0..<5000).map { try pool.applyAsync(Identity.self, $0) }
          try expect(!results[0].isReady, "A task ran while the only worker stands at the gate")
          try gates.open(1)
          _ = try held.get()
          try expectEqual(results.map { try $0.get() }, Array(0..<5000), "The results")
        }
      }
    },

    Case("rich-values-travel", "3.2") { place in
      try place.withPool(2) { pool in
        for value in Rich.samples { try expectEqual(pool.apply(EchoRich.self, value), value, "A rich value") }
        try expectEqual(pool.map(EchoRich.self, Rich.samples), Rich.samples, "A list of rich values")
        try expectEqual(pool.apply(EchoOptional.self, nil), nil, "Nothing")
        try expectEqual(pool.apply(EchoOptional.self, 5), 5, "Something")
        let numbers = [0.0, -0.0, 1.5, .pi, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        try expectEqual(pool.apply(EchoDoubles.self, numbers).map(\.bitPattern), numbers.map(\.bitPattern), "Numbers")
        try expect(pool.apply(EchoDoubles.self, [.nan])[0].isNaN, "Not a number came back as something else")
        let integers = [Int.min, -1, 0, 1, Int.max, 1 << 53, (1 << 53) + 1]
        try expectEqual(pool.map(Identity.self, integers), integers, "Integers")
        try expectEqual(pool.apply(EchoGeneric<String>.self, ["a", "", "ü", "\0", "🧮"]), ["a", "", "ü", "\0", "🧮"], "Texts")
      }
    },

    Case("a-result-that-cannot-be-encoded", "2.13, 7 unpickleable_result", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let worker = try pool.apply(WorkerName())
        for _ in 0..<20 {
          let error = try expectError(.notEncodable) { try pool.apply(GiveUnencodable()) }
          try expect(error.message.hasPrefix("Error sending result"), "The message is \(error.message)")
          try expect(error.message.contains("no bytes for this"), "The message does not say why: \(error.message)")
          try expectEqual(error.remote?.worker, worker, "The worker")
        }
        // The rest of a chunk with such a result is lost with it, the pool is not.
        try expectError(.notEncodable) { try pool.map([GiveUnencodable(), GiveUnencodable()]) }
        try expectEqual(pool.apply(WorkerName()), worker, "The worker afterwards")
      }
    },

    Case("a-task-that-cannot-be-encoded", "2.14, 7 map_unplicklable", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let seen = Collected<String>()
        let result = try pool.applyAsync(TakeUnencodable(value: Unencodable()), errorCallback: { _ in seen.append("error") })
        try expectUnencodable { try result.get(timeout: .seconds(30)) }
        try expectEqual(seen.all, ["error"], "The callbacks")
        try expectUnencodable {
          try pool.mapAsync(Array(repeating: TakeUnencodable(value: Unencodable()), count: 5), chunkSize: 1).get(timeout: .seconds(30))
        }
        let iterator = try pool.imap(Run<TakeUnencodable>.self, [TakeUnencodable(value: Unencodable())])
        try expectUnencodable { try iterator.next(timeout: .seconds(30)) }
        try expect(iterator.next() == nil, "Something comes after the end")
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("a-task-that-cannot-be-decoded", "2.15", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let worker = try pool.apply(WorkerName())
        let error = try expectError { try pool.applyAsync(TakeUndecodable(value: Undecodable())).get(timeout: .seconds(30)) }
        try expect(error.description.contains("no value for these"), "The error does not say why: \(error)")
        try expectEqual(error.remote?.worker, worker, "The worker")
        // The worker lives on: in CPython it dies and the job hangs.
        try expectEqual(pool.apply(WorkerName()), worker, "The worker afterwards")
      }
    },

    Case("a-result-that-cannot-be-decoded", "2.16, 8.3", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let seen = Collected<String>()
        let result = try pool.applyAsync(GiveUndecodable(), callback: { _ in seen.append("value") }, errorCallback: { _ in seen.append("error") })
        let error = try expectError(.notDecodable) { try result.get(timeout: .seconds(30)) }
        try expect(error.message.contains("no value for these"), "The error does not say why: \(error)")
        try expectEqual(seen.all, ["error"], "The callbacks")
        let iterator = try pool.imap(Run<GiveUndecodable>.self, [GiveUndecodable()])
        try expectError(.notDecodable) { try iterator.next(timeout: .seconds(30)) }
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
        pool.close()
        try pool.join()
      }
    },

    Case("an-error-that-cannot-be-encoded-keeps-its-text", "2.13", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let error = try expectError(.taskFailed) { try pool.apply(ThrowUnencodable()) }
        try expect(error.cause == nil, "There is a cause")
        try expect(error.message.contains("an error without bytes"), "The message is \(error.message)")
        let undecodable = try expectError(.taskFailed) { try pool.apply(ThrowUndecodable()) }
        try expect(undecodable.cause == nil, "There is a cause")
        try expect(undecodable.message.contains("an error with bad bytes"), "The message is \(undecodable.message)")
      }
    },
  ]

  /// Bytes that differ from place to place; made by doubling, for this may be a build without optimisation.
  private static func pattern(_ count: Int) -> [UInt8] {
    var bytes = (0..<min(count, 251)).map { UInt8($0) }
    while bytes.count < count { bytes += bytes.prefix(count - bytes.count) }
    return bytes
  }

  /// The error of `Unencodable` comes back as it is, or wrapped as a cause.
  private static func expectUnencodable(_ body: () throws -> some Any) throws {
    do {
      _ = try body()
    } catch let error {
      return try expect("\(error)".contains("no bytes for this"), "The failure is \(error)")
    }
    throw Failure("Nothing was thrown.")
  }
}

enum Echo: PoolFunction {
  static func call(_ bytes: [UInt8]) -> [UInt8] { bytes }
}

enum EchoDoubles: PoolFunction {
  static func call(_ values: [Double]) -> [Double] { values }
}

enum EchoOptional: PoolFunction {
  static func call(_ value: Int?) -> Int? { value }
}

enum EchoGeneric<Element: Codable & Sendable>: PoolFunction {
  static func call(_ values: [Element]) -> [Element] { values }
}

enum EchoNumber<Number: FixedWidthInteger & Codable & Sendable>: PoolFunction {
  static func call(_ value: Number) -> Number { value }
}

enum Length: PoolFunction {
  static func call(_ bytes: [UInt8]) -> Int { bytes.count }
}

/// The first byte, how many there are, and the last.
enum Ends: PoolFunction {
  static func call(_ bytes: [UInt8]) -> [Int] { [Int(bytes.first ?? 0), bytes.count, Int(bytes.last ?? 0)] }
}

enum Filled: PoolFunction {
  static func call(_ count: Int) -> [UInt8] {
    limit(fileSize: .max)
    return Array(repeating: 7, count: count)
  }

  /// As far as this process may have files that are larger at all.
  static func limit(fileSize: rlim_t) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    limit.rlim_cur = min(fileSize, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  }
}

/// Its result finds no memory: until the next call the worker may make no file larger.
enum FilledWithoutFile: PoolFunction {
  static func call(_ count: Int) -> [UInt8] {
    signal(SIGXFSZ, SIG_IGN)
    Filled.limit(fileSize: 4096)
    return Array(repeating: 7, count: count)
  }
}

enum EchoRich: PoolFunction {
  static func call(_ value: Rich) -> Rich { value }
}

/// A value with a bit of everything.
struct Rich: Codable, Equatable, Sendable {
  enum Shape: Codable, Equatable, Sendable {
    case point
    case circle(radius: Double)
    case polygon([Int], named: String?)
  }
  var name: String
  var shape: Shape
  var numbers: [String: [Int]]
  var nested: [[Rich]]
  var optional: Int?
  var small: Int8
  var large: UInt64
  var flag: Bool
  var single: Float
  var character: String

  static let samples: [Rich] = {
    let leaf = Rich(
      name: "leaf", shape: .point, numbers: [:], nested: [], optional: nil, small: -128, large: .max, flag: true, single: 0.5,
      character: "é")
    var tree = Rich(
      name: "tree \u{0}\n\"", shape: .polygon([1, -2, 3], named: nil), numbers: ["a": [1, 2], "": [], "ü": [Int.min]],
      nested: [[], [leaf, leaf]], optional: -7, small: 127, large: 0, flag: false, single: -.greatestFiniteMagnitude, character: "")
    let circle = tree
    tree.shape = .circle(radius: 2.5)
    return [leaf, tree, circle]
  }()
}

/// A value that refuses to be encoded.
struct Unencodable: Codable, Sendable {
  struct Refusal: Error, CustomStringConvertible {
    var description: String { "no bytes for this" }
  }
  init() {}
  init(from decoder: any Decoder) throws {}
  func encode(to encoder: any Encoder) throws { throw Refusal() }
}

/// A value that refuses to be decoded.
struct Undecodable: Codable, Sendable {
  struct Refusal: Error, CustomStringConvertible {
    var description: String { "no value for these" }
  }
  init() {}
  init(from decoder: any Decoder) throws { throw Refusal() }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(1)
  }
}

struct GiveUnencodable: PoolTask {
  func run() -> Unencodable { Unencodable() }
}

struct TakeUnencodable: PoolTask {
  var value: Unencodable
  func run() {}
}

struct TakeUndecodable: PoolTask {
  var value: Undecodable
  func run() {}
}

struct GiveUndecodable: PoolTask {
  func run() -> Undecodable { Undecodable() }
}

struct ThrowUnencodable: PoolTask {
  struct Problem: Error, Codable, CustomStringConvertible {
    var part = Unencodable()
    var description: String { "an error without bytes" }
  }
  func run() throws { throw Problem() }
}

struct ThrowUndecodable: PoolTask {
  struct Problem: Error, Codable, CustomStringConvertible {
    var part = Undecodable()
    var description: String { "an error with bad bytes" }
  }
  func run() throws { throw Problem() }
}
