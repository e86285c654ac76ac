import CPython
import FoundationEssentials
import Glibc
import Golden
import ScenarioKit
import Testing

/// The executable `scenarios`, started as a process as a person starts it.
struct Command {
  var output: String
  var errors: String
  var status: Int32

  /// The built executable: it lies beside the test bundle.
  static let path: String = {
    let bundle = URL(filePath: Host.executable ?? "/").resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("scenarios").path
  }()

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// Runs it with these arguments.
  init(_ arguments: String..., environment: [String: String] = [:]) throws {
    try self.init(path: Self.path, arguments: arguments, environment: environment)
  }

  init(_ arguments: [String], environment: [String: String]) throws {
    try self.init(path: Self.path, arguments: arguments, environment: environment)
  }

  /// Runs a line of shell in which `scenarios` is the executable.
  init(shell line: String, environment: [String: String] = [:]) throws {
    let script = "scenarios() { \"$SCENARIOS_EXECUTABLE\" \"$@\"; }\n\(line)"
    try self.init(
      path: "/bin/bash", arguments: ["-c", script],
      environment: environment.merging(["SCENARIOS_EXECUTABLE": Self.path]) { $1 })
  }

  private init(path: String, arguments: [String], environment: [String: String]) throws {
    let base = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(Program.sanitizerOptions) { $1 }
      .merging(environment) { $1 }
    let program = Program(path: path, arguments: arguments, environment: base)
    // What starts many interpreters or processes takes many times as long on a busy machine.
    let run = try Capture(program, timeLimit: .seconds(180)).run()
    #expect(run.leftBehind.isEmpty)
    output = run.transcript.lines.map { $0.text + ($0.isTerminated ? "\n" : "") }.joined()
    errors = String(decoding: run.standardError, as: UTF8.self)
    guard case .exited(let status) = run.transcript.ending else {
      Issue.record("scenarios \(arguments.joined(separator: " ")): \(run.transcript.ending)")
      self.status = -1
      return
    }
    self.status = status
  }
}
