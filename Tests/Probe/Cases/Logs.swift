import Glibc
import Multiprocessing

extension Cases {
  /// SharedLog and ThreadLocal.
  static let logs: [Case] = [
    Case("lines-of-many-workers-stay-whole-in-a-log", "P11", within: .seconds(120)) { place in
      try withLog(place, workers: 4) { pool, log, path in
        _ = try pool.map((0..<40).map { WriteLines(worker: $0, count: 100) }, chunkSize: 1)
        try log.write("the end")
        let found = try lines(of: path)
        try expectEqual(found.last, "the end", "The last line")
        // Each task's lines in their order, with a length of their own, and none lost.
        var next: [Int: Int] = [:]
        for line in found.dropLast() {
          let words = line.split(separator: " ")
          guard words.count == 3, let task = Int(words[0]), let number = Int(words[1]) else { throw Failure("A line is '\(line)'") }
          try expectEqual(number, next[task, default: 0], "The next line of the task \(task)")
          try expectEqual(String(words[2]), WriteLines.filling(task, number), "The rest of the line")
          next[task] = number + 1
        }
        try expectEqual(next, Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, 100) }), "How many lines there are")
      }
    },

    Case("a-log-line-names-its-process", "4.20, P11") { place in
      try withLog(place, workers: 1) { pool, log, path in
        try log.write(.warning, "here")
        try pool.apply(WriteLevel(text: "there"))
        let worker = try pool.apply(WhoAmI()).process
        try expectEqual(lines(of: path), ["[WARNING/MainProcess] here", "[DEBUG/\(worker)] there"], "The lines")
        try log.write("two\nlines")
        try expectEqual(lines(of: path).suffix(2), ["two", "lines"], "A text of two lines")
      }
    },

    Case("a-killed-writer-leaves-the-log-to-the-others", "8.2", in: Place.processes) { place in
      try withLog(place, workers: 1) { pool, log, path in
        let endless = try pool.applyAsync(WriteForEver())
        try expect(eventually { (SystemState.contents(of: path) ?? "").utf8.count > 60_000 }, "Nobody writes")
        for process in SystemState.descendants(of: getpid()) where SystemState.command(of: process) != "mp-server" {
          killProcess(process)
        }
        try expectError(.workerDied) { try endless.get(timeout: .seconds(30)) }
        try log.write("the end")
        let found = try lines(of: path)
        // It may have been killed in the middle of a line, where that crosses a page of the file.
        let broken = found.dropLast().filter { $0 != WriteForEver.line }
        try expect(broken.count <= 1, "Lines are not whole: \(broken)")
        try expect(found.last?.hasSuffix("the end") == true, "The last line is \(found.last ?? "missing")")
      }
    },

    Case("a-log-is-kept-or-begun-anew", in: [.spawn]) { _ in
      try withFile { path in
        try SharedLog(path: path).write("one")
        try SharedLog(path: path).write("two")
        try expectEqual(lines(of: path), ["one", "two"], "A log that is kept")
        try SharedLog(path: path, isAppending: false).write("three")
        try expectEqual(lines(of: path), ["three"], "A log that is begun anew")
        let error = try expectError(.system) { try SharedLog(path: path + "/nowhere") }
        try expect(error.message.contains(path), "The message is \(error.message)")
      }
    },

    Case("a-full-disk-under-a-log", in: Place.processes) { place in
      let full = try SharedLog(path: "/dev/full")
      let error = try expectError(.system) { try full.write("x") }
      try expect(error.message.contains("No space left on device"), "The message is \(error.message)")
      try withLog(place, workers: 1) { pool, log, path in
        // The worker's files may not grow beyond 25 bytes: its third line is cut.
        let outcomes = try pool.apply(WriteWithLimit(bytes: 25))
        let cut = "Writing to the log failed after 5 of 10 bytes: the disk took no more."
        try expectEqual(outcomes, ["", "", cut], "What came of it")
        try log.write("next")
        try log.write("last")
        try expectEqual(lines(of: path), ["123456789", "123456789", "12345", "next", "last"], "The lines")
      }
    },

    Case("a-log-as-argument-of-a-task-is-refused", "6.1", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let words = "SharedLog objects should only be shared between processes through inheritance"
        let log = try SharedLog(path: "/dev/null")
        try expectError(.sharingNotAllowed, words) { try pool.apply(Hold(object: log)) }
      }
    },

    Case("an-initializer-s-thread-local-is-its-worker-s-own", "T3") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: LocalSetup(value: 100, gates: gates)) { pool in
          try expectEqual(LocalSetup.local.value, 0, "The value in the main thread")
          // Both workers stand at the gate at once, so each counts for itself.
          for round in 1...2 {
            let values = try (0..<2).map { _ in try pool.applyAsync(BumpLocal()) }
            try gates.awaitArrivals(2)
            try gates.open(2)
            try expectEqual(values.map { try $0.get(timeout: .seconds(30)) }, [100 + round, 100 + round], "The values")
          }
          LocalSetup.local.value = 7
          let values = try (0..<2).map { _ in try pool.applyAsync(BumpLocal()) }
          try gates.awaitArrivals(2)
          try gates.open(2)
          try expectEqual(values.map { try $0.get(timeout: .seconds(30)) }, [103, 103], "The values")
          try expectEqual(LocalSetup.local.value, 7, "The value in the main thread")
        }
      }
    },

    Case("a-thread-local-goes-with-its-thread", "T3", in: [.thread]) { place in
      final class Token: Sendable {}
      let local = ThreadLocal<Token?>(nil)
      weak var token: Token?
      try withThreadPool(processes: 1) { pool in
        let made = Token()
        token = made
        _ = try pool.applyAsync { local.value = made }.get(timeout: .seconds(30))
        try expect(local.value == nil, "The main thread has a worker's value")
        try expect(pool.applyAsync { local.value === made }.get(timeout: .seconds(30)), "The worker lost its value")
        pool.close()
        try pool.join()
      }
      try expect(eventually { token == nil }, "The value outlives its thread")
      // The same in a thread that the program makes by itself.
      for _ in 0..<2 {
        let held = try inForeignThread {
          let made = Token()
          local.value = made
          return { @Sendable [weak made] in made != nil }
        }
        try expect(eventually { !held() }, "The value outlives a thread of the program")
      }
      // Another variable at the same address is another variable.
      for number in 0..<50 {
        let other = ThreadLocal(0)
        try expectEqual(other.value, 0, "The value of a new variable")
        other.value = number + 1
      }
    },
  ]

  /// Runs the body in a thread that the library did not start; that thread is over when this returns.
  private static func inForeignThread<R: Sendable>(_ body: @escaping @Sendable () -> R) throws -> R {
    let result = Collected<R>()
    let job = Unmanaged.passRetained(ForeignBody { result.append(body()) })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        argument.map { Unmanaged<ForeignBody>.fromOpaque($0).takeRetainedValue().body() }
        return nil
      }, job.toOpaque())
    guard status == 0 else {
      job.release()
      throw Failure("The thread cannot be started: \(status)")
    }
    pthread_join(thread, nil)
    return result.first()
  }

  private static func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = "/tmp/multiprocessing-probe-\(getpid()).log"
    // An earlier process of this number may have left one, which would be added to.
    unlink(path)
    defer { unlink(path) }
    return try body(path)
  }

  private static func withLog(_ place: Place, workers: Int, _ body: (Pool, SharedLog, String) throws -> Void) throws {
    defer { CarryLog.log.value = nil }
    try withFile { path in
      let log = try SharedLog(path: path)
      try place.withPool(workers, initializer: CarryLog(log: log)) { try body($0, log, path) }
    }
  }

  private static func lines(of path: String) throws -> [String] {
    guard let text = SystemState.contents(of: path), text.hasSuffix("\n") else { throw Failure("The log does not end with a line") }
    return text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }
}

