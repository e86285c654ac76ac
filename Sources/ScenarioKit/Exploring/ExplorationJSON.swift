import PoolCore
import Simulation

/// An exploration for programs.
extension ExplorationResult {
  private struct Report: Encodable {
    struct Class: Encodable {
      var name: String
      var found: Int
      var legal: Int?
    }
    struct Failing: Encodable {
      var ending: String
      var choices: Int
      var schedule: String
      var lines: [String]
    }
    var example: String
    var workers: Int?
    var tasks: Int?
    var profile: String
    var search: String
    var isExhaustive: Bool
    var outputs: Int?
    var legalOutputs: Int?
    var conforms: Bool
    var illegal: [[String]]
    var missing: Int
    var classes: [Class]
    var reversals: Int?
    var legalReversals: Int?
    var schedules: Int
    var steps: Int
    var states: Int?
    var orders: Double?
    var alike: [String]
    var failures: [Failing]
    var seconds: Double
  }

  /// One object; outputs are numbers here, `ExplorationListing` has them in full.
  package var json: String {
    JSON.text(
      Report(
        example: subject.scenario.id, workers: subject.workers, tasks: subject.tasks,
        profile: subject.settings.profile.name, search: "\(exploration.search)", isExhaustive: isExhaustive,
        outputs: outputCount, legalOutputs: legalCount, conforms: passes, illegal: illegal.map(\.lines),
        missing: missingCount,
        classes: classes.map { Report.Class(name: $0.name, found: $0.found, legal: $0.legal) },
        reversals: reversals?.found, legalReversals: reversals?.of, schedules: runs, steps: steps, states: states,
        orders: orders, alike: subject.alike,
        failures: failures.prefix(10).map { failure in
          Report.Failing(
            ending: Failure.describe(failure.ending), choices: failure.schedule.length,
            schedule: "\(failure.schedule)", lines: failure.lines)
        }, seconds: duration / .seconds(1)))
  }
}
