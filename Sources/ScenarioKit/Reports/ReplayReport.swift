import Golden
import Multiprocessing

/// A replay as JSON.
package enum ReplayReport {
  private struct Replayed: Encodable {
    var example: String
    /// A start method, `thread`, or `simulated`.
    var place: String
    /// The steps that real workers have kept to; none in simulation.
    var steps: [String]?
    var output: [String]
  }

  /// A replay with real processes or threads that printed what was wanted.
  package static func json(_ replay: RealReplay) -> String {
    JSON.text(
      Replayed(
        example: replay.run.scenario.id, place: replay.run.place.rawValue,
        steps: replay.run.steps?.steps.map(\.description) ?? [], output: lines(replay.output)))
  }

  /// One in simulation, with what it printed.
  package static func json(_ scenario: Scenario, simulated output: [UInt8]) -> String {
    JSON.text(Replayed(example: scenario.id, place: "simulated", output: lines(output)))
  }

  private static func lines(_ output: [UInt8]) -> [String] { Transcript(text: output).lines.map(\.text) }
}
