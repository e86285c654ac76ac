import FoundationEssentials
import PoolCore

/// The same for programs.
extension CheckResult {
  private struct Document: Encodable {
    struct Row: Encodable {
      var example: String
      var name: String
      var place: String
      var profile: String
      var workers: Int?
      var timeScale: Double
      var runs: Int
      var conforming: Int
      var medianSeconds: Double?
      var notes: [String]
      var problems: [Problem]
    }
    var conforms: Bool
    var runs: Int
    var conforming: Int
    var seconds: Double
    var leftBehind: [String: Leftovers]
    var results: [Row]
  }

  /// One JSON object.
  package var json: String {
    JSON.text(
      Document(
        conforms: passes, runs: runs, conforming: conforming, seconds: duration / .seconds(1),
        leftBehind: ["before": before, "after": after],
        results: rows.map { row in
          Document.Row(
            example: row.run.scenario.id, name: row.run.scenario.name, place: row.run.place.rawValue,
            profile: row.run.settings.profile.name,
            workers: row.run.scenario.hasDefaultSize ? row.run.settings.defaultSize : nil,
            timeScale: row.run.settings.timeScale, runs: row.runs, conforming: row.conforming,
            medianSeconds: row.medianDuration.map { $0 / .seconds(1) }, notes: row.notes.sorted(),
            problems: row.problems)
        }))
  }

  /// The rows as the reports for other programs take them: a case an example and place, with its first problem.
  private var cases: [JudgedCase] {
    rows.map { row in
      let outcome: JudgedCase.Outcome =
        switch row.problems.first {
        case nil: .conforms
        case let problem? where problem.code == "FAILED": .failed(problem.explanation + "\nagain: " + problem.command)
        case let problem?:
          .rejected(
            code: problem.code, message: problem.message,
            explanation: problem.explanation + "\nagain: " + problem.command)
        }
      return JudgedCase(
        example: row.run.scenario.id, name: row.run.scenario.name, place: row.run.place.rawValue, outcome: outcome,
        file: row.run.scenario.goldenPath, line: row.problems.first?.line,
        seconds: row.medianDuration.map { $0 / .seconds(1) } ?? 0)
    }
  }

  /// The Test Anything Protocol: one test an example and place.
  package var tap: String { TAPReport.render(cases) + (leftSomething ? "Bail out! Something is left behind.\n" : "") }

  /// JUnit's report, as continuous integration reads it: a case an example and place.
  package var junit: String { JUnitReport.render(cases) }

  /// Workflow commands that show each rejection at the golden's line; empty where all is well.
  package var annotations: String { AnnotationReport.render(cases) }
}
