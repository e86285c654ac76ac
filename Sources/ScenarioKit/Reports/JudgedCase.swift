package import Golden

/// What checking one example in one place came to; the plain value from which every report is rendered.
package struct JudgedCase: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case conforms
    /// Rejected by the golden, with the verdict's code, what is wrong in one sentence, and the whole explanation.
    case rejected(code: String, message: String, explanation: String)
    /// Not run here, with the reason.
    case skipped(String)
    /// It could not be judged: the run or the golden failed.
    case failed(String)
  }

  /// The example's id, such as `A2`.
  package var example: String
  /// The example's name, such as `initialize-workers-names`.
  package var name: String
  /// Where it ran: a start method, threads, or the simulation.
  package var place: String
  package var outcome: Outcome
  /// The golden file, relative to the package, and the line of the rule that is broken.
  package var file: String
  package var line: Int?
  package var seconds: Double

  package init(
    example: String, name: String, place: String, outcome: Outcome, file: String, line: Int? = nil, seconds: Double
  ) {
    self.example = example
    self.name = name
    self.place = place
    self.outcome = outcome
    self.file = file
    self.line = line
    self.seconds = seconds
  }

  /// The result of a verdict.
  package init(_ verdict: Verdict, golden: Golden, place: String, seconds: Double) {
    self.init(
      example: golden.example, name: golden.name, place: place,
      outcome: verdict.conforms
        ? .conforms
        : .rejected(code: verdict.code.rawValue, message: verdict.message, explanation: verdict.explanation()),
      file: golden.file, line: verdict.goldenLine, seconds: seconds)
  }

  /// What a report calls it: `A2 initialize-workers-names, spawn`.
  var title: String { "\(example) \(name), \(place)" }

  /// Whether it counts against the run.
  package var isFailure: Bool {
    switch outcome {
    case .conforms, .skipped: false
    case .rejected, .failed: true
    }
  }

  /// Seconds with three digits, the same wherever they are read.
  var time: String {
    let thousandths = Int((max(0, seconds) * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
