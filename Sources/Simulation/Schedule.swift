/// One order of a program's steps: a line of labels that a person reads, and what whoever replays it has to follow.
package struct Schedule: Hashable, Sendable, CustomStringConvertible {
  /// What a replay on real processes or threads has to keep in order: who takes which chunk, and who prints what.
  package struct Event: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// A worker took a chunk from the common queue; jobs of a pool and chunks of a job are numbered from 0.
      case claim(job: Int, chunk: Int)
      /// A line was printed: this text, without its line feed.
      case print(String)
    }

    /// The simulated thread: `main`, `w1` for a worker process, `t1` for a worker thread.
    package var lane: String
    /// The name of its process, such as `SpawnPoolWorker-1`.
    package var process: String
    /// The name of its thread, such as `Thread-1`.
    package var thread: String
    package var kind: Kind

    /// The number of the worker process or thread; nil for others.
    package var worker: Int? {
      guard let first = lane.first, first == "w" || first == "t" else { return nil }
      return Int(lane.dropFirst().split(separator: ":").last ?? "")
    }
  }

  /// The labels of the steps where something else could have happened, in order: `w1.print`, `w2.take 0`.
  package var labels: [String]
  package var events: [Event]
  /// The lines that it prints.
  package var lines: [String]

  init(_ result: RunResult) {
    labels = result.labels
    events = result.events
    lines = result.lines
  }

  static let separator = ", "

  /// How many steps had an alternative.
  package var length: Int { labels.count }

  package var description: String { labels.joined(separator: Self.separator) }

  /// The labels of a line as people store and type it.
  package static func labels(of line: String) -> [String] {
    line.split(whereSeparator: { $0 == "," || $0.isNewline }).map(\.trimmed).filter { !$0.isEmpty }
  }
}

extension RunResult {
  /// The labels of the steps that had an alternative.
  var labels: [String] { steps.filter { !$0.wasForced }.map(\.label) }

  package var schedule: Schedule { Schedule(self) }
}

extension Substring {
  /// Without white space at either end.
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
