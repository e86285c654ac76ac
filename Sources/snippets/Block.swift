/// A fenced block of a text, from Markdown or from the comments of a Swift file.
struct Block {
  /// What stands behind the fence: `swift`, `text`, `console`, …
  var language: String
  var lines: [String]
  /// The number of its first line in the file, from 1.
  var line: Int
  /// The comment on the line before the fence, which readers do not see.
  var remark: String?

  /// The blocks of a file, in their order.
  ///
  /// - Throws: for a block that does not end.
  static func all(of source: SourceFile) throws(SourceError) -> [Block] {
    var blocks: [Block] = []
    var open: (block: Block, indentation: Int)?
    var remark: String?
    for (index, line) in source.lines.enumerated() {
      let text = trimmed(line)
      if let (block, indentation) = open {
        if text == "```" {
          blocks.append(block)
          open = nil
        } else {
          // A block inside a list is as far to the right as the list.
          open?.block.lines.append(String(line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))))
        }
      } else if text.hasPrefix("```") {
        let indentation = line.prefix { $0 == " " }.count
        open = (Block(language: String(text.dropFirst(3)), lines: [], line: index + 2, remark: remark), indentation)
        remark = nil
      } else if text.hasPrefix("<!--"), text.hasSuffix("-->") {
        remark = trimmed(String(text.dropFirst(4).dropLast(3)))
      } else {
        remark = nil
      }
    }
    if let (block, _) = open { throw SourceError(source, block.line - 1, "the block that begins here does not end") }
    return blocks
  }
}

/// A text with blocks: a Markdown file as it is, of a Swift file what its documentation comments say, line by line.
struct SourceFile {
  let path: String
  let lines: [String]

  /// Whether each block stands for itself; the blocks of an article share their types.
  var hasSeparateBlocks: Bool { path.hasSuffix(".swift") }

  init(path: String, text: String) {
    self.path = path
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard path.hasSuffix(".swift") else {
      self.lines = lines
      return
    }
    self.lines = lines.map { line in
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("///") else { return "" }
      return String(text.dropFirst(text.hasPrefix("/// ") ? 4 : 3))
    }
  }

  /// The name of the file without its ending, as a Swift name.
  var name: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.prefix { $0 != "." }
    return String(stem.map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}

/// What is wrong with a text, in the form in which a compiler says it.
struct SourceError: Error {
  var message: String

  init(_ source: SourceFile, _ line: Int, _ sentence: String) {
    message = "\(source.path):\(line): error: \(sentence)"
  }

  /// What is wrong with no line of a text.
  init(_ sentence: String) { message = "error: \(sentence)" }
}

func trimmed(_ text: String) -> String {
  let start = text.drop { $0 == " " }
  guard let end = start.lastIndex(where: { $0 != " " }) else { return "" }
  return String(start[...end])
}
