import CPython
import FoundationEssentials
import Golden
import ScenarioKit

/// What a worker's memory holds, what runs again and what it costs, by start method and implementation, measured now.
struct StartingCosts: Sendable {
  struct Row: Sendable {
    var method: String
    var implementation: Spot.Implementation
    var finding: StartingProgram.Finding
  }

  /// How many pools are made for each figure, one after the other.
  static let rounds = 5

  var rows: [Row] = []
  /// What could not be measured, in sentences.
  var failures: [String] = []

  @available(*, noasync, message: "init blocks until everything has been measured")
  init(pythons: [Python], _ runner: OracleRunner?) {
    for method in ["fork", "spawn", "forkserver"] {
      measure(method, .own) {
        try Capture(Service.starting(method: method, rounds: Self.rounds).program(), timeLimit: .seconds(60)).run()
      }
    }
    guard let runner else { return }
    let script = Twin(
      id: "starting", fileName: "starting.py", source: String(decoding: PackageResources.starting_py, as: UTF8.self))
    for python in pythons {
      for method in ["fork", "spawn", "forkserver"] where python.startMethods.contains(method) {
        measure(method, .python(python.version.description)) {
          try runner.run(
            script, on: python, arguments: [method, "\(Self.rounds)"], settings: OracleSettings(), timeLimit: .seconds(60))
        }
      }
    }
  }

  private mutating func measure(_ method: String, _ implementation: Spot.Implementation, _ run: () throws -> CapturedRun) {
    do {
      let captured = try run()
      guard captured.transcript.ending == .exited(0), let line = captured.transcript.lines.last else {
        failures.append("\(implementation.title) on \(method) could not be measured: it \(captured.transcript.ending).")
        return
      }
      let finding = try JSONDecoder().decode(StartingProgram.Finding.self, from: Data(line.bytes))
      rows.append(Row(method: method, implementation: implementation, finding: finding))
    } catch {
      failures.append("\(implementation.title) on \(method) could not be measured: \(error).")
    }
  }
}

extension StartingProgram.Finding {
  /// The middle one of the times to the first result, the smallest and the largest.
  var medianMilliseconds: Double { milliseconds.isEmpty ? 0 : milliseconds.sorted()[milliseconds.count / 2] }
  var range: (Double, Double) { (milliseconds.min() ?? 0, milliseconds.max() ?? 0) }
}
