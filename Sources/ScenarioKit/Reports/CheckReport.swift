/// The text of a check: every rejection in full, a table, a summary.
package struct CheckReport: Sendable {
  private let result: CheckResult
  private let style: Style

  package init(_ result: CheckResult, style: Style = Style(isColoured: false)) {
    self.result = result
    self.style = style
  }

  package var text: String {
    [problems, notes, table, summary].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// The rejections; the same one of several runs is shown once.
  private var problems: String {
    result.rows.flatMap { row in
      var seen: [String: Int] = [:]
      for problem in row.problems { seen[problem.key, default: 0] += 1 }
      var shown: Set<String> = []
      return row.problems.filter { shown.insert($0.key).inserted }.map { problem in
        let others = (seen[problem.key] ?? 1) - 1
        let more = others > 0 ? " (and \(Wording.count(others, "more run")))" : ""
        return """
          \(style.red("\(row.title), run \(problem.number)\(more)"))
          \(problem.explanation)
          \(style.dim("again: \(problem.command)"))
          """
      }
    }.joined(separator: "\n\n")
  }

  private var notes: String {
    result.rows.flatMap { row in row.notes.sorted().map { "\(row.title): \($0)" } }.joined(separator: "\n")
  }

  private var table: String {
    var table = Table(["example", "place", "conform", "time"])
    for row in result.rows {
      table.append([
        "\(row.run.scenario.id) \(row.run.scenario.name)", row.run.place.rawValue, "\(row.conforming) of \(row.runs)",
        row.medianDuration.map(Wording.seconds) ?? "-",
      ])
    }
    let lines = table.text.split(separator: "\n").map(String.init)
    let body = zip(lines.dropFirst(), result.rows).map { line, row in
      row.conforms ? "\(style.green("✓")) \(line)" : "\(style.red("✗")) \(style.red(line))"
    }
    return (["  " + style.bold(lines[0])] + body).joined(separator: "\n")
  }

  /// How many runs, how many conform, what is left behind.
  package var summary: String {
    let rejected = result.runs - result.conforming
    let examples = Set(result.rows.map(\.run.scenario.id)).count
    let count = "\(Wording.count(result.runs, "run")) of \(Wording.count(examples, "example"))"
    let verdict =
      rejected == 0 ? style.green("\(result.conforming) conform") : style.red("\(result.conforming) conform")
    return """
      \(count) in \(Wording.seconds(result.duration)): \(verdict), \(rejected) do not.
      \(leftovers)
      """
  }

  private var leftovers: String {
    let before = result.before
    let after = result.after
    let descriptors = before.descriptors.flatMap { before in
      after.descriptors.map { "descriptors \(before), \($0)" }
    }
    let counts = [
      "processes \(before.processes.count), \(after.processes.count)", descriptors,
      "shared memory of the machine \(before.sharedMemory), \(after.sharedMemory)",
    ].compactMap(\.self).joined(separator: "; ")
    return result.leftSomething
      ? style.red("Something is left behind (before, after): \(counts).")
      : "Nothing is left behind (before, after): \(counts)."
  }
}

extension CheckResult.Problem {
  /// What makes two problems the same for a reader.
  fileprivate var key: String { code + message + transcript.joined(separator: "\n") }
}

extension Wording {
  /// `0.10 s`, `12.30 s`.
  package static func seconds(_ duration: Duration) -> String {
    let hundredths = Int((duration / .milliseconds(10)).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
  }
}
