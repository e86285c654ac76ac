package import Golden
package import Simulation

/// What goes wrong in some order of an example, as its shortest schedule.
enum Failure {
  /// The smallest that goes wrong, with its schedule and drawn as lanes.
  static func lines(of result: ExplorationResult) -> [String] {
    let size = result.subject.dimensions
    let shrinker = Shrinker {
      Self.subject(result.subject, $0, $1).simulation()
    } isLegal: { lines, workers, tasks in
      (try? ExplorationResult.verdict(lines, Self.subject(result.subject, workers, tasks)).conforms) ?? false
    }
    guard let found = shrinker.smallest(workers: size.workers, tasks: size.tasks) else {
      return result.failures.first.map { describe($0, result.subject) } ?? []
    }
    let subject = Self.subject(result.subject, found.workers, found.tasks)
    return [
      "with \(subject.size), in \(Wording.count(found.run.schedule.length, "choice"))"
        + (found.isShortest ? "" : ", perhaps not the fewest")
    ] + describe(found.run, subject)
  }

  /// The example at a size; as it is where its program fixes the size.
  private static func subject(_ subject: SimulatedScenario, _ workers: Int, _ tasks: Int) -> SimulatedScenario {
    (try? subject.sized(workers, tasks)) ?? subject
  }

  private static func describe(_ run: RunResult, _ subject: SimulatedScenario) -> [String] {
    var what = describe(run.ending)
    if run.ending == .finished, let verdict = try? ExplorationResult.verdict(run.lines, subject) {
      what = verdict.headline
    }
    return [what, "schedule: \(run.schedule)"] + run.picture.lines
  }

  /// How a run ended, in a sentence.
  static func describe(_ ending: Ending) -> String {
    switch ending {
    case .finished: "The program ends."
    case .threw(let error): "The program fails: \(error)"
    case .hang(let waiting): "Nothing can go on: \(Wording.list(waiting, "and"))."
    case .forbidden(let what): "A program may not do this under simulation: \(what)."
    case .endless: "The program does not come to an end."
    }
  }
}

extension RunResult {
  /// The run drawn with its lanes as columns; steps without an alternative are left out unless a line or a claim shows.
  package var picture: Picture {
    var columns: [String] = []
    var rows: [Picture.Row] = []
    func name(_ step: Step) -> (lane: String, what: String) {
      let parts = step.label.split(separator: ".", maxSplits: 1)
      return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
    }
    let shown = steps.enumerated().filter {
      !$0.element.wasForced || !$0.element.lines.isEmpty || $0.element.label.contains(".take")
    }
    for (_, step) in shown where !columns.contains(name(step).lane) { columns.append(name(step).lane) }
    for (number, step) in shown {
      let (lane, what) = name(step)
      let texts = output[step.lines].map(\.text)
      let text = texts.joined(separator: " / ")
      let cell = texts.isEmpty ? what : text.count > 58 ? "“\(text.prefix(57))…”" : "“\(text)”"
      rows.append(
        Picture.Row(
          number: number + 1, cells: columns.map { $0 == lane ? cell : nil }, mark: nil))
    }
    return Picture(columns: columns, rows: rows)
  }
}
