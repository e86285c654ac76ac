import Golden

/// Joins the pieces that processes wrote into lines, separately for each process.
///
/// A line belongs to one writer and arrives when its last piece does. Two processes that write at the same moment
/// therefore never mix inside a line, whatever the sizes of their writes.
struct LineAssembler {
  private struct Rest {
    var bytes: [UInt8]
    var arrival: Duration
    var sequence: Int
  }

  private var rests: [Int32: Rest] = [:]
  private var pieces = 0
  private var finished: [(line: Transcript.Line, sequence: Int)] = []

  /// Takes in one piece and returns the lines that it completed.
  mutating func append(_ piece: UnsafeBufferPointer<UInt8>, writer: Int32, arrival: Duration) -> [Transcript.Line] {
    pieces += 1
    var completed: [Transcript.Line] = []
    var start = piece.startIndex
    while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
      var bytes = rests.removeValue(forKey: writer)?.bytes ?? []
      bytes.append(contentsOf: piece[start..<end])
      completed.append(Transcript.Line(bytes: bytes, writer: writer == 0 ? nil : writer, arrival: arrival))
      start = end + 1
    }
    if start < piece.endIndex {
      rests[writer, default: Rest(bytes: [], arrival: arrival, sequence: pieces)].bytes
        .append(contentsOf: piece[start...])
      rests[writer]?.arrival = arrival
      rests[writer]?.sequence = pieces
    }
    finished.append(contentsOf: completed.map { ($0, pieces) })
    return completed
  }

  /// Ends the input: every line in order of arrival, with the unfinished ones among them.
  consuming func finish() -> [Transcript.Line] {
    guard !rests.isEmpty else { return finished.map(\.line) }
    var unfinished: [(line: Transcript.Line, sequence: Int)] = rests.map { writer, rest in
      let line = Transcript.Line(
        bytes: rest.bytes, writer: writer == 0 ? nil : writer, arrival: rest.arrival, isTerminated: false)
      return (line, rest.sequence)
    }
    unfinished.sort { $0.sequence < $1.sequence }
    // Both lists are in order. One piece may complete lines and leave a rest, which comes after them.
    var merged: [Transcript.Line] = []
    merged.reserveCapacity(finished.count + unfinished.count)
    var next = unfinished.startIndex
    for (line, sequence) in finished {
      while next < unfinished.endIndex, unfinished[next].sequence < sequence {
        merged.append(unfinished[next].line)
        next += 1
      }
      merged.append(line)
    }
    merged.append(contentsOf: unfinished[next...].map(\.line))
    return merged
  }
}
