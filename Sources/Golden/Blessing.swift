/// A review of a golden against what a program printed: what would change if the output became the documented one.
///
/// A blessing changes texts, never rules. Where the output breaks a rule, or where it is not clear which text changed
/// into which, it is refused and a person must edit the golden.
package enum Blessing: Sendable {
  /// The output is the documented one, word for word.
  case nothingPending
  case proposal(Proposal)
  /// Why no change of texts makes this output legal.
  case refused(String)

  package struct Proposal: Sendable {
    /// The whole golden file as it would be.
    package var text: String
    /// The lines of the file that change, numbered from 1.
    package var changes: [Change]
    /// The outputs that would become legal, and those that would no longer be; nil where there is nothing to compare with.
    package var difference: Difference?

    /// The change as people review it: the lines of the file, then the outputs.
    package var description: String {
      let lines = changes.flatMap { change in
        ["line \(change.line)"] + (change.old.isEmpty ? [] : ["- \(change.old)"])
          + (change.new.isEmpty ? [] : ["+ \(change.new)"])
      }
      return (lines + (difference.map { ["", $0.description] } ?? [])).joined(separator: "\n")
    }
  }

  package struct Change: Hashable, Sendable {
    package var line: Int
    package var old: String
    package var new: String
  }

  /// Reviews the golden `text` against a transcript of a run with the parameters of the documents.
  ///
  /// - Throws: a `GoldenError` where the golden itself is wrong.
  package static func review(
    _ text: String, file: String, transcript: Transcript
  ) throws(GoldenError) -> Blessing {
    let golden = try Golden.parse(Array(text.utf8), file: file)
    let lines = transcript.lines.map(\.text)
    if lines == golden.documented { return .nothingPending }
    let verdict = try golden.judge(transcript)
    guard verdict.conforms || verdict.code == .unknownLine else {
      return .refused("a rule would have to change: \(verdict.headline)")
    }
    let syntax = golden.resolver.syntax
    var shapes = syntax.lines.map(\.shape)
    if !verdict.conforms {
      switch NewShapes(golden: golden, transcript: transcript).find() {
      case .success(let found): shapes = found
      case .failure(let reason): return .refused(reason.text)
      }
    }
    let changed = try edit(text, golden, shapes, transcript)
    let new: Golden
    do { new = try Golden.parse(Array(changed.utf8), file: file) } catch {
      return .refused("the golden would contradict itself: \(error.message)")
    }
    let after = try new.judge(transcript)
    guard after.conforms else { return .refused("a rule would have to change: \(after.headline)") }
    return .proposal(
      Proposal(
        text: changed, changes: changes(from: text, to: changed), difference: try golden.difference(to: new)))
  }

  // MARK: The new file

  /// The file with new shapes and a new documented output; every other line stays as it is.
  private static func edit(
    _ text: String, _ golden: Golden, _ shapes: [Shape], _ transcript: Transcript
  ) throws(GoldenError) -> String {
    let syntax = golden.resolver.syntax
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (declared, shape) in zip(syntax.lines, shapes) where declared.shape != shape {
      let line = declared.place.line - 1
      let head = lines[line].prefix { $0 != ":" }
      lines[line] = "\(head): \(shape.source)"
    }
    let margins = try margins(golden, shapes, transcript)
    let documented = zip(margins, transcript.lines).map { "  \($0) | \($1.text)" }
    let places = syntax.documented.map { $0.place.line - 1 }
    guard let first = places.first else { return lines.joined(separator: "\n") }
    for place in places.reversed() { lines.remove(at: place) }
    lines.insert(contentsOf: documented, at: first)
    return lines.joined(separator: "\n")
  }

  /// The lane of each line, for the margin.
  private static func margins(
    _ golden: Golden, _ shapes: [Shape], _ transcript: Transcript
  ) throws(GoldenError) -> [String] {
    var program = try golden.program()
    for (kind, shape) in shapes.enumerated() {
      program.kinds[kind].template.pieces = Template(shape, parameters: program.parameters).pieces
    }
    var judge = Judge(transcript, program)
    _ = judge.bindWriters()
    var lanes = Picture.guess(judge)
    if case .documented(let lines) = program.order, lines.count == lanes.count { lanes = lines.map(\.lane) }
    return lanes.map { lane in
      guard lane >= 0 else { return "?" }
      let group = program.groups[program.group(ofLane: lane)]
      return group.ids[lane - group.offset]
    }
  }

  static func changes(from old: String, to new: String) -> [Change] {
    let old = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return (0..<max(old.count, new.count)).compactMap { index in
      let before = index < old.count ? old[index] : ""
      let after = index < new.count ? new[index] : ""
      return before == after ? nil : Change(line: index + 1, old: before, new: after)
    }
  }
}

