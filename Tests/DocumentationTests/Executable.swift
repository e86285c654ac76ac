import CPython
import Foundation
import Golden
import ScenarioKit
import Testing

/// A program that was built beside the test bundle, or a line of shell that knows those programs by their names.
enum Executable {
  static let folder = URL(filePath: Host.executable ?? "/").resolvingSymlinksInPath().deletingLastPathComponent().path

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static func run(_ name: String, _ arguments: [String]) throws -> CapturedRun {
    try capture("\(folder)/\(name)", arguments)
  }

  static func shell(_ line: String) throws -> CapturedRun { try capture("/bin/bash", ["-c", line]) }

  private static let environment = [
    "PATH": "\(folder):/usr/bin:/bin", "HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no",
  ].merging(ScenarioKit.Program.sanitizerOptions) { $1 }

  private static func capture(_ path: String, _ arguments: [String]) throws -> CapturedRun {
    let program = ScenarioKit.Program(path: path, arguments: arguments, environment: environment, directory: root)
    return try Capture(program, timeLimit: .seconds(60)).run()
  }
}

extension CapturedRun {
  var lines: [String] { transcript.lines.map(\.text) }
  var errors: String { String(decoding: standardError, as: UTF8.self) }
}
