/// Finds the line of a program at which something happens, in Swift and in Python alike.
///
/// An example is a small program with a fixed form: an initializer, a task, a main part. What happened tells the part, and
/// within a part there is one line that does it; a test holds every example to that.
struct SourceMap: Hashable, Sendable {
  enum Language: Hashable, Sendable { case swift, python }

  enum Part: Hashable, Sendable { case main, initializer, task, helper }

  /// Something that a program does.
  enum Deed: Hashable, Sendable {
    case start, begin, open, submit, close, wait, get, put, leave
    case say(String)
  }

  private struct Region: Hashable {
    var part: Part
    /// The lines from its header to its end, counted from 0.
    var lines: Range<Int>
  }

  let language: Language
  let lines: [String]
  private var regions: [Region] = []

  init(_ text: String, _ language: Language) {
    self.language = language
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last == "" { lines.removeLast() }
    self.lines = lines
    regions = language == .swift ? swiftRegions : pythonRegions
  }

  /// The number of the line, from 1; nil where this program has none for it.
  ///
  /// - Parameter after: the line where its thread is now: of several candidates the next one counts.
  func line(of deed: Deed, in part: Part, after: Int? = nil) -> Int? {
    let found: [Int]
    switch deed {
    case .start, .begin: found = regions.filter { $0.part == part }.prefix(1).map { first(of: $0) }
    case .leave: found = leaving.map { [$0] } ?? []
    case .say(let text): return saying(text, in: part).map { $0 + 1 }
    default: found = indices(of: part).filter { index in tokens(deed).contains { lines[index].contains($0) } }
    }
    let next = after.flatMap { after in found.first { $0 + 1 >= after } }
    return (next ?? found.first).map { $0 + 1 }
  }

  /// Whether the line issues the tasks of a map.
  func isMap(_ number: Int) -> Bool {
    let line = lines[number - 1]
    return [".mapAsync(", ".map_async(", ".map("].contains { line.contains($0) }
  }

  private func first(of region: Region) -> Int {
    // Main begins with its first statement, the others with the line that names them.
    region.part == .main && region.lines.count > 1 ? region.lines.lowerBound + 1 : region.lines.lowerBound
  }

  private func indices(of part: Part) -> [Int] { regions.filter { $0.part == part }.flatMap { Array($0.lines) } }

  private func tokens(_ deed: Deed) -> [String] {
    switch deed {
    case .open: ["withPool(", "withPool {", "withThreadPool(", ".pool(", " Pool(", ".Pool(", " ThreadPool("]
    case .submit:
      [
        ".applyAsync(", ".mapAsync(", ".apply(", ".map(", ".imapUnordered(", ".apply_async(", ".map_async(", ".imap_unordered(",
      ]
    case .close: [".close()"]
    case .wait: [".join()", ".wait()", ".apply(", ".map(", ".get()"]
    case .get: hasPipe ? [".receive(", ".recv("] : [".get()"]
    case .put: [".put(", ".send("]
    case .start, .begin, .leave, .say: []
    }
  }

  /// Whether values come through a pipe: then `get` is only asked of results.
  private var hasPipe: Bool { lines.contains { $0.contains(".receive(") || $0.contains(".recv(") } }

  /// Where the block of a pool is left: its end in Swift, the line that says `with` in Python.
  private var leaving: Int? {
    guard
      let open = indices(of: .main).first(where: { index in tokens(.open).contains { lines[index].contains($0) } })
    else { return nil }
    if language == .python { return lines[open].contains("with ") ? open : nil }
    guard lines[open].contains("with") else { return nil }
    return lines[(open + 1)...].firstIndex { $0.indentation == lines[open].indentation && $0.contains("}") }
  }

  // MARK: Texts

  /// The line whose text, apart from the values in it, is most of what was printed.
  private func saying(_ text: String, in part: Part) -> Int? {
    // A callback may stand in main, and run elsewhere.
    saying(text, among: indices(of: part) + indices(of: .helper)) ?? saying(text, among: Array(lines.indices))
  }

  private func saying(_ text: String, among indices: [Int]) -> Int? {
    let candidates = indices.compactMap { index -> (index: Int, weight: Int)? in
      guard let pattern = pattern(of: lines[index]), Self.matches(text, pattern) else { return nil }
      return (index, pattern.reduce(0) { $0 + $1.count })
    }
    return candidates.max { ($0.weight, -$0.index) < ($1.weight, -$1.index) }?.index
  }

  /// The literal pieces of what a line prints, in their order; nil where it prints nothing.
  private func pattern(of line: String) -> [String]? {
    guard let call = line.firstRange(of: "print(") else { return nil }
    let rest = line[call.upperBound...]
    guard let quote = rest.firstIndex(of: "\""), rest[..<quote].allSatisfy({ $0 == "f" }) else { return ["", ""] }
    var pieces = [""]
    var depth = 0
    var previous: Character = " "
    for character in rest[rest.index(after: quote)...] {
      if depth == 0, character == "\"" { break }
      switch (language, character) {
      case (.swift, "(") where depth > 0 || previous == "\\", (.python, "{"):
        depth += 1
        if depth == 1 { pieces.append("") }
      case (.swift, ")") where depth > 0, (.python, "}") where depth > 0: depth -= 1
      case (.swift, "\\") where depth == 0: break
      default: if depth == 0 { pieces[pieces.count - 1].append(character) }
      }
      previous = character
    }
    return pieces
  }

  /// Whether a text is these pieces with anything between them.
  static func matches(_ text: String, _ pieces: [String]) -> Bool {
    guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return false }
    guard pieces.count > 1 else { return text == first }
    var rest = text.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}

// MARK: Parts

extension SourceMap {
  private var swiftRegions: [Region] {
    lines.indices.compactMap { index in
      let line = lines[index]
      guard line.contains("func "), line.contains("{"), !line.trimmedStart.hasPrefix("//") else { return nil }
      let type = lines[..<index].last { $0.indentation < line.indentation && $0.contains("{") } ?? ""
      let part: Part =
        line.contains("func main(") ? .main
        : type.contains(": Initializer") ? .initializer
        : type.contains(": PoolTask") || type.contains(": PoolFunction") ? .task : .helper
      if line.contains("}") { return Region(part: part, lines: index..<index + 1) }
      let end = lines[(index + 1)...].firstIndex { $0.indentation == line.indentation && $0.contains("}") }
      return Region(part: part, lines: index..<(end ?? lines.count))
    }
  }

  private var pythonRegions: [Region] {
    let text = lines.joined(separator: "\n")
    return lines.indices.compactMap { index in
      let line = lines[index]
      let part: Part
      if line.hasPrefix("if __name__") {
        part = .main
      } else if line.hasPrefix("def "), let name = line.dropFirst(4).split(separator: "(").first {
        let isTask = ["apply_async(", "map_async(", "apply(", "map(", "imap_unordered("].contains { call in
          [",", ")"].contains { text.contains(".\(call)\(name)\($0)") }
        }
        part = text.contains("initializer=\(name)") ? .initializer : isTask ? .task : .helper
      } else {
        return nil
      }
      let end = lines[(index + 1)...].firstIndex { !$0.isEmpty && $0.indentation == 0 } ?? lines.count
      return Region(part: part, lines: index..<end)
    }
  }
}

extension String {
  /// How many spaces it begins with.
  var indentation: Int { prefix { $0 == " " }.count }

  fileprivate var trimmedStart: Substring { drop { $0 == " " } }
}
