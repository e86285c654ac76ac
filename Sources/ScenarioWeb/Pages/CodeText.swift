/// A program as HTML: comments, texts, numbers and keywords set apart, a line each.
struct CodeText {
  enum Language { case swift, python }

  private static let swiftWords: Set<String> = [
    "as", "case", "catch", "defer", "do", "else", "enum", "extension", "false", "for", "func", "guard", "if", "import", "in",
    "init", "let", "nil", "private", "return", "self", "static", "struct", "switch", "throw", "throws", "true", "try", "var",
    "while", "await", "async",
  ]
  private static let pythonWords: Set<String> = [
    "and", "as", "class", "def", "elif", "else", "except", "False", "finally", "for", "from", "global", "if", "import", "in",
    "is", "lambda", "None", "not", "or", "pass", "raise", "return", "True", "try", "while", "with", "yield",
  ]

  let language: Language
  private var html = ""
  private var rest: Substring

  /// Each line in an element of its own, so that one can be marked.
  static func html(_ text: String, _ language: Language) -> String {
    var text = text[...]
    while text.last == "\n" { text.removeLast() }
    var code = CodeText(language: language, rest: text)
    code.run()
    return code.html
  }

  private init(language: Language, rest: Substring) {
    self.language = language
    self.rest = rest
  }

  private var comment: String { language == .swift ? "//" : "#" }
  private var words: Set<String> { language == .swift ? Self.swiftWords : Self.pythonWords }

  private mutating func run() {
    while let first = rest.first {
      if rest.hasPrefix(comment) {
        take("comment") { $0.prefix { $0 != "\n" } }
      } else if rest.hasPrefix("\"\"\"") {
        take("text") { rest in
          let inner = rest.dropFirst(3)
          return inner.firstRange(of: "\"\"\"").map { rest[..<$0.upperBound] } ?? rest
        }
      } else if first == "\"" || first == "'" && language == .python {
        take("text") { Self.quoted($0) }
      } else if first.isLetter || first == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        take(words.contains(String(word)) ? "word" : nil) { _ in word }
      } else if first.isNumber {
        take("number") { $0.prefix { $0.isNumber || $0 == "." } }
      } else {
        take(nil) { $0.prefix(1) }
      }
    }
  }

  private mutating func take(_ kind: String?, _ part: (Substring) -> Substring) {
    let taken = part(rest)
    rest = rest[taken.endIndex...]
    // A text of several lines is several elements.
    html += taken.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let escaped = MarkdownText.escaped(line)
      return kind.map { line.isEmpty ? "" : "<span class=\"\($0)\">\(escaped)</span>" } ?? escaped
    }.joined(separator: "\n")
  }

  /// A text to its closing quote; what is interpolated belongs to it.
  private static func quoted(_ rest: Substring) -> Substring {
    guard let quote = rest.first else { return rest }
    var index = rest.index(after: rest.startIndex)
    var depth = 0
    while index < rest.endIndex {
      let character = rest[index]
      if character == "\\" {
        index = rest.index(after: index)
        if index < rest.endIndex, rest[index] == "(" { depth += 1 }
      } else if depth > 0, character == "(" {
        depth += 1
      } else if depth > 0, character == ")" {
        depth -= 1
      } else if depth == 0, character == quote {
        return rest[...index]
      } else if character == "\n" {
        return rest[..<index]
      }
      if index < rest.endIndex { index = rest.index(after: index) }
    }
    return rest
  }
}
