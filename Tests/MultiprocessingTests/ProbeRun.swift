import Foundation
import Golden
import ScenarioKit
import Testing

@testable import probe

/// One case in one place: what one process of `probe` runs.
struct ProbeRun: Sendable, CustomTestStringConvertible {
  var item: Case
  var place: probe.Place

  var testDescription: String { "\(item.name) in \(place.rawValue)" }

  /// Whether nothing else may run beside it.
  var isAlone: Bool { item.isAlone }

  static let all = Cases.all.flatMap { item in item.places.map { ProbeRun(item: item, place: $0) } }

  /// The executable beside the test bundle.
  static let executable: String = {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("probe").path
  }()

  /// The same wherever the tests run, but for what `scripts/sanitize` tells its sanitizer.
  static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/", "SWIFT_BACKTRACE": "enable=no"]
    .merging(Program.sanitizerOptions) { $1 }

  /// Runs the case.
  func capture() throws -> CapturedRun {
    let program = Program(
      path: Self.executable, arguments: ["run", item.name, place.rawValue],
      environment: Self.environment)
    return try Capture(program, timeLimit: item.timeLimit).run()
  }

  /// Expects that the case ends well, prints what it should, and leaves nothing behind.
  func check() throws {
    let run = try ProbeAhead.shared.outcome(of: self)
    let errors = String(decoding: run.standardError, as: UTF8.self)
    #expect(run.transcript.ending == .exited(0), "\(testDescription) ended with \(run.transcript.ending): \(errors)")
    if let complaint = item.complaints[place] {
      #expect(errors.hasPrefix(complaint), "\(testDescription) complains of something else: \(errors)")
    } else {
      #expect(errors.isEmpty, "\(testDescription) complains: \(errors)")
    }
    let lines = run.transcript.lines.map(\.text)
    if item.output.isOrdered {
      #expect(lines == item.output.lines, "\(testDescription) printed something else")
    } else {
      #expect(lines.sorted() == item.output.lines.sorted(), "\(testDescription) printed something else")
    }
    #expect(run.leftBehind.isEmpty, "\(testDescription) left processes behind")
    #expect(run.lateLines.isEmpty, "\(testDescription) printed after its end")
  }
}
