import CPython
import Golden

/// What a cross-check found.
package struct CrosscheckResult: Sendable {
  /// The runs of one cell, added up.
  package struct Row: Sendable {
    package let cell: Crosscheck.Cell
    package let legalOutputs: Int?
    package private(set) var runs = 0
    package private(set) var conforming = 0
    /// Every output that was seen and conforms, as its lines, and how often.
    package private(set) var outputs: [[String]: Int] = [:]
    /// Outputs that the golden calls illegal, each once.
    package private(set) var rejected: [RunOutcome] = []
    package private(set) var failed: [RunOutcome] = []

    init(cell: Crosscheck.Cell, legalOutputs: Int?) {
      self.cell = cell
      self.legalOutputs = legalOutputs
    }

    package var rejections: Int { runs - conforming - failed.count }

    mutating func add(_ outcome: RunOutcome) {
      runs += 1
      let lines = outcome.transcript.lines.map(\.text)
      switch outcome.kind {
      case .conforms:
        conforming += 1
        outputs[lines, default: 0] += 1
      case .rejected:
        if !rejected.contains(where: { $0.transcript.lines.map(\.text) == lines }) { rejected.append(outcome) }
      case .failed:
        failed.append(outcome)
      }
    }
  }

  /// The package that pools came from.
  package let module: String
  package let rows: [Row]
  package let duration: Duration

  package var runs: Int { rows.reduce(0) { $0 + $1.runs } }
  package var conforms: Bool { rows.allSatisfy { $0.conforming == $0.runs } }

  /// What a rejected run is called: a CPython that prints what the golden forbids shows the golden to be wrong, another
  /// package's pool deviates.
  package var nameOfRejection: String { module == "multiprocessing" ? "ORACLE-DISAGREES" : "DEVIATES" }
}
