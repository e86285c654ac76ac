/// One line of a golden file, read from left to right.
///
/// It works on Unicode scalars, so that a column is what an editor shows, and never looks back further than a word.
struct Scanner {
  let file: String
  let line: Int
  private(set) var position = 0
  private let scalars: [Unicode.Scalar]

  init(_ text: String, file: String, line: Int) {
    self.file = file
    self.line = line
    scalars = Array(text.unicodeScalars)
    skipSpaces()
  }

  /// The place where the next thing begins.
  var place: Place { Place(line: line, column: position + 1) }
  var isAtEnd: Bool { position == scalars.count }

  mutating func skipSpaces() {
    while position < scalars.count, scalars[position] == " " { position += 1 }
  }

  /// What is left of the line, from here.
  var rest: String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[position...])
    return String(text)
  }

  /// Takes `text` if it comes next and a word does not go on behind it.
  mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    let end = position + wanted.count
    guard end <= scalars.count, scalars[position..<end].elementsEqual(wanted) else { return false }
    if let last = wanted.last, Self.isWord(last), end < scalars.count, Self.isWord(scalars[end]) { return false }
    position = end
    skipSpaces()
    return true
  }

  mutating func expect(_ text: String) throws(GoldenError) {
    guard take(text) else { throw failure("expected “\(text)” here") }
  }

  /// A name: letters, digits, and dashes inside.
  mutating func name(_ what: String) throws(GoldenError) -> String {
    let start = position
    while position < scalars.count, Self.isWord(scalars[position]) { position += 1 }
    guard position > start, Self.isLetter(scalars[start]) else {
      position = start
      throw failure("expected \(what) here: a letter, then letters, digits or dashes")
    }
    let name = String(String.UnicodeScalarView(scalars[start..<position]))
    skipSpaces()
    return name
  }

  /// A whole number, with or without commas between groups of three digits.
  mutating func number(_ what: String) throws(GoldenError) -> Int {
    let start = position
    var groups: [[Unicode.Scalar]] = [[]]
    while position < scalars.count {
      let scalar = scalars[position]
      if Self.isDigit(scalar) {
        groups[groups.count - 1].append(scalar)
      } else if scalar == ",", position + 1 < scalars.count, Self.isDigit(scalars[position + 1]) {
        groups.append([])
      } else {
        break
      }
      position += 1
    }
    let grouped = groups.count == 1 || (groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 })
    guard grouped, let value = Int(String(String.UnicodeScalarView(groups.joined()))) else {
      position = start
      throw failure("expected \(what) here: a whole number")
    }
    skipSpaces()
    return value
  }

  /// A decimal number such as 0.30.
  mutating func decimal(_ what: String) throws(GoldenError) -> Double {
    let start = position
    while position < scalars.count, Self.isDigit(scalars[position]) || scalars[position] == "." { position += 1 }
    guard let value = Double(String(String.UnicodeScalarView(scalars[start..<position]))) else {
      position = start
      throw failure("expected \(what) here: a decimal number")
    }
    skipSpaces()
    return value
  }

  mutating func expectEnd() throws(GoldenError) {
    guard isAtEnd else { throw failure("nothing more is expected on this line, but here is “\(rest)”") }
  }

  func failure(_ message: String) -> GoldenError {
    GoldenError(.syntax, message, file: file, line: line, column: position + 1)
  }

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isLetter(scalar) || isDigit(scalar) || scalar == "-" || scalar == "_"
  }
}

/// A place in a golden file, both parts from 1.
package struct Place: Hashable, Sendable {
  package var line: Int
  package var column: Int
}
