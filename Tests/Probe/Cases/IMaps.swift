import Multiprocessing

extension Cases {
  /// imap and imapUnordered.
  static let imap: [Case] = [
    Case("imap-keeps-the-order", "3.27, 3.31, 3.32, 7 imap") { place in
      try place.withPool(4) { pool in
        for size in [1, 2, 7, 100] {
          let squares = try pool.imap(Square.self, 0..<1000, chunkSize: size)
          for index in 0..<1000 { try expectEqual(squares.next(), index * index, "The square of \(index)") }
          // 3.32: the end stays the end.
          for _ in 0..<3 { try expect(squares.next() == nil, "Something comes after the end") }
          try expectEqual(squares.collect(), [], "A second pass")
        }
      }
    },

    Case("imap-keeps-the-order-whoever-finishes-first", "3.31") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let values = try pool.imap(Run<MaybeAtGate>.self, [MaybeAtGate(value: 0, waits: true), MaybeAtGate(value: 1, waits: false)])
          try gates.awaitArrivals(1)
          try pool.apply(Nothing())
          try expectError(.timeout) { try values.next(timeout: .milliseconds(10)) }
          try gates.open(1)
          try expectEqual(values.collect(), [0, 1], "The values")
        }
      }
    },

    Case("imap-unordered-gives-results-as-they-come", "3.31, S3, 7 imap_unordered") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let values = try pool.imapUnordered(
            Run<MaybeAtGate>.self, [MaybeAtGate(value: 0, waits: true), MaybeAtGate(value: 1, waits: false)])
          try expectEqual(values.next(), 1, "The first to finish")
          try gates.awaitArrivals(1)
          try gates.open(1)
          try expectEqual(values.next(), 0, "The second to finish")
          try expect(values.next() == nil, "Something comes after the end")
        }
        try place.withPool(4) { pool in
          for size in [1, 10, 53] {
            let values = try pool.imapUnordered(Square.self, 0..<1000, chunkSize: size)
            try expectEqual(values.collect().sorted(), (0..<1000).map { $0 * $0 }, "The squares in chunks of \(size)")
          }
        }
      }
    },

    Case("next-with-a-timeout-can-be-called-again", "3.32") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          for iterator in [
            try pool.imap(Run<AtGate>.self, [AtGate(value: 5)]), try pool.imapUnordered(Run<AtGate>.self, [AtGate(value: 5)]),
          ] {
            try gates.awaitArrivals(1)
            for limit in [Duration.zero, .seconds(-1), .milliseconds(5)] {
              try expectError(.timeout) { try iterator.next(timeout: limit) }
            }
            try gates.open(1)
            try expectEqual(iterator.next(timeout: .seconds(30)), 5, "The value")
            try expect(iterator.next(timeout: .seconds(30)) == nil, "Something comes after the end")
          }
        }
      }
    },

    Case("inputs-are-drawn-in-the-task-handler", "3.29, 3.30") { place in
      try place.withPool(1) { pool in
        let names = Collected<String>()
        let inputs = RecordedInputs(count: 3, seen: names)
        try expectEqual(pool.imap(Square.self, inputs).collect(), [0, 1, 4], "The squares")
        let number = place == .thread ? 3 : 2
        try expectEqual(Set(names.all), ["Thread-\(number) (_handle_tasks)"], "Where the inputs were drawn")
      }
    },

    Case("imap-draws-no-further-than-its-look-ahead", "3.30, 8.6, 8.7") { place in
      try place.withPool(2) { pool in
        let seen = Collected<String>()
        let values = try pool.imap(Identity.self, RecordedInputs(count: 10_000, seen: seen), lookAhead: 16)
        for index in 0..<2000 {
          try expectEqual(values.next(), index, "The value \(index)")
          let drawn = seen.all.count
          try expect(drawn <= index + 1 + 16, "\(drawn) inputs were drawn when \(index + 1) results were taken")
        }
      }
    },

    Case("an-iterator-that-goes-gives-up-nothing", "3.30, 8.6") { place in
      for isOrdered in [true, false] {
        let pool = try place.pool(2)
        defer { pool.terminate() }
        let seen = Collected<String>()
        let inputs = RecordedInputs(count: 500, seen: seen)
        do {
          let values =
            try isOrdered
            ? pool.imap(Identity.self, inputs, lookAhead: 16) : pool.imapUnordered(Identity.self, inputs, lookAhead: 16)
          for _ in 0..<3 { try expect(values.next(timeout: .seconds(30)) != nil, "There is no value") }
        }
        pool.close()
        try expectWithin(.seconds(30), "join") { try pool.join() }
        try expectEqual(seen.all.count, 500, "The inputs that were drawn")
      }
    },

    Case("infinite-inputs-are-drawn-as-needed", "3.30, 8.6") { place in
      try place.withPool(2) { pool in
        let values = try pool.imap(Identity.self, Naturals(), chunkSize: 3, lookAhead: 4)
        try expectEqual((0..<100).compactMap { _ in try values.next() }, Array(0..<100), "The first hundred")
      }
    },

    Case("iteration-goes-on-behind-a-failing-item", "3.33") { place in
      try place.withPool(2) { pool in
        let values = try pool.imap(CheckedSquare.self, [1, -2, 3, -4, 5])
        try expectEqual(steps(values), ["1", "neg -2", "9", "neg -4", "25", "end"], "The steps")
        let unordered = try pool.imapUnordered(CheckedSquare.self, [1, -2, 3, -4, 5])
        try expectEqual(steps(unordered).sorted(), ["1", "25", "9", "end", "neg -2", "neg -4"], "The steps in any order")
      }
    },

    Case("in-chunks-a-failure-stands-for-its-chunk", "3.33") { place in
      try place.withPool(2) { pool in
        let values = try pool.imap(CheckedSquare.self, [1, 2, 3, -4, 5, 6], chunkSize: 2)
        // CPython ends here after the error; this iteration goes on.
        try expectEqual(steps(values), ["1", "4", "neg -4", "25", "36", "end"], "The steps")
      }
    },

    Case(
      "inputs-that-fail-end-the-iteration-with-their-error",
      "2.12, 3.34, 3.35, 8.3, 7 imap_handle_iterable_exception, 7 imap_unordered_handle_iterable_exception"
    ) { place in
      try place.withPool(2) { pool in
        for (size, expected) in [(1, 5), (2, 4), (5, 5), (7, 0)] {
          let inputs = FailingInputs(after: 5)
          let values = try pool.imap(Identity.self, drawing: { try inputs.next() }, chunkSize: size)
          try expectEqual(
            steps(values), (0..<expected).map { "\($0)" } + ["the inputs failed", "end"], "The steps in chunks of \(size)")
          let again = FailingInputs(after: 5)
          let unordered = try pool.imapUnordered(Identity.self, drawing: { try again.next() }, chunkSize: size)
          try expectEqual(
            Set(steps(unordered)), Set((0..<expected).map { "\($0)" } + ["the inputs failed", "end"]),
            "The steps in any order in chunks of \(size)")
        }
        let none = FailingInputs(after: 0)
        try expectEqual(
          steps(pool.imap(Identity.self, drawing: { try none.next() })), ["the inputs failed", "end"], "Inputs that fail at once")
        try expectEqual(pool.apply(Square.self, 3), 9, "The pool afterwards")
      }
    },

    Case("many-short-iterations-lose-nothing", "3.31", within: .seconds(120)) { place in
      // The inputs end in one helper thread while the last outputs come in another.
      try place.withPool(2) { pool in
        for round in 0..<150 {
          let expected = [0, 1, 4, 9]
          try expectEqual(pool.imapUnordered(Square.self, 0..<4).collect().sorted(), expected, "The outputs of round \(round)")
          try expectEqual(pool.imap(Square.self, 0..<4).collect(), expected, "The outputs of round \(round) in order")
        }
      }
    },

    Case("the-error-of-inputs-is-not-wrapped", "2.12, 3.34") { place in
      try place.withPool(1) { pool in
        let inputs = FailingInputs(after: 0)
        do {
          _ = try pool.imap(Identity.self, drawing: { try inputs.next() }).next()
          throw Failure("Nothing was thrown.")
        } catch is FailingInputs.Broken {}
      }
    },

    Case("an-iterator-outlives-close", "3.36") { place in
      let pool = try place.pool(2)
      let values = try pool.imap(Square.self, 0..<100)
      pool.close()
      try expectEqual(values.collect(), (0..<100).map { $0 * $0 }, "The squares")
      try pool.join()
    },

    Case("an-iterator-throws-after-terminate", "3.36") { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        let values = try pool.imap(Run<MaybeAtGate>.self, [MaybeAtGate(value: 1, waits: false), MaybeAtGate(value: 2, waits: true)])
        try expectEqual(values.next(), 1, "What was there before")
        try gates.awaitArrivals(1)
        pool.terminate()
        try expectError(.terminated) { try values.next() }
        try expectError(.terminated) { try values.next(timeout: .zero) }
        try gates.open(1)
        try pool.join()
      }
    },

    Case("an-iterator-keeps-its-pool", "3.37, 4.14") { place in
      let values = try place.pool(2).imap(Square.self, 0..<500)
      try expectEqual(values.collect(), (0..<500).map { $0 * $0 }, "The squares")
    },
  ]

  /// What the calls of `next` give, as texts, to the end.
  static func steps<Value>(_ iterator: PoolIterator<Value>) -> [String] {
    var steps: [String] = []
    while steps.count < 100 {
      do {
        guard let value = try iterator.next(timeout: .seconds(30)) else { return steps + ["end"] }
        steps.append("\(value)")
      } catch let error as MultiprocessingError {
        steps.append(error.remote?.description ?? error.message)
      } catch {
        steps.append("\(error)")
      }
    }
    return steps
  }
}

