/// The text of a differential run.
package struct DifferentialReport: Sendable {
  let result: Differential.Result
  let names: (left: String, right: String)
  let differences: [KnownDifference]

  /// Whether nothing but the known differences was met.
  package var agrees: Bool { result.disagreements.isEmpty }

  package init(_ result: Differential.Result, of differential: Differential) {
    self.result = result
    names = (differential.left.name, differential.right.name)
    differences = differential.differences
  }

  package var text: String {
    let seconds = result.duration.components.seconds
    let summary = """
      \(result.programs) programs of \(result.steps) steps on \(names.left) and \(names.right) in \(seconds) s: \
      \(result.disagreements.count) disagreements.
      """
    let excuses = differences.map { difference in
      "  \(difference.id), met in \(result.excused[difference.id] ?? 0) steps: \(difference.reason)"
    }
    let known = excuses.isEmpty ? [] : ["Known differences:\n" + excuses.joined(separator: "\n")]
    let seeds = result.unrepeated.map(String.init).joined(separator: ", ")
    let once = seeds.isEmpty ? [] : ["Differences that did not come back when the program ran again, seeds \(seeds)."]
    return (result.disagreements.map(describe) + known + once + [summary]).joined(separator: "\n\n") + "\n"
  }

  private func describe(_ disagreement: Differential.Disagreement) -> String {
    let step = disagreement.smallest.steps[disagreement.step]
    return """
      DISAGREEMENT, seed \(disagreement.seed), smallest program:
      \(disagreement.smallest)
      In step \(disagreement.step + 1), \(String(step.description.drop { $0 == " " })):
        \(names.left): \(disagreement.left)
        \(names.right): \(disagreement.right)
      """
  }
}
