/// The legal output that needs the fewest changes to a transcript.
package struct Nearest: Hashable, Sendable {
  /// One change; lines are those of the transcript, from 0.
  package enum Edit: Hashable, Sendable {
    case exchange(Int, Int)
    case replace(Int, with: String)
    case drop(Int)
    case add(before: Int, String)
    case move(Int, before: Int)
  }

  package var lines: [String]
  package var edits: [Edit]

  /// The search gives up beyond so many pairs of a line and a state.
  static let bound = 60_000
  /// And beyond so much work of the automaton, in units of its cost.
  static let workBound = 200_000
  /// It is not tried for transcripts longer than this: nobody reads the changes.
  static let longest = 400
  /// Every exchange and every move is tried for transcripts up to this length.
  static let longestRearranged = 30

  /// The nearest legal output of `program`; nil where the search would pass its bound.
  static func find(_ transcript: Transcript, _ program: Program) throws(GoldenError) -> Nearest? {
    guard transcript.lines.count <= longest, program.kinds.reduce(0, { $0 + $1.total }) <= longest else { return nil }
    guard let nearest = try search(transcript, program, program.makeAutomaton()) else { return nil }
    if nearest.found.edits.count < 2 || nearest.work > workBound / 10 { return nearest.found }
    return try rearrange(transcript, program) ?? nearest.found
  }

  /// A legal output with one line moved, or two exchanged, which people find easier than lines that change.
  private static func rearrange(_ transcript: Transcript, _ program: Program) throws(GoldenError) -> Nearest? {
    let known = symbols(transcript, program)
    let symbols = known.compactMap { $0 }
    guard symbols.count == known.count, symbols.count <= longestRearranged else { return nil }
    let language = Language(program: program)
    let texts = transcript.lines.map(\.text)
    for distance in symbols.indices.dropFirst() {
      for first in 0..<(symbols.count - distance) {
        let last = first + distance
        for edit in [Edit.exchange(first, last), .move(last, before: first), .move(first, before: last + 1)]
        where try language.contains(edit.applied(to: symbols)) {
          return Nearest(lines: edit.applied(to: texts), edits: [edit])
        }
      }
    }
    return nil
  }

  // MARK: Search

  private struct Node: Hashable {
    var line: Int
    var state: Int
  }

  /// What a changed line costs, and an exchange of two neighbours: a little less, for it changes no line's text.
  private static let change = 5
  private static let exchange = 4

  private enum Step {
    case keep
    case replace(Program.Line)
    case drop
    case add(Program.Line)
    case exchange(Program.Line, Program.Line)
  }

  /// Cheapest first; keeping a line costs nothing.
  private static func search<A: Automaton>(
    _ transcript: Transcript, _ program: Program, _ automaton: A
  ) throws(GoldenError) -> (found: Nearest, work: Int)? {
    let known = symbols(transcript, program)
    var table = StateTable(automaton)
    let start = Node(line: 0, state: try table.index(automaton.initial()))
    var cameFrom: [Node: (node: Node, step: Step)] = [:]
    var done: Set<Node> = []
    var layers: [[(node: Node, from: Node, step: Step?)]] = [[(start, start, nil)]]
    var cost = 0
    while cost < layers.count {
      while let (node, from, step) = layers[cost].popLast() {
        guard done.insert(node).inserted else { continue }
        if let step { cameFrom[node] = (from, step) }
        guard done.count <= bound, table.work <= workBound else { return nil }
        if node.line == known.count, automaton.accepts(table.states[node.state]) {
          return (Nearest(path: path(to: node, cameFrom), transcript, program), table.work)
        }
        while layers.count <= cost + change { layers.append([]) }
        let steps = try table.steps(node.state)
        if node.line < known.count {
          layers[cost + change].append((Node(line: node.line + 1, state: node.state), node, .drop))
        }
        for (line, next) in steps {
          layers[cost + change].append((Node(line: node.line, state: next), node, .add(line)))
          guard node.line < known.count else { continue }
          let behind = Node(line: node.line + 1, state: next)
          if known[node.line] == line {
            layers[cost].append((behind, node, .keep))
          } else {
            layers[cost + change].append((behind, node, .replace(line)))
          }
          if node.line + 1 < known.count, known[node.line + 1] == line, let first = known[node.line], first != line {
            for (second, end) in try table.steps(next) where second == first {
              layers[cost + exchange].append((Node(line: node.line + 2, state: end), node, .exchange(line, second)))
            }
          }
        }
      }
      cost += 1
    }
    return nil
  }

  /// The states met so far, each with its steps once they were asked for.
  private struct StateTable<A: Automaton> {
    let automaton: A
    private(set) var states: [A.State] = []
    private(set) var work = 0
    private var indices: [A.State: Int] = [:]
    private var known: [Int: [(line: Program.Line, state: Int)]] = [:]

    init(_ automaton: A) { self.automaton = automaton }

    mutating func index(_ state: A.State) throws(GoldenError) -> Int {
      if let index = indices[state] { return index }
      states.append(state)
      indices[state] = states.count - 1
      return states.count - 1
    }

    mutating func steps(_ index: Int) throws(GoldenError) -> [(line: Program.Line, state: Int)] {
      if let steps = known[index] { return steps }
      work += automaton.cost(of: states[index])
      var steps: [(line: Program.Line, state: Int)] = []
      for step in try automaton.steps(from: states[index]) { steps.append((step.line, try self.index(step.state))) }
      known[index] = steps
      return steps
    }
  }

  /// What each line of the transcript says; nil for a line that is none of the golden's.
  private static func symbols(_ transcript: Transcript, _ program: Program) -> [Program.Line?] {
    var symbols: [Program.Line?] = Array(repeating: nil, count: transcript.lines.count)
    for entry in Reader(transcript, program: program).entries {
      symbols[Int(entry.line)] = program.printed(
        Program.Line(kind: Int(entry.kind), lane: Int(entry.lane), task: Int(entry.task)))
    }
    return symbols
  }

  // MARK: The changes as people say them

  private static func path(to end: Node, _ cameFrom: [Node: (node: Node, step: Step)]) -> [(Int, Step)] {
    var path: [(Int, Step)] = []
    var node = end
    while let (from, step) = cameFrom[node] {
      path.append((from.line, step))
      node = from
    }
    return path.reversed()
  }

  private init(lines: [String], edits: [Edit]) {
    self.lines = lines
    self.edits = edits
  }

  private init(path: [(Int, Step)], _ transcript: Transcript, _ program: Program) {
    lines = []
    edits = []
    for (line, step) in path {
      switch step {
      case .keep: lines.append(transcript.lines[line].text)
      case .replace(let new):
        edits.append(.replace(line, with: program.text(new)))
        lines.append(program.text(new))
      case .drop: edits.append(.drop(line))
      case .add(let new):
        edits.append(.add(before: line, program.text(new)))
        lines.append(program.text(new))
      case .exchange:
        edits.append(.exchange(line, line + 1))
        lines += [transcript.lines[line + 1].text, transcript.lines[line].text]
      }
    }
  }
}

extension Nearest.Edit {
  /// The lines after an exchange or a move.
  fileprivate func applied<Line>(to lines: [Line]) -> [Line] {
    var lines = lines
    switch self {
    case .exchange(let a, let b): lines.swapAt(a, b)
    case .move(let line, let place):
      let moved = lines.remove(at: line)
      lines.insert(moved, at: place > line ? place - 1 : place)
    case .replace, .drop, .add: break
    }
    return lines
  }

  /// The change in words, lines counted from 1.
  package func text(lines count: Int) -> String {
    switch self {
    case .exchange(let a, let b): "exchange lines \(a + 1) and \(b + 1)"
    case .replace(let line, let text): "let line \(line + 1) be “\(text.clipped(100))”"
    case .drop(let line): "leave out line \(line + 1)"
    case .add(let line, let text):
      line == count ? "add “\(text.clipped(100))” at the end" : "add “\(text.clipped(100))” before line \(line + 1)"
    case .move(let line, let place):
      place == count ? "move line \(line + 1) to the end" : "move line \(line + 1) before line \(place + 1)"
    }
  }
}
