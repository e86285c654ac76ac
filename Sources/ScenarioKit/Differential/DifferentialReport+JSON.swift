extension OracleJSON {
  /// Differential runs for programs, one entry a CPython.
  package static func differential(_ reports: [DifferentialReport]) -> String {
    struct Known: Encodable {
      var id: String
      var reason: String
      var steps: Int
    }
    struct Disagreement: Encodable {
      var seed: UInt64
      var program: PoolProgram
      var smallest: PoolProgram
      /// Of the smallest program, from 0.
      var step: Int
      var left: Observation
      var right: Observation
    }
    struct Entry: Encodable {
      var left: String
      var right: String
      var programs: Int
      var steps: Int
      var seconds: Double
      var knownDifferences: [Known]
      var disagreements: [Disagreement]
      var unrepeatedSeeds: [UInt64]
    }
    return JSON.text(
      reports.map { report in
        Entry(
          left: report.names.left, right: report.names.right, programs: report.result.programs,
          steps: report.result.steps, seconds: report.result.duration.inSeconds,
          knownDifferences: report.differences.map {
            Known(id: $0.id, reason: $0.reason, steps: report.result.excused[$0.id] ?? 0)
          },
          disagreements: report.result.disagreements.map {
            Disagreement(
              seed: $0.seed, program: $0.program, smallest: $0.smallest, step: $0.step, left: $0.left, right: $0.right)
          }, unrepeatedSeeds: report.result.unrepeated)
      })
  }
}
