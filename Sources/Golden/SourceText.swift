/// The text of a golden file, divided into sections of indented lines.
///
/// Section headings start at the left margin, entries are indented by two spaces, a `because` by four. A line that is
/// empty or whose first character is `#` says nothing.
struct SourceText {
  struct Line {
    var number: Int
    var text: String
    var indent: Int
  }

  struct Section {
    var heading: Line
    var entries: [Line]
  }

  /// Goldens are written by people; a file beyond this size is something else.
  static let largest = 1 << 20

  var sections: [Section] = []

  init(_ bytes: [UInt8], file: String) throws(GoldenError) {
    guard !bytes.isEmpty else { throw GoldenError(.syntax, "the file is empty", file: file, line: 1, column: 1) }
    guard bytes.count <= Self.largest else {
      let message = "the file has \(bytes.count) bytes, and a golden may have \(Self.largest)"
      throw GoldenError(.syntax, message, file: file, line: 1, column: 1)
    }
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      try add(line, number: index + 1, file: file)
    }
    if sections.isEmpty {
      throw GoldenError(.syntax, "the file says nothing: it must begin with “golden 1”", file: file, line: 1, column: 1)
    }
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>, number: Int, file: String) throws(GoldenError) {
    func failure(_ message: String, _ column: Int) -> GoldenError {
      GoldenError(.syntax, message, file: file, line: number, column: column)
    }
    let text = try Self.decode(bytes, failure)
    var indent = 0
    for (index, scalar) in text.unicodeScalars.enumerated() {
      switch scalar {
      case " " where indent == index: indent += 1
      case "\t": throw failure("a tab stands here: indent and separate with spaces", index + 1)
      case "\r": throw failure("the line ends in a carriage return: end lines with a line feed alone", index + 1)
      case let control where control.value < 0x20 || control.value == 0x7F:
        throw failure("a control character (\(control.value)) stands here", index + 1)
      default: break
      }
    }
    let line = Line(number: number, text: text, indent: indent)
    let isBlank = indent == text.unicodeScalars.count
    if isBlank || text.unicodeScalars.dropFirst(indent).first == "#" { return }
    if indent == 0 {
      sections.append(Section(heading: line, entries: []))
    } else if sections.isEmpty {
      throw failure("an indented line before the first heading: a golden begins with “golden 1”", indent + 1)
    } else if indent != 2 && indent != 4 {
      throw failure("indented by \(indent) spaces: entries are indented by 2, a because by 4", indent + 1)
    } else {
      sections[sections.count - 1].entries.append(line)
    }
  }

  private static func decode(
    _ bytes: ArraySlice<UInt8>, _ failure: (String, Int) -> GoldenError
  ) throws(GoldenError) -> String {
    var parser = Unicode.UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var scalars = String.UnicodeScalarView()
    while true {
      switch parser.parseScalar(from: &input) {
      case .valid(let encoded): scalars.append(Unicode.UTF8.decode(encoded))
      case .emptyInput: return String(scalars)
      case .error: throw failure("the file is not UTF-8 from here on", scalars.count + 1)
      }
    }
  }
}
