/// A block of Swift divided into what stands at the top of a file and what stands inside a function.
struct Pieces {
  /// Lines that belong together, with the number of the first one in the file.
  struct Piece {
    var line: Int
    var lines: [String]
  }

  var declarations: [Piece] = []
  var statements: [Piece] = []
  /// The type that was marked as the program's entry.
  var entry: String?
  /// The names that the statements declare at their top.
  var names: [String] = []

  private var text: String { statements.flatMap(\.lines).joined(separator: "\n") }

  /// Whether the statements are a fragment that speaks of a pool which is there.
  var needsPool: Bool { text.contains("pool.") && !text.contains("pool in") && !text.contains("let pool") }

  /// Whether the statements suspend.
  var suspends: Bool { text.contains("await ") }

  private static let keywords = ["struct", "enum", "final", "class", "actor", "protocol", "func", "typealias"]

  init(_ block: Block) {
    var depth = 0
    var isDeclaration = false
    var current: Piece?
    for (index, line) in block.lines.enumerated() {
      let number = block.line + index
      if depth == 0 {
        let begins = Self.beginsDeclaration(line)
        if line.hasPrefix("import ") { continue }
        // A line that closes or goes on does not begin anything.
        if let first = line.first, first != " ", first != "}", first != ")", first != "]" {
          finish(&current, isDeclaration)
          isDeclaration = begins
          if line.hasPrefix("@main ") { entry = Self.word(after: ["struct", "enum"], in: line) }
        }
        if !isDeclaration, let name = Self.declaredName(line) { names.append(name) }
      }
      var text = line
      if depth == 0, line.hasPrefix("@main ") { text = String(line.dropFirst("@main ".count)) }
      if depth == 0, isDeclaration, line.hasPrefix("func ") { text = "static " + line }
      if current == nil { current = Piece(line: number, lines: []) }
      current?.lines.append(text)
      depth += Self.balance(line)
    }
    finish(&current, isDeclaration)
  }

  private mutating func finish(_ piece: inout Piece?, _ isDeclaration: Bool) {
    guard let done = piece else { return }
    piece = nil
    guard done.lines.contains(where: { !trimmed($0).isEmpty }) else { return }
    if isDeclaration { declarations.append(done) } else { statements.append(done) }
  }

  private static func beginsDeclaration(_ line: String) -> Bool {
    guard let first = line.split(separator: " ").first else { return false }
    return first == "@main" || keywords.contains(String(first)) || line.hasPrefix("///")
  }

  private static func word(after keywords: [String], in line: String) -> String? {
    let words = line.split { $0 == " " || $0 == ":" || $0 == "{" }.map(String.init)
    guard let index = words.firstIndex(where: keywords.contains), index + 1 < words.count else { return nil }
    return words[index + 1]
  }

  /// `squares` of `let squares = …`; nil where it declares nothing, or several things at once.
  private static func declaredName(_ line: String) -> String? {
    guard line.hasPrefix("let ") || line.hasPrefix("var ") else { return nil }
    let name = line.dropFirst(4).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty || name == "_" ? nil : String(name)
  }

  /// How many more brackets a line opens than it closes; those in its strings and its comment do not count.
  private static func balance(_ line: String) -> Int {
    var balance = 0
    var isQuoted = false
    var previous: Character = " "
    for character in line {
      if character == "\"", previous != "\\" { isQuoted.toggle() }
      if !isQuoted {
        if character == "/", previous == "/" { break }
        if "{([".contains(character) { balance += 1 }
        if "})]".contains(character) { balance -= 1 }
      }
      previous = character
    }
    return balance
  }
}