struct CarryLog: Initializer {
  let log: SharedLog
  static let log = ProcessLocal<SharedLog?>(nil)
  func run() { Self.log.value = log }

  static func require() throws -> SharedLog {
    guard let log = log.value else { throw Failure("There is no log.") }
    return log
  }
}

struct WriteLines: PoolTask {
  var worker: Int
  var count: Int
  func run() throws {
    let log = try CarryLog.require()
    for number in 0..<count { try log.write("\(worker) \(number) \(Self.filling(worker, number))") }
  }
  static func filling(_ worker: Int, _ number: Int) -> String {
    String(repeating: Character(UnicodeScalar(UInt8(65 + worker % 26))), count: 1 + (worker * 97 + number * 13) % 700)
  }
}

struct WriteLevel: PoolTask {
  var text: String
  func run() throws { try CarryLog.require().write(.debug, text) }
}

struct WriteForEver: PoolTask {
  static let line = String(repeating: "whole ", count: 100)
  func run() throws {
    let log = try CarryLog.require()
    while true { try log.write(Self.line) }
  }
}

struct WriteWithLimit: PoolTask {
  var bytes: Int
  func run() throws -> [String] {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t.max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    defer {
      limit.rlim_cur = rlim_t.max
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }
    let log = try CarryLog.require()
    return (0..<3).map { _ in
      do {
        try log.write("123456789")
        return ""
      } catch {
        return "\(error)"
      }
    }
  }
}

struct LocalSetup: Initializer {
  static let local = ThreadLocal(0)
  var value: Int
  let gates: Gates
  func run() {
    Self.local.value = value
    gates.run()
  }
}

struct BumpLocal: PoolTask {
  func run() throws -> Int {
    LocalSetup.local.value += 1
    _ = try AtGate().run()
    return LocalSetup.local.value
  }
}

/// What a thread of the program runs.
private final class ForeignBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
