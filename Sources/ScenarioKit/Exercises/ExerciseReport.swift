import Golden

/// How an exercise came out, as a page for the learner.
package struct ExerciseReport {
  private let id: String
  private let title: String
  private let task: String
  private let path: String
  private let outcome: ExerciseCheck.Outcome
  private let style: Style

  package init(
    id: String, title: String, task: String, path: String, outcome: ExerciseCheck.Outcome, style: Style
  ) {
    self.id = id
    self.title = title
    self.task = task
    self.path = path
    self.outcome = outcome
    self.style = style
  }

  package var isSolved: Bool { if case .solved = outcome { true } else { false } }

  package var text: String {
    var lines = [style.bold("\(id): \(title)"), ""] + TextLayout.wrap(task, to: 80) + [""]
    switch outcome {
    case .solved(let outputs):
      lines.append(style.green("Solved: no order goes wrong.") + " It has \(Wording.count(outputs, "output")), and all are right.")
    case .impossible(let why): lines += TextLayout.wrap("It cannot be tested: \(why)", to: 80)
    case .undecided(let schedules):
      lines += TextLayout.wrap(
        "Not decided: none of \(schedules.grouped) schedules goes wrong, but there are more. A smaller program can be "
          + "tested whole.",
        to: 80)
    case .failed(let failing): lines += describe(failing)
    }
    return lines.map { "\($0)\n" }.joined()
  }

  private func describe(_ failing: ExerciseCheck.Failing) -> [String] {
    let choices = Wording.count(failing.choices, "choice")
    var lines = TextLayout.wrap("In some order it goes wrong. \(failing.what)", to: 80).map { style.red($0) }
    lines += ["", "The order, with \(choices)\(failing.isShortest ? " (with fewer it does not go wrong)" : ""):", ""]
    lines += failing.picture.map { "  \($0)" }
    lines += ["", "It printed" + (failing.lines.isEmpty ? " nothing." : "")] + failing.lines.map { "  │ \($0)" }
    let more = failing.legalCount - failing.legal.count
    lines += ["", "A right program prints" + (failing.legalCount > 1 ? " one of \(failing.legalCount):" : "")]
    for (index, output) in failing.legal.enumerated() {
      if index > 0 { lines.append("  or") }
      lines += output.map { "  │ \($0)" }
    }
    if more > 0 { lines.append("  and \(more.grouped) more") }
    return lines + ["", "Repair \(path), and ask again. A nudge: scenarios exercise \(id) --hints 1"]
  }
}
