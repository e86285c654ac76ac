import Glibc
import Multiprocessing

extension Cases {
  /// Tracing, as a program of a user's asks for it.
  static let traces: [Case] = [
    Case("a-record-is-whole-at-every-moment", within: .seconds(120)) { place in
      try withTrace { path in
        try expect(!Tracing.isOn, "Tracing is on before anybody asks for it")
        try Tracing.start(to: path)
        try expectError(.invalidArgument, "Tracing is on already.") { try Tracing.start(to: path) }
        try place.withPool(2) { pool in
          let results = try pool.mapAsync(Square.self, 0..<40, chunkSize: 1)
          for _ in 0..<20 { try checkWhole(path) }
          _ = try results.get(timeout: .seconds(60))
          try expect(pool.apply(IsTraced()), "A worker records nothing")
          pool.close()
          try pool.join()
        }
        let lines = try checkWhole(path)
        try expectEqual(lines.count { $0.contains("\"ph\":\"B\",\"name\":\"Square\"") }, 40, "Tasks that begin")
        try expectEqual(lines.count { $0.contains("\"ph\":\"E\",\"name\":\"Square\"") }, 40, "Tasks that end")
        try expectEqual(lines.count { $0.contains("\"ph\":\"B\",\"name\":\"worker\"") }, 2, "Workers that begin")
        try expectEqual(lines.count { $0.contains("\"ph\":\"E\",\"name\":\"worker\"") }, 2, "Workers that end")
        Tracing.stop()
        try expect(!Tracing.isOn, "Tracing is on after its end")
        try place.withPool(1) { pool in
          try expect(!pool.apply(IsTraced()), "A worker of a later pool records")
        }
        try expectEqual(checkWhole(path), lines, "The record after the end of tracing")
      }
    },

    Case("a-killed-worker-leaves-its-task-open-in-the-record", in: Place.processes) { place in
      try withTrace { path in
        try Tracing.start(to: path)
        try place.withPool(1) { pool in
          let pid = try pool.apply(WhoAmI()).processID
          let endless = try pool.applyAsync(Sleep(seconds: 1000))
          let begin = "\"ph\":\"B\",\"name\":\"Sleep\""
          try expect(eventually { (SystemState.contents(of: path) ?? "").contains(begin) }, "It never began")
          killProcess(pid)
          try expectError(.workerDied) { try endless.get(timeout: .seconds(30)) }
          try expectEqual(pool.apply(Square.self, 3), 9, "The next task")
        }
        Tracing.stop()
        let lines = try checkWhole(path)
        try expect(!lines.contains { $0.contains("\"ph\":\"E\",\"name\":\"Sleep\"") }, "The killed task has an end")
        try expect(lines.contains { $0.contains("has ended") && $0.contains("\"status\":\"-9\"") }, "Nobody tells of the death")
        try expect(lines.contains { $0.contains("\"ph\":\"E\",\"name\":\"Square\"") }, "The next task has no end")
      }
    },

    Case("an-event-that-was-cut-is-taken-away-by-the-next", in: [.thread], prints: .exactly(["one", "two"])) { place in
      try withTrace { path in
        try Tracing.start(to: path)
        print("one", flush: true)
        // What a writer leaves that is killed in the middle: half of an event, and no bracket.
        let whole = SystemState.contents(of: path) ?? ""
        truncate(path, off_t(whole.utf8.count - 20))
        print("two", flush: true)
        let lines = try checkWhole(path)
        try expect(!lines.contains { $0.contains("\"text\":\"one\"") }, "The cut event is still there")
        try expect(lines.last?.contains("\"text\":\"two\"") == true, "The last event is \(lines.last ?? "missing")")
        Tracing.stop()
      }
    },

    Case("a-record-that-cannot-be-written-is-refused", in: [.spawn]) { _ in
      let error = try expectError(.system) { try Tracing.start(to: "/nonexistent/trace.json") }
      try expect(error.message.contains("/nonexistent/trace.json"), "The message is \(error.message)")
      try expect(!Tracing.isOn, "Tracing is on")
    },
  ]

  private static func withTrace(_ body: (String) throws -> Void) throws {
    let path = "/tmp/multiprocessing-probe-\(getpid()).json"
    // An earlier process of this number may have left one, which would be added to.
    unlink(path)
    defer {
      Tracing.stop()
      unlink(path)
    }
    try body(path)
  }

  /// The events, a line each, of a file that is a whole array.
  @discardableResult
  private static func checkWhole(_ path: String) throws -> [String] {
    var text = ""
    var lines: [Substring] = []
    // Reading takes several calls, and an event may come between two of them: then it is read once more.
    let isWhole = eventually {
      text = SystemState.contents(of: path) ?? ""
      lines = text.split(separator: "\n")
      let events = lines.dropFirst().dropLast()
      return text.hasPrefix("[\n") && text.hasSuffix("}\n]\n") && events.dropLast().allSatisfy { $0.hasSuffix("},") }
    }
    try expect(isWhole, "The file ends with \(text.suffix(60)), a line is \(lines.first { !$0.hasSuffix("},") } ?? "")")
    return lines.dropFirst().dropLast().map(String.init)
  }
}

/// Whether the worker records what it does.
struct IsTraced: PoolTask {
  func run() -> Bool { Tracing.isOn }
}
