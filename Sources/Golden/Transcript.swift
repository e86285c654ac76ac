/// What a run printed: its lines in the order in which they arrived, with the writer where it is known.
///
/// A transcript is a plain value: it comes from a captured run (each line has the process that wrote it and the moment
/// at which it arrived) or from text (neither is known). Judging treats both alike; an unknown writer is one that some
/// assignment of lines to lanes must supply.
package struct Transcript: Hashable, Sendable {
  /// One line, without its line feed.
  package struct Line: Hashable, Sendable {
    /// The bytes as they were written; not necessarily UTF-8.
    package var bytes: [UInt8]

    /// The id of the process that wrote the line; nil where the transcript comes from text.
    package var writer: Int32?

    /// When the last piece of the line arrived, since the start of the run; nil where the transcript comes from text.
    package var arrival: Duration?

    /// Whether a line feed ended it: false at most for the last line of a writer.
    package var isTerminated: Bool

    package init(bytes: [UInt8], writer: Int32? = nil, arrival: Duration? = nil, isTerminated: Bool = true) {
      self.bytes = bytes
      self.writer = writer
      self.arrival = arrival
      self.isTerminated = isTerminated
    }

    /// The line as text, bytes that are not UTF-8 replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// How the run ended.
  package enum Ending: Hashable, Sendable {
    /// The transcript is text: nothing is known of the run.
    case unknown
    /// The main process exited with this status, as a program does.
    case exited(Int32)
    /// A signal ended the main process.
    case signaled(Int32)
    /// The time limit passed and the run was killed.
    case timedOut
  }

  package var lines: [Line]
  package var ending: Ending

  package init(lines: [Line], ending: Ending = .unknown) {
    self.lines = lines
    self.ending = ending
  }

  /// A transcript of plain text: any bytes, also none; a missing final line feed is kept as such.
  package init(text bytes: [UInt8]) {
    var lines: [Line] = []
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      lines.append(Line(bytes: Array(bytes[start..<(end ?? bytes.endIndex)]), isTerminated: end != nil))
      start = end.map { $0 + 1 } ?? bytes.endIndex
    }
    self.init(lines: lines)
  }
}
