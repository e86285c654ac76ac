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

  static let all = Cases.all.flatMap { item in item.places.map { ProbeRun(item: item, place: $0) } }

  /// The executable beside the test bundle.
  static let executable: String = {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("probe").path
  }()

  /// Runs the case, and expects that it ends well, prints what it should, and leaves nothing behind.
  func check() throws {
    let program = Program(
      path: Self.executable, arguments: ["run", item.name, place.rawValue],
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/", "SWIFT_BACKTRACE": "enable=no"])
    let run = try Capture(program, timeLimit: item.timeLimit).run()
    let errors = String(decoding: run.standardError, as: UTF8.self)
    #expect(run.transcript.ending == .exited(0), "\(testDescription) ended with \(run.transcript.ending): \(errors)")
    if let complaint = item.complaints[place] {
      #expect(errors.hasPrefix(complaint), "\(testDescription) complains of something else: \(errors)")
    } else {
      #expect(errors.isEmpty, "\(testDescription) complains: \(errors)")
    }
    let lines = run.transcript.lines.map(\.text)
    switch item.output {
    case .exactly(let expected): #expect(lines == expected, "\(testDescription) printed something else")
    case .inAnyOrder(let expected):
      #expect(lines.sorted() == expected.sorted(), "\(testDescription) printed something else")
    }
    #expect(run.leftBehind.isEmpty, "\(testDescription) left processes behind")
    #expect(run.lateLines.isEmpty, "\(testDescription) printed after its end")
  }
}
