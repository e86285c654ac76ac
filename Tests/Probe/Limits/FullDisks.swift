import Glibc
import Multiprocessing

extension Limit {
  /// The disk under a shared log is full. A small disk is filled where PROBE_SMALL_DISK names one; else none takes anything.
  static let fullDisk = Limit("a-full-disk-under-the-log") { place, size in
    let count = size == .full ? 10_000 : 300
    let folder = getenv("PROBE_SMALL_DISK").map { String(cString: $0) }
    let path = folder.map { $0 + "/log" } ?? "/dev/full"
    defer {
      CarryLog.log.value = nil
      if folder != nil { unlink(path) }
    }
    let log = try SharedLog(path: path)
    return try place.withPool(2, initializer: CarryLog(log: log)) { pool in
      let outcomes = try pool.mapAsync(LogOrSay.self, 0..<count, chunkSize: 1).get(timeout: .seconds(60))
      let written = outcomes.count { $0.isEmpty }
      for sentence in outcomes where !sentence.isEmpty {
        try expect(
          sentence.hasPrefix("Writing to the log failed after ")
            && (sentence.hasSuffix("No space left on device (errno 28).") || sentence.hasSuffix("the disk took no more.")),
          "The sentence is \(sentence)")
      }
      try expect(written < count, "The disk took everything")
      guard folder != nil else {
        try expectEqual(written, 0, "The lines that /dev/full took")
        return "/dev/full: \(count) tasks, each says «\(outcomes.last ?? "")»; the pool goes on"
      }
      try expectEqual(Self.wholeLines(of: path), written, "The lines that are there")
      // With room again the log goes on behind what was cut.
      truncate(path, 0)
      try expectEqual(pool.apply(LogOrSay.self, 0), "", "A line with room again")
      return "\(written) of \(count) lines written and whole, \(count - written) tasks say «\(outcomes.last ?? "")»; "
        + "with room again the log goes on"
    }
  }

  private static func wholeLines(of path: String) -> Int {
    (SystemState.contents(of: path) ?? "").split(separator: "\n").count { $0 == LogOrSay.line }
  }
}

/// Writes a line to the log; why not, where it could not.
enum LogOrSay: PoolFunction {
  static let line = String(repeating: "l", count: 999)
  static func call(_ x: Int) throws -> String {
    do {
      try CarryLog.require().write(line)
      return ""
    } catch {
      return "\(error)"
    }
  }
}