/// Finds the shapes that lines have now whose texts changed.
private struct NewShapes {
  let golden: Golden
  let transcript: Transcript

  struct Reason: Error {
    var text: String
  }

  /// The shapes with new literal texts; the holes stay, in their order.
  func find() -> Result<[Shape], Reason> {
    guard let program = try? golden.program() else { return .failure(Reason(text: "the golden has no program")) }
    var shapes = golden.resolver.syntax.lines.map(\.shape)
    let entries = Reader(transcript, program: program).entries
    let known = Set(entries.map { Int($0.line) })
    let missing = shapes.indices.filter { kind in !entries.contains { Int($0.kind) == kind } }
    var found: [Int: Shape] = [:]
    for (index, line) in transcript.lines.enumerated() where !known.contains(index) {
      let candidates = missing.compactMap { kind in
        shape(of: line.text, like: kind, program).map { (kind: kind, shape: $0) }
      }
      let ranked = candidates.sorted {
        Suggestion.distance($0.shape.source, shapes[$0.kind].source)
          < Suggestion.distance($1.shape.source, shapes[$1.kind].source)
      }
      guard let best = ranked.first else {
        return .failure(
          Reason(text: "line \(index + 1) is new, and no line of the golden has vanished that it could replace"))
      }
      if let earlier = found[best.kind], earlier != best.shape {
        let id = golden.resolver.syntax.lines[best.kind].id
        return .failure(Reason(text: "\(id) changed into two texts: line \(index + 1) differs from one above it"))
      }
      found[best.kind] = best.shape
    }
    for (kind, shape) in found { shapes[kind] = shape }
    return .success(shapes)
  }

  /// The text as a shape with the holes of this kind, each where its first possible content stands.
  private func shape(of text: String, like kind: Int, _ program: Program) -> Shape? {
    let shape = golden.resolver.syntax.lines[kind].shape
    let template = program.kinds[kind].template
    let bytes = Array(text.utf8)
    var pieces: [Shape.Piece] = []
    var literal: [UInt8] = []
    var at = 0
    for (piece, filled) in zip(shape.pieces, template.pieces) where !filled.isLiteral {
      var single = template
      single.pieces = [filled]
      let end = bytes.withUnsafeBufferPointer { buffer in
        (at...buffer.count).lazy.compactMap { start in
          single.read(buffer, at: start, exactly: true).map { (start, $0.end) }
        }.first
      }
      guard let (start, end) = end else { return nil }
      literal += bytes[at..<start]
      if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
      literal = []
      pieces.append(piece)
      at = end
    }
    literal += bytes[at...]
    if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
    return Shape(pieces: pieces)
  }
}

extension Shape {
  init(pieces: [Piece]) { self.pieces = pieces }

  /// The shape as a golden file writes it.
  package var source: String {
    pieces.map { piece in
      switch piece {
      case .literal(let text):
        text.map { $0 == "{" ? "{{" : $0 == "}" ? "}}" : String($0) }.joined()
      case .lane: "{lane}"
      case .task: "{task}"
      case .value: "{value}"
      case .method: "{method}"
      case .defaultMethod: "{default}"
      case .fixedMethod(let method): "{\(method.rawValue)}"
      case .name(let name, let function): "{name \(name)\(function.map { " (\($0))" } ?? "")}"
      }
    }.joined()
  }
}
