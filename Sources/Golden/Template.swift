/// A shape with its parameters filled in: what a line of this kind is compared with, byte by byte.
///
/// A hole ends where its characters end and what follows begins with another character, so reading never goes back.
struct Template: Sendable {
  enum Piece: Sendable {
    case literal([UInt8])
    case lane
    case task
    case value
    /// A text that the parameters decide; a line that has another name there is taken for a wrong name.
    case name([UInt8])
    /// The same for a start method.
    case method([UInt8])
  }

  var pieces: [Piece]
  var names: LaneNames?
  /// How many tasks there are, where the line has a number.
  var tasks = 0
  var values: Range<Double>?

  /// What a line says under this template.
  struct Reading: Sendable {
    var end: Int
    /// The lane by its printed name, from 0; -1 where none is printed.
    var lane = -1
    var task = -1
    var value = 0.0
    var fault: Fault?
  }

  /// A hole that holds something else than it may.
  enum Fault: Hashable, Sendable {
    case name(found: String, expected: String)
    case value(found: String, expected: String)
  }

  init(_ shape: Shape, parameters: Parameters) {
    pieces = shape.pieces.map { piece in
      switch piece {
      case .literal(let text): .literal(Array(text.utf8))
      case .lane: .lane
      case .task: .task
      case .value: .value
      case .method: .method(Array(parameters.methodInForce.rawValue.utf8))
      case .defaultMethod: .method(Array(parameters.defaultMethod.rawValue.utf8))
      case .fixedMethod(let method): .method(Array(method.rawValue.utf8))
      case .name(let name, let function):
        .name(Array((name + Self.suffix(function, parameters)).utf8))
      }
    }
  }

  static func suffix(_ function: String?, _ parameters: Parameters) -> String {
    guard parameters.functions, let function else { return "" }
    return " (\(function))"
  }

  /// Reads one line of this kind that begins at `start`; nil where it does not look like one.
  ///
  /// With `exactly`, names, numbers and values must be possible ones; without, they become the reading's fault.
  func read(_ line: UnsafeBufferPointer<UInt8>, at start: Int = 0, exactly: Bool) -> Reading? {
    var reading = Reading(end: start)
    for piece in pieces {
      let at = reading.end
      switch piece {
      case .literal(let bytes):
        guard line.has(bytes, at: at) else { return nil }
        reading.end += bytes.count
      case .lane:
        if let names, let (lane, end) = names.read(line, at: at), exactly || end == line.endOfName(at: at) {
          reading.lane = lane
          reading.end = end
        } else if exactly {
          return nil
        } else {
          reading.end = line.endOfName(at: at)
          reading.note(.name(found: line.text(at..<reading.end), expected: names?.summary ?? ""))
        }
      case .name(let expected):
        let end = line.endOfName(at: at)
        if exactly ? line.has(expected, at: at) : (end - at == expected.count && line.has(expected, at: at)) {
          reading.end += expected.count
        } else if exactly {
          return nil
        } else {
          reading.end = end
          reading.note(.name(found: line.text(at..<end), expected: String(decoding: expected, as: UTF8.self)))
        }
      case .method(let expected):
        if line.has(expected, at: at), exactly || !line.hasLonger(expected, at: at) {
          reading.end += expected.count
        } else if exactly {
          return nil
        } else {
          let methods = Parameters.Method.allCases.map { Array($0.rawValue.utf8) }.sorted { $0.count > $1.count }
          guard let found = methods.first(where: { line.has($0, at: at) }) else { return nil }
          reading.end += found.count
          reading.note(
            .name(
              found: String(decoding: found, as: UTF8.self), expected: String(decoding: expected, as: UTF8.self)))
        }
      case .task:
        guard let (number, end) = line.number(at: at) else { return nil }
        reading.end = end
        if let number, number < tasks {
          reading.task = number
        } else if exactly {
          return nil
        } else {
          reading.note(.value(found: line.text(at..<end), expected: "a number from 0 to \(tasks - 1)"))
        }
      case .value:
        guard let values else { return nil }
        let end = line.endOfValue(at: at)
        reading.end = end
        if let value = line.decimal(at..<end), values.contains(value) {
          reading.value = value
        } else if exactly {
          return nil
        } else {
          let range = "a decimal number from \(values.lowerBound) up to \(values.upperBound)"
          reading.note(.value(found: line.text(at..<end), expected: range))
        }
      }
      if reading.end == at, !piece.isLiteral { return nil }
    }
    return reading
  }

  /// The text of a line of this kind.
  func text(lane: Int, task: Int, value: String = "{value}") -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .literal(let bytes), .name(let bytes), .method(let bytes): text += String(decoding: bytes, as: UTF8.self)
      case .lane: text += names?.name(lane) ?? ""
      case .task: text += String(task)
      case .value: text += value
      }
    }
    return text
  }
}

