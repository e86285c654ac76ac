import CMultiprocessing
import Glibc
import Multiprocessing

extension Limit {
  /// Standard output is a pipe that nobody reads, and a task prints more than it takes.
  static let fullPipe = Limit("a-full-pipe-under-a-worker", in: Place.processes) { place, size in
    let others = size == .full ? 100_000 : 1000
    let lines = 3000
    return try SwappedOutput.withPipe { pipe in
      let pool = try place.pool(2)
      defer { pool.terminate() }
      func printing() throws -> AsyncResult<Int> {
        let result = try pool.applyAsync(PrintMuch(lines: lines))
        try expect(eventually { pipe.isFull }, "The pipe is not full")
        return result
      }
      let waiting = try printing()
      let squares = try pool.mapAsync(Square.self, 0..<others, chunkSize: 10).get(timeout: .seconds(120))
      try expectEqual(squares, (0..<others).map { $0 * $0 }, "The tasks beside one that waits for its reader")
      try expect(!waiting.isReady, "A full pipe took everything")
      let read = pipe.drain(until: { waiting.isReady })
      try expectEqual(waiting.get(timeout: .seconds(30)), lines, "The task that waited")
      try expectEqual(read, lines * (PrintMuch.line.utf8.count + 1), "The bytes that were read")

      let lost = try printing()
      let terminating = try timed("terminate") { pool.terminate() }
      try expectError(.terminated) { try lost.get(timeout: .seconds(30)) }
      try pool.join()
      return "\(others) tasks by the other worker; all \(lines) lines once it is read; terminate \(terminating.inMilliseconds)"
    }
  }

  /// The same pipe is full while the program has lines in its buffer, and workers are replaced all the time.
  static let fullPipeOfParent = Limit("a-full-pipe-under-the-parent", in: Place.processes) { place, size in
    let tasks = size == .full ? 1000 : 20
    return try SwappedOutput.withPipe { pipe in
      let pool = try place.pool(2, maxTasksPerChild: 1)
      defer { pool.terminate() }
      pipe.fill()
      print("kept", flush: false)
      let squares = try pool.mapAsync(Square.self, 0..<tasks, chunkSize: 1).get(timeout: .seconds(60))
      try expectEqual(squares, (0..<tasks).map { $0 * $0 }, "The tasks of workers that are replaced")
      let terminating = try timed("terminate") { pool.terminate() }
      try pool.join()
      pipe.drain(until: { true })
      _ = mp_flush()
      try expectEqual(pipe.drain(until: { true }), 5, "The line that was in the buffer")
      return "\(tasks) tasks, each with a new worker; terminate \(terminating.inMilliseconds); "
        + "the buffered line comes when it is read"
    }
  }

  /// Nobody takes results: a callback does not return, and an imap has no consumer.
  static let fullRings = Limit("results-that-nobody-takes") { place, size in
    let count = size == .full ? 20_000 : 500
    let pool = try place.pool(2)
    defer { pool.terminate() }
    // More than the rings hold: workers wait, and go on when the callback has returned.
    let (arrived, gate) = (Collected<Void>(), Collected<Void>())
    try pool.applyAsync(Nothing(), callback: { _ in
      arrived.append(())
      gate.first()
    })
    arrived.first()
    let results = try (0..<count).map { try pool.applyAsync(Fill(bytes: 1000, value: $0)) }
    if place != .thread {
      try expect(eventually { pool.snapshot().workers.allSatisfy { $0.task != nil } }, "The rings are never full")
    }
    gate.append(())
    for (number, result) in results.enumerated() {
      try expectEqual(result.get(timeout: .seconds(60)), [Int](repeating: number, count: 125), "The result \(number)")
    }
    // Without a consumer an imap draws so much and no more, and harms nobody else.
    let drawn = Collected<Void>()
    let drawing: @Sendable () throws -> Int? = {
      drawn.append(())
      return drawn.all.count - 1
    }
    let iterator = try pool.imap(Square.self, drawing: drawing)
    try expectEqual(iterator.next(timeout: .seconds(30)), 0, "The first of an imap")
    try expectEqual(pool.applyAsync(Square.self, 3).get(timeout: .seconds(30)), 9, "A task beside it")
    let ahead = drawn.all.count
    try expect(ahead < 100_000, "\(ahead) inputs were drawn for nobody")
    let terminating = try timed("terminate") { pool.terminate() }
    try pool.join()
    return "\(count) results of 1,000 bytes wait for a callback, then come; an imap draws \(ahead) inputs ahead; "
      + "terminate \(terminating.inMilliseconds)"
  }

  /// The program runs without standard input, output and error.
  static let closedOutput = Limit("a-closed-standard-output") { place, size in
    let count = size == .full ? 10_000 : 200
    let outputs = try SwappedOutput(closing: [0, 1, 2])
    // Two rounds: what is printed must end in no file of the pool.
    let outcome = Result {
      try place.withPool(2) { pool in
        for _ in 0..<2 {
          print(String(repeating: "x", count: 5000), flush: true)
          let values = try pool.mapAsync(PrintAndSquare.self, 0..<count, chunkSize: 1).get(timeout: .seconds(60))
          try expectEqual(values, (0..<count).map { $0 * $0 }, "The tasks that print nowhere")
        }
        try expectEqual(StandardDescriptors().run(), [], "What stands for the closed ones")
        // Whoever reads in a worker of processes finds an end.
        let inputs = place == .thread ? [] : ["/dev/null"]
        try expectEqual(pool.apply(StandardDescriptors()), inputs, "What stands for them in a worker")
      }
    }
    outputs.restore()
    try outcome.get()
    return "\(2 * count) tasks that print: all values; the pool has none of the three numbers"
  }
}

/// Prints lines, each at once; how many.
struct PrintMuch: PoolTask {
  static let line = String(repeating: "p", count: 99)
  var lines: Int
  func run() -> Int {
    for _ in 0..<lines { print(Self.line, flush: true) }
    return lines
  }
}

enum PrintAndSquare: PoolFunction {
  static func call(_ x: Int) -> Int {
    print("lost", flush: true)
    return x * x
  }
}

struct Fill: PoolTask {
  var bytes: Int
  var value: Int
  func run() -> [Int] { [Int](repeating: value, count: bytes / 8) }
}

/// What stands behind the first three descriptors.
struct StandardDescriptors: PoolTask {
  func run() -> [String] { (0...2).compactMap { SystemState.link("/proc/self/fd/\($0)") } }
}
