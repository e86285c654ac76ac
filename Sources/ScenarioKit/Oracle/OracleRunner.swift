import CPython
import Golden

/// Runs twins on CPythons, each run a captured process of its own.
package final class OracleRunner: Sendable {
  private let workspace: OracleWorkspace
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
  @available(*, noasync, message: "run blocks until the twin has ended")
  package func run(
    _ twin: Twin, on python: Python, arguments: [String] = [], settings: OracleSettings,
    timeLimit: Duration = .seconds(60)
  ) throws -> CapturedRun {
    var variables = OracleEnvironment.base(from: environment, home: python.home)
    workspace.apply(to: &variables)
    variables.merge(settings.environment) { $1 }
    let path: String
    switch python.kind {
    case .library(let library):
      guard let executable = Host.executable else {
        throw PythonError(.unreadable, "The path of this executable is unknown: /proc is not mounted.")
      }
      path = executable
      variables.merge(Host.interpreterEnvironment(library: library)) { $1 }
    case .program(let program):
      path = program
    }
    let script = try workspace.script(of: twin, module: settings.module)
    return try Capture(
      Program(path: path, arguments: [script] + arguments, environment: variables), timeLimit: timeLimit
    ).run()
  }
}
