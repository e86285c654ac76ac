package import Golden
package import Simulation

/// What an exploration found, and how that compares with the golden.
package struct ExplorationResult: Sendable {
  package let exploration: Exploration
  package var runs = 0
  package var steps = 0
  /// The states met, where they are recognised.
  package var states: Int?
  /// Whether no order is left out.
  package var isExhaustive = false
  /// How many different outputs there are; nil for more than fit a number.
  package var outputCount: Int?
  /// The outputs, where they are few enough to be listed.
  package var outputs: [[String]]?
  /// The number of all orders of the steps, where it was counted.
  package var orders: Double?
  package var failures: [RunResult] = []
  /// How many schedules have been replayed, to see that the program is deterministic.
  package var checked = 0
  package var duration: Duration = .zero

  /// How many outputs the golden allows; nil where it cannot tell at this size.
  package private(set) var legalCount: Int?
  /// Outputs that the golden forbids, and why; and some of those that it allows and no order prints.
  package private(set) var illegal: [(lines: [String], verdict: Verdict)] = []
  package private(set) var missing: [[String]] = []
  package private(set) var missingCount = 0
  /// How many outputs there are of each class.
  package private(set) var classes: [(name: String, found: Int, legal: Int?)] = []
  /// Pairs of lines that come in either order: how many did, and of how many.
  package private(set) var reversals: (found: Int, of: Int?)?

  init(_ exploration: Exploration) { self.exploration = exploration }

  package var subject: SimulatedScenario { exploration.subject }

  /// Whether the golden's set and what was found are the same, as far as this exploration can tell.
  package var isEqual: Bool {
    guard illegal.isEmpty else { return false }
    guard isExhaustive else { return true }
    return missingCount == 0 && (legalCount == nil || legalCount == outputCount)
  }

  /// Whether nothing is wrong: no hang, no failure, no difference.
  package var passes: Bool { failures.isEmpty && isEqual }

  /// Compares with the golden.
  mutating func compare(_ subject: SimulatedScenario) throws {
    let golden = subject.golden
    legalCount = try? golden.count(parameters: subject.parameters)
    guard let outputs else { return }
    for output in outputs {
      let verdict = try Self.verdict(output, subject)
      if !verdict.conforms { illegal.append((output, verdict)) }
    }
    let legal =
      legalCount.map { $0 <= Exploration.mostOutputs } == true
      ? try? golden.outputs(parameters: subject.parameters, limit: Exploration.mostOutputs) : nil
    if let legal {
      let found = Set(outputs)
      let absent = legal.filter { !found.contains($0) }
      missingCount = absent.count
      missing = Array(absent.prefix(3))
    }
    classify(outputs, legal, subject)
    reversals = (Reversals(outputs).reversed, legal.map { Reversals($0).reversed })
  }

  static func verdict(_ lines: [String], _ subject: SimulatedScenario) throws -> Verdict {
    let transcript = Transcript(lines: lines.map { Transcript.Line(bytes: Array($0.utf8)) })
    return try subject.golden.judge(transcript, parameters: subject.parameters)
  }

  private mutating func classify(_ outputs: [[String]], _ legal: [[String]]?, _ subject: SimulatedScenario) {
    func count(_ outputs: [[String]]) -> [String: Int] {
      outputs.reduce(into: [:]) { $0[subject.outcomeClass(of: $1), default: 0] += 1 }
    }
    let found = count(outputs)
    let stated = legal.map(count)
    classes = Set(found.keys).union(stated.map { Set($0.keys) } ?? []).sorted()
      .map { name in (name: name, found: found[name] ?? 0, legal: stated.map { $0[name] ?? 0 }) }
  }
}

/// The pairs of lines of which some outputs have one first and some the other.
struct Reversals {
  /// How many there are.
  let reversed: Int

  init(_ outputs: [[String]]) {
    var numbers: [String: Int] = [:]
    var seen: Set<Int> = []
    for output in outputs {
      // The second line with the same text is another line.
      var count: [String: Int] = [:]
      let lines = output.map { line -> Int in
        count[line, default: 0] += 1
        return numbers.number("\(count[line] ?? 0) \(line)")
      }
      for (index, line) in lines.enumerated() {
        for later in lines[(index + 1)...] { seen.insert(line << 20 | later) }
      }
    }
    reversed = seen.count { pair in
      let mirrored = (pair & 0xFFFFF) << 20 | pair >> 20
      return pair < mirrored && seen.contains(mirrored)
    }
  }
}

extension [String: Int] {
  /// The number of a text, the next one for a new text.
  fileprivate mutating func number(_ text: String) -> Int {
    if let number = self[text] { return number }
    self[text] = count
    return count - 1
  }
}
