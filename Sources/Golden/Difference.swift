/// What changes when one golden takes the place of another: the outputs that become legal, and those that do so no more.
package struct Difference: Hashable, Sendable, CustomStringConvertible {
  package var gained: Int
  package var lost: Int
  /// Some of the outputs gained, as their lines.
  package var gainedOutputs: [[String]]
  package var lostOutputs: [[String]]

  package var isEmpty: Bool { gained == 0 && lost == 0 }

  package var description: String {
    var lines = ["+\(gained) / -\(lost) legal outputs"]
    for (sign, outputs, count) in [("+", gainedOutputs, gained), ("-", lostOutputs, lost)] {
      for output in outputs {
        lines.append("")
        lines += output.isEmpty ? ["\(sign) (no line)"] : output.map { "\(sign) \($0)" }
      }
      if count > outputs.count, !outputs.isEmpty { lines += ["", "\(sign) and \(count - outputs.count) more"] }
    }
    return lines.joined(separator: "\n")
  }
}

extension Golden {
  /// Compares the legal outputs of this golden with those of a new one, text by text.
  ///
  /// The numbers are exact however many outputs there are; at most `shown` of each are listed.
  package func difference(
    to new: Golden, parameters: Parameters = Parameters(), shown: Int = 10
  ) throws(GoldenError) -> Difference {
    let (old, new) = (try program(parameters), try new.program(parameters))
    let lost = try Surplus(program: old, other: new).compare(old.makeAutomaton(), new.makeAutomaton(), shown: shown)
    let gained = try Surplus(program: new, other: old).compare(new.makeAutomaton(), old.makeAutomaton(), shown: shown)
    return Difference(
      gained: gained.count, lost: lost.count, gainedOutputs: gained.outputs, lostOutputs: lost.outputs)
  }
}

/// The outputs of one program that are none of another's.
private struct Surplus {
  let program: Program
  let other: Program

  private struct Pair<State: Hashable, Other: Hashable>: Hashable {
    var state: State
    /// Where the other automaton is after the same lines; nil where it has no such output.
    var other: Other?
  }

  /// Both automata walk in step, so that each pair of states is counted once however many outputs lead there.
  func compare<A: Automaton, B: Automaton>(
    _ automaton: A, _ other: B, shown: Int
  ) throws(GoldenError) -> (count: Int, outputs: [[String]]) {
    typealias Both = Pair<A.State, B.State>
    var layer: [Both: (ways: Int, samples: [[String]])] = [
      Both(state: try automaton.initial(), other: try other.initial()): (1, [[]])
    ]
    var count = 0
    var outputs: [[String]] = []
    var work = 0
    while !layer.isEmpty {
      var next: [Both: (ways: Int, samples: [[String]])] = [:]
      for (pair, (ways, samples)) in layer {
        work += automaton.cost(of: pair.state)
        guard work <= Program.workBound else { throw program.refusal("comparing") }
        if automaton.accepts(pair.state), !(pair.other.map(other.accepts) ?? false) {
          count = try sum(count, ways)
          outputs += samples
        }
        let steps =
          try pair.other.map { state throws(GoldenError) in try named(other.steps(from: state), self.other) } ?? [:]
        for step in try automaton.steps(from: pair.state) {
          let text = program.text(step.line)
          let both = Both(state: step.state, other: steps[text])
          var entry = next[both] ?? (0, [])
          entry.ways = try sum(entry.ways, ways)
          entry.samples += samples.prefix(shown - min(shown, entry.samples.count)).map { $0 + [text] }
          next[both] = entry
        }
      }
      layer = next
    }
    return (count, Array(outputs.sorted { $0.lexicographicallyPrecedes($1) }.prefix(shown)))
  }

  private func named<State>(
    _ steps: [(line: Program.Line, state: State)], _ program: Program
  ) -> [String: State] {
    Dictionary(steps.map { (program.text($0.line), $0.state) }) { first, _ in first }
  }

  private func sum(_ a: Int, _ b: Int) throws(GoldenError) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else { throw program.refusal("comparing") }
    return sum
  }
}
