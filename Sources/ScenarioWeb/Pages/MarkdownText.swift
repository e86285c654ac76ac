/// The part of Markdown that stories use, as HTML: headings, paragraphs, lists, emphasis and code.
enum MarkdownText {
  /// - Parameter level: the level of the page's own heading; those of the text come below it.
  static func html(_ text: String, under level: Int = 1) -> String {
    var html: [String] = []
    var paragraph: [Substring] = []
    var items: [[Substring]] = []
    func flush() {
      if !paragraph.isEmpty { html.append("<p>\(inline(paragraph.joined(separator: " ")))</p>") }
      if !items.isEmpty {
        let list = items.map { "<li>\(inline($0.joined(separator: " ")))</li>" }.joined(separator: "\n")
        html.append("<ul>\n\(list)\n</ul>")
      }
      (paragraph, items) = ([], [])
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " }
      if trimmed.isEmpty {
        flush()
      } else if trimmed.hasPrefix("#") {
        flush()
        let depth = min(6, trimmed.prefix { $0 == "#" }.count + level - 1)
        html.append("<h\(depth)>\(inline(String(trimmed.drop { $0 == "#" || $0 == " " })))</h\(depth)>")
      } else if line.hasPrefix("- ") {
        if !paragraph.isEmpty { flush() }
        items.append([line.dropFirst(2)])
      } else if !items.isEmpty {
        items[items.count - 1].append(trimmed)
      } else {
        paragraph.append(trimmed)
      }
    }
    flush()
    return html.joined(separator: "\n")
  }

  /// Emphasis and code within a line; everything else is escaped.
  static func inline(_ text: String) -> String {
    var html = ""
    var rest = text[...]
    while let next = rest.firstIndex(where: { $0 == "`" || $0 == "*" }) {
      html += escaped(rest[..<next])
      let mark = rest[next...].hasPrefix("**") ? "**" : String(rest[next])
      let inner = rest[rest.index(next, offsetBy: mark.count)...]
      guard let end = inner.firstRange(of: mark), end.lowerBound > inner.startIndex else {
        html += escaped(rest[next..<rest.index(next, offsetBy: mark.count)])
        rest = inner
        continue
      }
      let tag = mark == "`" ? "code" : mark == "**" ? "strong" : "em"
      html += "<\(tag)>\(escaped(inner[..<end.lowerBound]))</\(tag)>"
      rest = inner[end.upperBound...]
    }
    return html + escaped(rest)
  }

  static func escaped(_ text: some StringProtocol) -> String {
    var html = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": html += "&amp;"
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "\"": html += "&quot;"
      default: html.unicodeScalars.append(character)
      }
    }
    return html
  }
}
