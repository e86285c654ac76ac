/// A golden file as it was written, every part with its place; what it means is the compiler's business.
struct Syntax: Hashable, Sendable {
  var file: String
  var example: String
  var name: String
  var title: Place
  var groups: [LaneGroup] = []
  var lines: [LineDeclaration] = []
  /// Whether the lines were declared in a lane form (`each lane`), which implies how they may vary.
  var isLaneForm = false
  var hidden: [Clause<Hidden>] = []
  var documented: [DocumentedLine] = []
  var documentedPlace: Place?
  var relaxations: [Clause<Relaxation>] = []
  var requirements: [Clause<Requirement>] = []
  var counts: [CountAssertion] = []
  var rejections: [Rejection] = []

  /// A statement with its reason.
  struct Clause<Form: Hashable & Sendable>: Hashable, Sendable {
    var form: Form
    /// The statement as written.
    var text: String
    var because: String
    var place: Place
  }

  /// Lanes that are alike: what prints, one line after another.
  struct LaneGroup: Hashable, Sendable {
    enum Medium: String, Hashable, Sendable { case process, thread }
    var ids: [String]
    var medium: Medium
    /// Whether its lanes print nothing themselves.
    var isHidden: Bool
    var names: NamePattern?
    var place: Place
  }

  /// How the lanes of a group are called: `{Method}PoolWorker-#`, `Thread-# (worker)`.
  struct NamePattern: Hashable, Sendable {
    var hasMethod: Bool
    /// What stands between the start method and the lane's number.
    var prefix: String
    var function: String?
  }

  /// A kind of line: its name and its shape.
  struct LineDeclaration: Hashable, Sendable {
    var id: String
    var shape: Shape
    var place: Place
    /// In a lane form: exactly this many a lane; nil for any number.
    var perLane: Int?
    /// In a lane form: this many in all lanes together.
    var total: Int?
  }

  enum Hidden: Hashable, Sendable {
    /// `take before task`: a lane takes a numbered task after its previous line and before the line of the task.
    case take(name: String, kind: String)
    /// `take before got by W1...W8, in chunks of …`: lanes that print nothing take the tasks, in chunks.
    case takeChunks(name: String, kind: String, lanes: [String], size: ChunkSize)
    /// `task after init: 1 in all`: a lane runs it after its lines, and nobody prints it.
    case event(name: String, after: String, total: Int)
  }

  enum ChunkSize: Hashable, Sendable {
    case fixed(Int)
    /// A quarter of each worker's share, rounded up: ceil(tasks / (4 * workers)).
    case quarterShare
  }

  struct DocumentedLine: Hashable, Sendable {
    /// Nil in a lane form whose margin is empty.
    var lane: String?
    var text: String
    var place: Place
    var textColumn: Int
  }

  enum Relaxation: Hashable, Sendable {
    case orderBetweenLanes
    case laneOf(String)
    case namesOfLanes
    case numberOfLanes([String])
    case startMethod
    case functions
    case cutOff(String)
    case orderOf(String)
    case value(String, from: Double, upTo: Double)
  }

  enum Requirement: Hashable, Sendable {
    case eachLane(Int, String)
    case inAll(Int, String)
    case eachNumberOnce(String)
    case inLane(String, before: String)
    case betweenLanes(String, before: String)
    case documentedOrder
    case inOrder(String)
    case timed(String, tolerance: Double)
    case oneProcessEach
    case oneProcess
    case nothingElse
    case wholeLines
    case toTheEnd
  }

  /// `62 outputs when workers=2`.
  struct CountAssertion: Hashable, Sendable {
    var count: Int
    var conditions: [String: String]
    var place: Place
  }

  /// `drop a line: COUNT`.
  struct Rejection: Hashable, Sendable {
    var mutation: Mutation
    var codes: [Verdict.Code]
    var place: Place
  }
}

