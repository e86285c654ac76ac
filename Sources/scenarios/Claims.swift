import ArgumentParser
import CPython
import ScenarioKit

/// The command `scenarios claims`.
struct Claims: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Every claim of the documents: what checks it, and whether it holds here and on each CPython.")

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    ScenarioRunner.endRunsOnSignals()
    // Without a CPython the claims are checked on this package alone.
    let catalog = PythonCatalog.search(environment: Terminal.environment)
    let progress = ProgressLine()
    let table = ClaimCheck(pythons: catalog.pythons).run(with: try OracleRunner(environment: Terminal.environment)) {
      progress.show(done: $0, of: $1, "claims")
    }
    progress.clear()
    Terminal.write(format.json ? OracleJSON.claims(table) : "\(table.text)\n\n\(table.summary)\n")
    guard table.isComplete else { throw ExitCode(1) }
  }
}
