/// A golden compiled for given parameters: events, hidden events and what happens before what.
///
/// Everything that judges, counts or lists works on this, never on the file.
package struct Program: Sendable {
  var example: String
  var name: String
  var file: String
  var groups: [Group]
  var kinds: [Kind]
  var order: Order
  /// The hidden event that a lane runs after its lines, and how often in all lanes together.
  var hiddenEvent: HiddenEvent?
  var timed: Timed?
  var rules: Rules
  var parameters: Parameters

  /// Lanes that are alike.
  struct Group: Sendable {
    var ids: [String]
    var size: Int
    /// The index of its first lane among all lanes.
    var offset: Int
    var medium: Syntax.LaneGroup.Medium
    var names: LaneNames?
    /// What each lane prints, in order: one for all lanes, or one a lane.
    var templates: [[Stage]]
    /// Whether a lane's name may belong to any of the templates.
    var namesVary: Bool

    func stages(_ lane: Int) -> [Stage] { templates.count == 1 ? templates[0] : templates[lane] }
  }

  /// Lines of one kind that a lane prints one after another.
  struct Stage: Hashable, Sendable {
    var kind: Int
    /// How many; nil for any number.
    var count: Int?
  }

  struct Kind: Sendable {
    var id: String
    var template: Template
    var group: Int
    var printsLane: Bool
    /// Whether its lines carry the number of a task; the numbers are those from 0 up to `total`.
    var isNumbered: Bool
    /// Whether a hidden event takes its tasks in order, one at a time a lane.
    var isTaken: Bool
    /// How many lines there are in all.
    var total: Int
    /// Whether any lane of the group may print them.
    var isFree: Bool
    var canBeCutOff: Bool
    /// Kinds of which all lines come before the first of this kind.
    var after: [Int] = []
  }

  struct HiddenEvent: Hashable, Sendable {
    var name: String
    var total: Int
  }

  enum Order: Sendable {
    /// Nothing may vary: these lines in this order.
    case documented([Line])
    /// Each lane keeps its own order.
    case lanes
    /// One lane prints what hidden lanes finish, which take chunks in order.
    case queue(Queue)
  }

  package struct Line: Hashable, Sendable {
    var kind: Int
    var lane: Int
    var task: Int
  }

  struct Queue: Hashable, Sendable {
    var kind: Int
    var workers: Int
    var chunk: Int
    var tasks: Int
  }

  struct Timed: Hashable, Sendable {
    var kind: Int
    var tolerance: Double
  }

  var laneCount: Int { groups.reduce(0) { $0 + $1.size } }

  func group(ofLane lane: Int) -> Int { groups.lastIndex { $0.offset <= lane } ?? 0 }

  /// The lane's printed name, or the id that the golden gives it.
  func laneName(_ lane: Int) -> String {
    let group = groups[group(ofLane: lane)]
    let index = lane - group.offset
    if let names = group.names { return names.name(index) }
    return index < group.ids.count ? group.ids[index] : "lane \(index + 1)"
  }

  /// The engine that judges a plain text, chosen from the program alone.
  package var engine: String {
    switch order {
    case .documented: "sequence"
    case .queue: "queue"
    case .lanes:
      if kinds.contains(where: { !$0.printsLane && groups[$0.group].size > 1 }) {
        "automaton"
      } else {
        kinds.contains(where: \.isTaken) ? "graph" : "lanes"
      }
    }
  }
}

/// A rule that a verdict can name.
package struct Rule: Hashable, Sendable {
  package var text: String
  package var because: String
  package var line: Int
}

/// The rules of a program, each found by what it is about; what the golden does not state has a plain default.
struct Rules: Sendable {
  enum Key: Hashable, Sendable {
    case eachLane(Int), inAll(Int), numbers(Int), inLane(Int, Int), betweenLanes(Int, Int)
    case documentedOrder, take, chunks, timed, binding, nothingElse, wholeLines, toTheEnd
    case startMethod, laneNames, functions, value(Int), cutOff, hiddenEvent, laneOf(Int)
  }

  var stated: [Key: Rule] = [:]
  var documentedLine: Int

  func callAsFunction(_ key: Key) -> Rule {
    if let rule = stated[key] { return rule }
    return Rule(text: Self.text(key), because: Self.because(key), line: documentedLine)
  }

  private static func text(_ key: Key) -> String {
    switch key {
    case .nothingElse: "nothing else"
    case .wholeLines: "whole lines"
    case .toTheEnd: "to the end"
    case .binding: "each lane is one process"
    default: "as documented"
    }
  }

  private static func because(_ key: Key) -> String {
    switch key {
    case .nothingElse: "a line that the documents do not show is not printed"
    case .wholeLines: "a line is written in one piece"
    case .toTheEnd: "the program runs to its end and ends its last line"
    case .binding: "what one lane prints comes from one process, and what two print does not"
    case .startMethod, .laneNames, .functions: "a name is as documented where nothing lets it vary"
    default: "what may not vary is as documented"
    }
  }
}
