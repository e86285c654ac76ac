/// Everything that a verdict has to say, as values: a terminal and a web page render the same.
package struct Explanation: Hashable, Sendable, CustomStringConvertible {
  package var headline: String
  /// The example, its golden file and the line of the rule.
  package var title: String
  package var rule: String?
  package var because: String?
  package var picture: Picture
  package var chain: [Verdict.Cause]
  /// What to change for a legal output; nil where it was not searched.
  package var nearest: Nearest?
  /// How many legal outputs there are; nil where counting them takes too long for a message.
  package var legalOutputs: Int?
  /// How many lines of each kind there are and must be.
  package var counts: String
  package var notes: [String]

  private let lineCount: Int
  /// What to say where the text is a legal output as it stands.
  private let blameless: String

  init(_ verdict: Verdict) {
    headline = verdict.headline
    title = "\(verdict.program.example) \(verdict.program.name), \(verdict.place)"
    rule = verdict.rule?.text
    because = verdict.rule?.because
    picture = Picture(verdict)
    chain = verdict.chain
    // Past the automaton's bound there is no nearest output to show; the verdict stands all the same.
    nearest = verdict.conforms ? nil : (try? Nearest.find(verdict.transcript, verdict.program)) ?? nil
    legalOutputs = nearest.flatMap { _ in try? Language(program: verdict.program).count(workBound: 20_000) }
    let entries = Reader(verdict.transcript, program: verdict.program).entries
    counts = verdict.program.kinds.enumerated().map { kind, fact in
      let count = entries.count { $0.kind == kind }
      return count == fact.total || fact.canBeCutOff ? "\(count) \(fact.id)" : "\(count) of \(fact.total) \(fact.id)"
    }.joined(separator: ", ")
    notes = verdict.notes
    lineCount = verdict.transcript.lines.count
    blameless =
      switch verdict.code {
      case .binding: "these lines, printed by the right processes"
      case .truncated: "these lines, printed to the end"
      default: "these lines in this order, but with times that fit"
      }
  }

  package var description: String {
    var lines = [headline, title]
    if let rule { lines.append("rule “\(rule)”") }
    if let because { lines.append("because \(because)") }
    lines += [""] + (lineCount == 0 ? ["  (nothing was printed)"] : picture.lines)
    if picture.isGuess { lines.append("       (no line tells its lane: this is one assignment of several)") }
    if !chain.isEmpty {
      lines += ["", "why it cannot happen"]
      let width = chain.filter { !$0.because.isEmpty }.map { $0.text.unicodeScalars.count }.max() ?? 0
      for cause in chain {
        let gap = String(repeating: " ", count: max(0, width - cause.text.unicodeScalars.count))
        lines.append("  \(cause.text)" + (cause.because.isEmpty ? "" : "\(gap)   \(cause.because)"))
      }
    }
    if let nearest {
      lines += ["", "nearest legal output" + (legalOutputs.map { $0 > 1 ? ", one of \($0)" : ", the only one" } ?? "")]
      if nearest.edits.isEmpty {
        lines.append("  \(blameless)")
      } else {
        lines += nearest.edits.map { "  " + $0.text(lines: lineCount) }
      }
    }
    lines += ["", "lines understood: \(counts)"]
    lines += notes.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }
}

extension Verdict {
  /// The pieces of the explanation; computed when asked for.
  package func makeExplanation() -> Explanation { Explanation(self) }

  /// The explanation as plain text; its first line is the headline.
  package func explanation() -> String {
    conforms ? ([headline] + notes.map { "note: \($0)" }).joined(separator: "\n") : makeExplanation().description
  }
}
