package import Golden
package import Simulation

/// What goes wrong in some order of an example, as its shortest schedule.
enum Failure {
  /// How many runs the search for the shortest schedule may take.
  static let runLimit = 50_000

  /// The failures of an exploration: how one ends, and its shortest schedule as lanes.
  static func lines(of result: ExplorationResult) -> [String] {
    guard let first = result.failures.first else { return [] }
    let finder = ScheduleFinder(result.subject.simulation(), runLimit: runLimit)
    // Where the search gives up, the failure that was met stands for itself.
    let shortest = (try? finder.shortestFailure()) ?? nil
    let failure = shortest ?? first
    return [
      describe(failure.ending),
      "choices: \(failure.schedule.length)\(shortest == nil ? ", perhaps not the fewest" : "")",
      "schedule: \(failure.schedule)",
    ] + failure.picture.lines
  }

  /// The schedule of an output, in the fewest choices.
  static func schedule(of lines: [String], _ subject: SimulatedScenario) -> [String] {
    let finder = ScheduleFinder(subject.simulation(), runLimit: runLimit)
    guard let schedule = try? finder.shortestSchedule(printing: lines) else { return [] }
    return ["    choices: \(schedule.length)", "    schedule: \(schedule)"]
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
      let cell = texts.isEmpty ? what : "“\(texts.joined(separator: "”, “"))”"
      rows.append(
        Picture.Row(
          number: number + 1, cells: columns.map { $0 == lane ? String(cell.prefix(60)) : nil }, mark: nil))
    }
    return Picture(columns: columns, rows: rows)
  }
}