extension Template.Piece {
  var isLiteral: Bool {
    if case .literal = self { true } else { false }
  }
}

extension Template.Reading {
  /// Keeps the fault that comes first by the order of verdicts: a wrong name before a wrong value.
  mutating func note(_ new: Template.Fault) {
    if case .value = fault, case .name = new { fault = new }
    if fault == nil { fault = new }
  }
}

/// The names of a group's lanes: the same but for a number, from 1.
struct LaneNames: Hashable, Sendable {
  var prefix: [UInt8]
  var suffix: [UInt8]
  var count: Int

  init(_ pattern: Syntax.NamePattern, count: Int, parameters: Parameters) {
    prefix = Array(((pattern.hasMethod ? parameters.methodInForce.prefix : "") + pattern.prefix).utf8)
    suffix = Array(Template.suffix(pattern.function, parameters).utf8)
    self.count = count
  }

  func name(_ lane: Int) -> String {
    String(decoding: prefix, as: UTF8.self) + String(lane + 1) + String(decoding: suffix, as: UTF8.self)
  }

  /// The lane whose name stands at `start`, and where the name ends.
  func read(_ line: UnsafeBufferPointer<UInt8>, at start: Int) -> (lane: Int, end: Int)? {
    guard line.has(prefix, at: start), let (number, end) = line.number(at: start + prefix.count),
      let number, (1...count).contains(number), line.has(suffix, at: end)
    else { return nil }
    return (number - 1, end + suffix.count)
  }

  var summary: String {
    switch count {
    case 1: name(0)
    case 2: "\(name(0)) or \(name(1))"
    default: "\(name(0)) to \(name(count - 1))"
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  func has(_ bytes: [UInt8], at start: Int) -> Bool {
    guard start + bytes.count <= count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<bytes.count where bytes[index] != self[start + index] { return false }
      return true
    }
  }

  /// Whether another start method stands here that begins with `method`, as forkserver begins with fork.
  func hasLonger(_ method: [UInt8], at start: Int) -> Bool {
    Parameters.Method.allCases.contains {
      $0.rawValue.utf8.count > method.count && has(Array($0.rawValue.utf8), at: start)
    }
  }

  /// A number without leading zeros; the number is nil where it is too large or has some.
  func number(at start: Int) -> (number: Int?, end: Int)? {
    var end = start
    var value = 0
    while end < count, (0x30...0x39).contains(self[end]) {
      if value <= Parameters.largest * 10 { value = value * 10 + Int(self[end] - 0x30) }
      end += 1
    }
    guard end > start else { return nil }
    let isPlain = (end == start + 1 || self[start] != 0x30) && value <= Parameters.largest * 10
    return (isPlain ? value : nil, end)
  }

  /// Where a name ends that starts here: letters, digits, dashes, `:` before a digit, and a function in parentheses.
  func endOfName(at start: Int) -> Int {
    var end = start
    while end < count, isWord(end) || (self[end] == 0x3A && end + 1 < count && (0x30...0x39).contains(self[end + 1])) {
      end += 1
    }
    guard end > start, end + 2 < count, self[end] == 0x20, self[end + 1] == 0x28 else { return end }
    var inside = end + 2
    while inside < count, isWord(inside) { inside += 1 }
    guard inside > end + 2, inside < count, self[inside] == 0x29 else { return end }
    return inside + 1
  }

  private func isWord(_ index: Int) -> Bool {
    switch self[index] {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
  }

  func endOfValue(at start: Int) -> Int {
    var end = start
    while end < count, isWord(end) || self[end] == 0x2E || self[end] == 0x2B { end += 1 }
    return end
  }

  /// A decimal number as programs print them: digits, a point and digits, perhaps an exponent.
  func decimal(_ range: Range<Int>) -> Double? {
    var index = range.lowerBound
    func digits() -> Int {
      let first = index
      while index < range.upperBound, (0x30...0x39).contains(self[index]) { index += 1 }
      return index - first
    }
    guard digits() > 0 else { return nil }
    var isFloat = false
    if index < range.upperBound, self[index] == 0x2E {
      index += 1
      guard digits() > 0 else { return nil }
      isFloat = true
    }
    if index < range.upperBound, self[index] == 0x65 {
      index += 1
      if index < range.upperBound, self[index] == 0x2D || self[index] == 0x2B { index += 1 }
      guard digits() > 0 else { return nil }
      isFloat = true
    }
    guard isFloat, index == range.upperBound, range.count <= 400 else { return nil }
    return Double(text(range))
  }

  /// The bytes as text, shortened where they are many.
  func text(_ range: Range<Int>) -> String {
    let shown = range.prefix(400)
    return String(decoding: UnsafeBufferPointer(rebasing: self[shown]), as: UTF8.self)
      + (shown.count < range.count ? "…" : "")
  }
}
