package import Golden

/// What a check found.
package struct CheckResult: Sendable {
  /// Why a run does not pass.
  package struct Problem: Hashable, Sendable, Codable {
    /// The code of the golden's rejection, or `FAILED` where the run itself went wrong.
    package var code: String
    /// The golden file and the line of the rule that is broken.
    package var file: String
    package var line: Int?
    /// One sentence.
    package var message: String
    /// What a person needs to understand it; has several lines.
    package var explanation: String
    /// The number of the run among the repeats, from 1.
    package var number: Int
    /// The command that does the same run again.
    package var command: String
    package var transcript: [String]
  }

  /// What became of one run.
  package struct Outcome: Sendable {
    package var problem: Problem?
    package var duration: Duration?
    /// What the golden notes of a run that conforms, and what the run wrote to standard error.
    package var notes: [String] = []
  }

  /// The runs of one example at one place, added up.
  package struct Row: Sendable {
    package let run: ScenarioRun
    package private(set) var conforming = 0
    package private(set) var problems: [Problem] = []
    package private(set) var durations: [Duration] = []
    package private(set) var notes: Set<String> = []

    init(run: ScenarioRun) { self.run = run }

    package var runs: Int { conforming + problems.count }
    package var conforms: Bool { problems.isEmpty }
    package var title: String { "\(run.scenario.id) on \(run.place.rawValue)" }

    /// The middle one of the durations; nil where no run was started.
    package var medianDuration: Duration? {
      durations.isEmpty ? nil : durations.sorted()[durations.count / 2]
    }

    /// The same with the problems by the number of their run; runs that go on together end in any order.
    var inOrder: Row {
      var result = self
      result.problems.sort { $0.number < $1.number }
      return result
    }

    mutating func add(_ outcome: Outcome) {
      if let problem = outcome.problem { problems.append(problem) } else { conforming += 1 }
      if let duration = outcome.duration { durations.append(duration) }
      notes.formUnion(outcome.notes)
    }
  }

  package let rows: [Row]
  package let duration: Duration
  package let before: Leftovers
  package let after: Leftovers

  init(rows: [Row], duration: Duration, before: Leftovers, after: Leftovers) {
    self.rows = rows.map(\.inOrder)
    self.duration = duration
    self.before = before
    self.after = after
  }

  package var runs: Int { rows.reduce(0) { $0 + $1.runs } }
  package var conforming: Int { rows.reduce(0) { $0 + $1.conforming } }

  /// Whether processes or descriptors of the runs are still there.
  package var leftSomething: Bool { !after.processes.isEmpty || after.descriptors ?? 0 > before.descriptors ?? 0 }

  package var passes: Bool { rows.allSatisfy(\.conforms) && !leftSomething }
}

extension CheckResult.Outcome {
  init(run: ScenarioRun, number: Int, failure: String) {
    problem = CheckResult.Problem(
      code: "FAILED", file: run.scenario.goldenPath, message: failure, explanation: failure, number: number,
      command: run.checkCommand, transcript: [])
  }

  package init(run: ScenarioRun, number: Int, captured: CapturedRun, verdict: Verdict) {
    duration = captured.duration
    let errors = String(decoding: captured.standardError, as: UTF8.self).split(separator: "\n").map(String.init)
    let failure = Self.failure(of: captured)
    guard failure != nil || !verdict.conforms else {
      notes = verdict.notes + errors.map { "standard error: \($0)" }
      return
    }
    let explanation =
      [failure, verdict.conforms ? nil : verdict.explanation()].compactMap(\.self)
      + (errors.isEmpty ? [] : ["standard error:"] + errors.map { "  " + $0 })
    problem = CheckResult.Problem(
      code: failure == nil ? verdict.code.rawValue : "FAILED", file: run.scenario.goldenPath,
      line: failure == nil ? verdict.goldenLine : nil, message: failure ?? verdict.message,
      explanation: explanation.joined(separator: "\n"), number: number, command: run.checkCommand,
      transcript: captured.transcript.lines.map(\.text))
  }

  /// What went wrong with a run beside its output, in one sentence.
  private static func failure(of run: CapturedRun) -> String? {
    if run.exceededOutputLimit { return "The program printed without end." }
    switch run.transcript.ending {
    case .timedOut: return "The program did not end within its time limit."
    case .signaled(let signal): return "The program was ended by signal \(signal)."
    case .exited(let status) where status != 0: return "The program ended with exit status \(status)."
    case .exited, .unknown: break
    }
    guard run.leftBehind.isEmpty else {
      return "The program left \(Wording.count(run.leftBehind.count, "process", "processes")) behind."
    }
    return run.lateLines.isEmpty
      ? nil : "A worker printed after the program had ended: “\(run.lateLines[0].text)”."
  }
}

extension ScenarioRun {
  /// The command that repeats this run and judges it.
  package var checkCommand: String { "scenarios check " + arguments.dropFirst().joined(separator: " ") }
}
