import FoundationEssentials
import Simulation

/// The outputs that an exploration found.
package struct ExplorationListing {
  private let result: ExplorationResult
  private let outputs: [[String]]
  private let showsSchedules: Bool

  /// Nil where there are too many.
  package init?(_ result: ExplorationResult, schedules: Bool = false) {
    guard let outputs = result.outputs else { return nil }
    self.result = result
    self.outputs = outputs
    showsSchedules = schedules
  }

  /// Each with its number and its class.
  package var text: String {
    let finder = ScheduleFinder(result.subject.simulation())
    return outputs.enumerated().map { index, output in
      var lines = ["\(index + 1)  (\(result.subject.outcomeClass(of: output)))"]
      if showsSchedules, let schedule = try? finder.schedule(printing: output) { lines.append("   \(schedule)") }
      return (lines + output.map { "   \($0)" }).joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  /// One array of its lines for each output, an output a line.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // Arrays of texts always have a JSON form.
    return outputs.map { ((try? encoder.encode($0)).map { String(decoding: $0, as: UTF8.self) } ?? "[]") + "\n" }
      .joined()
  }
}
