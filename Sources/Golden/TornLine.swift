/// Recognises lines that ran into one another, and lines that were cut short.
///
/// A program that writes a line and its line feed in two pieces tears its lines: the texts of two lines arrive glued,
/// and an empty line follows. A torn line is made of complete lines and at most one broken one at each end.
enum TornLine {
  /// A broken piece shorter than this could be anything.
  static let least = 8

  static func isTorn(_ line: UnsafeBufferPointer<UInt8>, _ program: Program) -> Bool {
    // A beginning of a line, or nothing, and then complete lines.
    for start in starts(line, program) {
      var at = start
      var parts = start > 0 ? 1 : 0
      while at < line.count, let end = completeLine(line, at, program) {
        at = end
        parts += 1
        if at == line.count, parts >= 2 { return true }
      }
      if parts >= (start > 0 ? 2 : 1), at > start, isPiece(line, from: at, program) { return true }
    }
    return false
  }

  /// Whether the line is the beginning of one that may be printed.
  static func isBeginning(_ line: UnsafeBufferPointer<UInt8>, _ program: Program) -> Bool {
    !line.isEmpty && program.kinds.contains { $0.template.isBeginning(line) }
  }

  /// Where the first complete line may begin: at the start, or behind the broken beginning of a line.
  private static func starts(_ line: UnsafeBufferPointer<UInt8>, _ program: Program) -> [Int] {
    var starts = [0]
    for kind in program.kinds {
      guard case .literal(let text) = kind.template.pieces.first else { continue }
      var common = 0
      while common < min(text.count, line.count), text[common] == line[common] { common += 1 }
      if common >= least { starts.append(contentsOf: least...common) }
    }
    return starts
  }

  private static func completeLine(
    _ line: UnsafeBufferPointer<UInt8>, _ start: Int, _ program: Program
  ) -> Int? {
    var longest: Int?
    for kind in program.kinds {
      if let end = kind.template.read(line, at: start, exactly: true)?.end { longest = max(longest ?? 0, end) }
    }
    return longest
  }

  /// Whether the rest is a broken piece of a line: its beginning or its end.
  private static func isPiece(_ line: UnsafeBufferPointer<UInt8>, from start: Int, _ program: Program) -> Bool {
    let rest = UnsafeBufferPointer(rebasing: line[start...])
    guard rest.count >= least else { return false }
    return program.kinds.contains { $0.template.isBeginning(rest) || $0.template.isEnd(rest) }
  }
}

extension Template {
  /// Whether `line` is a beginning of a line of this kind.
  func isBeginning(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = 0
    for piece in pieces {
      if at == line.count { return true }
      switch piece {
      case .literal(let text), .name(let text), .method(let text):
        let shown = min(text.count, line.count - at)
        guard line.has(Array(text.prefix(shown)), at: at) else { return false }
        at += shown
      case .lane:
        guard let names else { return false }
        if let end = names.read(line, at: at)?.end {
          at = end
        } else {
          let name =
            Array(names.prefix) + Array(line[at...].dropFirst(names.prefix.count).prefix { (0x30...0x39).contains($0) })
          let rest = line.count - at
          return rest <= name.count + names.suffix.count && line.has(Array((name + names.suffix).prefix(rest)), at: at)
        }
      case .task:
        guard let (_, end) = line.number(at: at) else { return false }
        at = end
      case .value: at = line.endOfValue(at: at)
      }
    }
    return at == line.count
  }

  /// Whether `line` is an end of a line of this kind: read from behind, hole by hole.
  func isEnd(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = line.count
    func back(_ text: [UInt8]) -> Bool {
      let shown = min(text.count, at)
      at -= shown
      return line.has(Array(text.suffix(shown)), at: at)
    }
    func back(while isPart: (UInt8) -> Bool) { while at > 0, isPart(line[at - 1]) { at -= 1 } }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    for piece in pieces.reversed() where at > 0 {
      switch piece {
      case .literal(let text), .name(let text), .method(let text): guard back(text) else { return false }
      case .lane:
        guard let names, back(names.suffix) else { return false }
        back(while: isDigit)
        guard back(names.prefix) else { return false }
      case .task: back(while: isDigit)
      case .value: back { isDigit($0) || $0 == 0x2E }
      }
    }
    return at == 0
  }
}
