import Glibc
import Multiprocessing

/// Very many small tasks through one pool: nothing is lost, nothing is doubled, and memory stays as it is.
struct Soak {
  var place: Place
  var tasks: Int
  var workers = 2

  struct Report: CustomStringConvertible {
    var tasks = 0
    var lost = 0
    var doubled = 0
    /// Memory in use after the first twentieth and at the end, in kilobytes.
    var parent: (first: Int, last: Int) = (0, 0)
    var worker: (first: Int, last: Int) = (0, 0)

    var description: String {
      "\(tasks) tasks: \(lost) lost, \(doubled) doubled; parent \(parent.first) kB at first, \(parent.last) kB at last; "
        + "worker \(worker.first) kB at first, \(worker.last) kB at last"
    }
  }

  /// How many results are on their way at a time.
  private static let width = 2000

  func run() throws -> Report {
    var report = Report()
    try place.withPool(workers) { pool in
      var seen = [UInt64](repeating: 0, count: tasks / 64 + 1)
      var first = true
      var start = 0
      while start < tasks {
        let end = min(start + Self.width, tasks)
        let results = try (start..<end).map { try pool.applyAsync(SayNumber(number: $0)) }
        for result in results {
          let number = try result.get(timeout: .seconds(60))
          let (word, bit) = (number / 64, UInt64(1) << UInt64(number % 64))
          if seen[word] & bit != 0 { report.doubled += 1 }
          seen[word] |= bit
        }
        report.tasks = end
        start = end
        if first, start >= tasks / 20 {
          first = false
          (report.parent.first, report.worker.first) = (Self.memory(), try workerMemory(pool))
        }
      }
      (report.parent.last, report.worker.last) = (Self.memory(), try workerMemory(pool))
      report.lost = tasks - seen.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    return report
  }

  private func workerMemory(_ pool: Pool) throws -> Int {
    if place == .thread { return 0 }
    return try pool.apply(OwnMemory())
  }

  /// What this process has of its own in memory, in kilobytes: its resident pages without those that it shares with files, or
  /// what a sanitizer says.
  static func memory() -> Int {
    if let bytes = Sanitizer.allocatedBytes() { return bytes >> 10 }
    return SystemState.kilobytes("RssAnon", in: "/proc/self/status")
  }
}

struct SayNumber: PoolTask {
  var number: Int
  func run() -> Int { number }
}

struct OwnMemory: PoolTask {
  func run() -> Int { Soak.memory() }
}
