/// Writes the blocks of many texts as one Swift file, in which the compiler names the texts and their lines.
struct Writer {
  private var code = """
    // Written by the build from the documentation; edit that.
    import Multiprocessing


    """
  private var entries = ""

  /// Adds the blocks of a text; `read` gives another file of the package, by its path.
  mutating func add(_ source: SourceFile, read: (String) -> String?) throws(SourceError) {
    let blocks = try Block.all(of: source)
    var shared = ""
    for (index, block) in blocks.enumerated() where block.language == "swift" {
      if let remark = block.remark, remark.hasPrefix("part of ") {
        try compare(block, with: String(remark.dropFirst("part of ".count)), source, read)
        continue
      }
      let next = index + 1 < blocks.count ? blocks[index + 1] : nil
      let output = next?.language == "text" ? next : nil
      let pieces = Pieces(block)
      // The blocks of an article go on with each other's types; a whole program begins anew.
      let isSeparate = source.hasSeparateBlocks || pieces.entry != nil
      let type = isSeparate ? "In\(source.name)_\(block.line)" : "In\(source.name)"
      let swift = swift(pieces, block, source)
      if isSeparate { code += "enum \(type) {\n\(swift)}\n\n" } else { shared += swift }
      if let output { entries += try entry(pieces, block, output, in: type, source) }
    }
    if !shared.isEmpty { code += "enum In\(source.name) {\n\(shared)}\n\n" }
  }

  /// The whole file.
  var text: String { "\(code)extension Snippet {\n  static let all: [Snippet] = [\n\(entries)  ]\n}\n" }

  /// The declarations of a block, and a function with its statements.
  private func swift(_ pieces: Pieces, _ block: Block, _ source: SourceFile) -> String {
    var code = pieces.declarations.map { swift($0, source) }.joined()
    guard !pieces.statements.isEmpty else { return code }
    code += "static func block\(block.line)(\(pieces.needsPool ? "pool: Pool" : ""))"
    code += " \(pieces.suspends ? "async " : "")throws {\n"
    code += pieces.statements.map { swift($0, source) }.joined()
    // What is only shown has no use.
    code += pieces.names.map { "_ = \($0)\n" }.joined()
    return code + "}\n"
  }

  private func swift(_ piece: Pieces.Piece, _ source: SourceFile) -> String {
    "#sourceLocation(file: \(literal(source.path)), line: \(piece.line))\n\(piece.lines.joined(separator: "\n"))\n"
      + "#sourceLocation()\n"
  }

  /// What runs a block whose output the text shows.
  private func entry(
    _ pieces: Pieces, _ block: Block, _ output: Block, in type: String, _ source: SourceFile
  ) throws(SourceError) -> String {
    let suspends = pieces.suspends || pieces.entry != nil && block.lines.contains { $0.contains("func main() async") }
    let attempt = suspends ? "try await" : "try"
    var body: String
    if let entry = pieces.entry {
      body = "\(attempt) \(type).\(entry).main()"
    } else if pieces.statements.isEmpty {
      throw SourceError(source, output.line, "this is the output of a block without statements, which prints nothing")
    } else if pieces.needsPool {
      body = "\(attempt) withPool(processes: 2) { \(attempt) \(type).block\(block.line)(pool: $0) }"
    } else {
      body = "\(attempt) \(type).block\(block.line)()"
    }
    body = ".\(suspends ? "suspending" : "blocking") { \(body) }"
    return """
          Snippet(
            name: \(literal("\(source.name):\(block.line)")), output: \(literal(output.lines.joined(separator: "\n"))),
            check: \(literal(output.remark ?? "")), body: \(body)),

      """
  }

  /// A block that shows a part of a file has the file's lines, wherever the part begins.
  private func compare(
    _ block: Block, with path: String, _ source: SourceFile, _ read: (String) -> String?
  ) throws(SourceError) {
    guard let text = read(path) else { throw SourceError(source, block.line, "\(path) cannot be read") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { trimmed(String($0)) }
    let wanted = block.lines.map { trimmed($0) }
    let isPart = lines.indices.contains { lines[$0...].starts(with: wanted) }
    guard isPart else { throw SourceError(source, block.line, "\(path) has no such lines") }
  }

  /// A text as a Swift string literal on one line.
  private func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{20}"..."\u{7e}": result.unicodeScalars.append(scalar)
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result + "\""
  }
}