/// What a line looks like: literal text and typed holes.
package struct Shape: Hashable, Sendable {
  package enum Piece: Hashable, Sendable {
    case literal(String)
    /// The name of the lane that prints the line.
    case lane
    /// The number of a task, from 0.
    case task
    /// A decimal number.
    case value
    /// The start method in force, as a word.
    case method
    /// The default start method, as a word.
    case defaultMethod
    /// A start method that is always this one, as a word.
    case fixedMethod(Parameters.Method)
    /// A name that is always this one; its function is printed where the platform prints functions.
    case name(String, function: String?)
  }

  package var pieces: [Piece]

  func has(_ piece: Piece) -> Bool { pieces.contains(piece) }

  var hasFunction: Bool {
    pieces.contains { if case .name(_, .some) = $0 { true } else { false } }
  }

  /// Reads a shape from a text in which `{…}` are holes, `{{` and `}}` braces.
  init(parsing text: String, failure: (String, _ offset: Int) -> GoldenError) throws(GoldenError) {
    let scalars = Array(text.unicodeScalars)
    var pieces: [Piece] = []
    var literal = String.UnicodeScalarView()
    var index = 0
    func flush() {
      if !literal.isEmpty { pieces.append(.literal(String(literal))) }
      literal = String.UnicodeScalarView()
    }
    while index < scalars.count {
      let scalar = scalars[index]
      if (scalar == "{" || scalar == "}"), index + 1 < scalars.count, scalars[index + 1] == scalar {
        literal.append(scalar)
        index += 2
      } else if scalar == "{" {
        guard let end = scalars[index...].firstIndex(of: "}") else {
          throw failure("the hole is not closed: “}” is missing", index)
        }
        flush()
        let inside = String(String.UnicodeScalarView(scalars[(index + 1)..<end]))
        guard let hole = Self.hole(inside) else {
          throw failure(
            "“{\(inside)}” is not a hole: {lane}, {task}, {value}, {method}, {default}, {fork} or {name …}", index)
        }
        if case .name = hole {
        } else if pieces.contains(hole) {
          throw failure("a second {\(inside)} in one line: one is enough, for both would be the same", index)
        }
        pieces.append(hole)
        index = end + 1
      } else if scalar == "}" {
        throw failure("“}” closes no hole: write “}}” for the character", index)
      } else {
        literal.append(scalar)
        index += 1
      }
    }
    flush()
    self.pieces = pieces
    try checkEdges(failure)
  }

  private static func hole(_ text: String) -> Piece? {
    switch text {
    case "lane": return .lane
    case "task": return .task
    case "value": return .value
    case "method": return .method
    case "default": return .defaultMethod
    default:
      if let method = Parameters.Method(rawValue: text) { return .fixedMethod(method) }
      guard text.hasPrefix("name "), let (name, function) = splitName(String(text.dropFirst(5))) else { return nil }
      return .name(name, function: function)
    }
  }

  /// `Thread-1 (worker)` as the name and the function.
  static func splitName(_ text: String) -> (name: String, function: String?)? {
    var name = text
    var function: String?
    if text.hasSuffix(")"), let open = text.firstIndex(of: "(") {
      let head = text[..<open]
      guard head.hasSuffix(" ") else { return nil }
      name = String(head.dropLast())
      function = String(text[text.index(after: open)...].dropLast())
    }
    guard !name.isEmpty, name.unicodeScalars.allSatisfy(Scanner.isWord),
      function.map({ !$0.isEmpty && $0.unicodeScalars.allSatisfy(Scanner.isWord) }) ?? true
    else { return nil }
    return (name, function)
  }

  /// A hole ends where its characters end, so what follows it must begin with another character.
  private func checkEdges(_ failure: (String, Int) -> GoldenError) throws(GoldenError) {
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      if case .literal = piece { continue }
      guard case .literal(let text) = next, let first = text.unicodeScalars.first else {
        throw failure("two holes touch: text must stand between them", 0)
      }
      if Scanner.isWord(first) || first == "." || first == "+" || text.hasPrefix(" (") {
        throw failure("behind a hole stands “\(text)”, which could be a part of what the hole holds", 0)
      }
    }
  }
}
