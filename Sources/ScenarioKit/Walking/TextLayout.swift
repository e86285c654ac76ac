/// Fitting text into a terminal's width; every character counts as one column.
enum TextLayout {
  /// A paragraph in lines of at most so many columns; a word that is longer stands alone and is cut.
  ///
  /// - Parameter hanging: what every line but the first begins with.
  static func wrap(_ text: String, to width: Int, hanging: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if line.isEmpty || line == hanging {
        line += word
      } else if line.count + 1 + word.count <= width {
        line += " \(word)"
      } else {
        lines.append(line)
        line = hanging + word
      }
    }
    lines.append(line)
    return lines.map { clip($0, to: width) }
  }

  /// At most so many columns; what is cut shows as an ellipsis.
  static func clip(_ text: String, to width: Int) -> String {
    guard text.count > width else { return text }
    return width < 1 ? "" : "\(text.prefix(width - 1))…"
  }

  /// Exactly so many columns.
  static func fit(_ text: String, to width: Int) -> String {
    let clipped = clip(text, to: width)
    return clipped + String(repeating: " ", count: max(0, width - clipped.count))
  }

  /// Without the spaces at its end.
  static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}
