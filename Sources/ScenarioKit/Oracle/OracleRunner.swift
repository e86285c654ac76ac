import CPython
import Golden

/// Runs twins on CPythons, each run a captured process of its own.
package final class OracleRunner: Sendable {
  private let workspace: OracleWorkspace
  private let warmPythons = WarmPythons()
  private let environment: [String: String]

  /// Makes the folder for the runs.
  /// - Throws: when the temporary folder cannot be written.
  package init(environment: [String: String]) throws {
    self.environment = environment
    workspace = try OracleWorkspace()
  }

  /// Runs a twin once and waits for it.
  ///
  /// Several runs may go on at once on different threads.
  /// - Parameter warmly: the main process is a copy of an interpreter that has its imports behind it; see `WarmPython`. Only
  ///   where the package is the standard library's, and where there is such an interpreter; else it is started afresh.
  @available(*, noasync, message: "run blocks until the twin has ended")
  package func run(
    _ twin: Twin, on python: Python, arguments: [String] = [], settings: OracleSettings,
    timeLimit: Duration = .seconds(60), warmly: Bool = false
  ) throws -> CapturedRun {
    var variables = OracleEnvironment.base(from: environment, home: python.home)
    workspace.apply(to: &variables)
    let path: String
    switch python.kind {
    case .library(let library):
      guard let executable = Host.interpreter else {
        throw PythonError(.unreadable, "The path of this executable is unknown: /proc is not mounted.")
      }
      // Another package than the standard library's is an installed one.
      path = try workspace.interpreter(
        executable, for: python, withPackages: settings.module != "multiprocessing")
      variables.merge(Host.interpreterEnvironment(library: library)) { $1 }
    case .program(let program):
      path = program
    }
    let script = try workspace.script(of: twin, module: settings.module)
    var program = Program(path: path, arguments: [script] + arguments, environment: variables)
    program.environment.merge(settings.environment) { $1 }
    if warmly, settings.module == "multiprocessing",
      let warm = warmPythons.python(python, program: { Program(path: path, environment: variables) })
    {
      // Where the copying interpreter went away, so did the status.
      let run = try? capture(program, timeLimit: timeLimit, starter: warm)
      if let run, run.transcript.ending != .unknown { return run }
      warmPythons.giveUp(python)
    }
    return try capture(program, timeLimit: timeLimit, starter: DirectStarter())
  }

  @available(*, noasync, message: "capture blocks until the program has ended")
  private func capture(_ program: Program, timeLimit: Duration, starter: any ProgramStarter) throws -> CapturedRun {
    var capture = Capture(program, timeLimit: timeLimit, starter: starter)
    // CPython's tracker and fork server notice by the end of a pipe that everybody has gone: soon, but on a machine that
    // has more to do than it can, not within a second. What is really left behind stays for ever.
    capture.grace = .seconds(20)
    return try capture.run()
  }

  /// Why a package's pools cannot be used on a Python, in one sentence; nil where they can.
  @available(*, noasync, message: "refusal blocks until the package has been imported")
  package func refusal(of module: String, on python: Python) throws -> String? {
    let name = module.split(separator: ".", omittingEmptySubsequences: false)
    guard !name.isEmpty, name.allSatisfy({ $0.isIdentifier }) else {
      return "“\(module)” is not the name of a Python package."
    }
    let script = Twin(
      id: "import", fileName: "import_\(name.joined(separator: "_")).py", source: "import \(module).pool\n")
    let run = try run(script, on: python, settings: OracleSettings(module: module))
    guard run.transcript.ending != .exited(0) else { return nil }
    let complaint = String(decoding: run.standardError, as: UTF8.self).split(separator: "\n").last ?? "no reason given"
    return "CPython \(python.version) cannot import \(module).pool: \(complaint)."
  }
}

extension Substring {
  /// A letter or underscore, then letters, digits and underscores, all of them ASCII.
  fileprivate var isIdentifier: Bool {
    guard let first, first.isASCII, first.isLetter || first == "_" else { return false }
    return allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