/// Stands at the gate if it is told to.
struct MaybeAtGate: PoolTask {
  var value: Int
  var waits: Bool
  func run() throws -> Int { waits ? try AtGate(value: value).run() : value }
}

/// Inputs that record the thread that draws them.
struct RecordedInputs: Sequence, Sendable {
  var count: Int
  var seen: Collected<String>

  func makeIterator() -> AnyIterator<Int> {
    var next = 0
    return AnyIterator {
      guard next < count else { return nil }
      seen.append(ThreadIdentity.current.name)
      defer { next += 1 }
      return next
    }
  }
}

/// 0, 1, 2 and so on without end.
struct Naturals: Sequence, Sendable {
  func makeIterator() -> AnyIterator<Int> {
    var next = 0
    return AnyIterator {
      defer { next += 1 }
      return next
    }
  }
}

/// Inputs that fail after some.
final class FailingInputs: Sendable {
  struct Broken: Error, CustomStringConvertible {
    var description: String { "the inputs failed" }
  }
  private let drawn = Guarded(0)
  private let limit: Int

  init(after limit: Int) { self.limit = limit }

  func next() throws -> Int? {
    try drawn.with { drawn in
      guard drawn < limit else { throw Broken() }
      defer { drawn += 1 }
      return drawn
    }
  }
}
