import ArgumentParser
import CPython
import ScenarioKit
import ScenarioWeb

/// The command `scenarios report DIR`.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The web report: one folder of pages that opens without a server.",
    discussion: """
      Runs every example here and on the CPythons of this machine, checks the claims, explores the orders, and writes what \
      came out: the matrix with the evidence behind each cell, a page for each example with timelines and the map of its \
      legal outputs, the start methods side by side, the claims. Without a CPython it says so. Exit status 1: something \
      did not conform; the report is written all the same.
      """)

  @Argument(help: ArgumentHelp("The folder: empty, or one that does not exist yet.", valueName: "dir"))
  var folder: String

  @Argument(help: "The examples, such as A2 B1; without any, all of them.")
  var ids: [String] = []

  @Option(name: .customLong("repeat"), help: "How many runs for each example, place and implementation.")
  var repeats = 1

  @Option(
    parsing: .upToNextOption,
    help: "Versions such as 3.12, or paths of libraries; without it, every CPython of this machine.")
  var python: [String] = []

  @Flag(help: "Run nothing on CPython.")
  var noOracle = false

  @OptionGroup var settings: Settings

  @Option(help: "Multiplies every sleep of the examples.")
  var timeScale = ScenarioKit.Check.timeScale

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    guard python.isEmpty || !noOracle else {
      throw ScenarioError(.contradiction, "--python and --no-oracle exclude each other.")
    }
    let count = try positive(repeats, "--repeat")
    let chosen = try scenarios(ids)
    let settings = try settings.make(timeScale: timeScale)
    let (pythons, note) = try findPythons()
    // Made before the runs: a folder that cannot be filled is known at once.
    let folder = try ReportFolder(folder)
    ScenarioRunner.endRunsOnSignals()
    var report = WebReport(chosen, settings: settings, repeats: count, pythons: pythons)
    if let note {
      report.notes = [note]
      Terminal.complain(note)
    }
    let progress = ProgressLine()
    let result = try report.write(to: folder, environment: Terminal.environment) {
      progress.show("\($0) of \($1) \($2)")
    }
    progress.clear()
    Terminal.write(format.json ? result.json : result.text(folder: folder.path))
    guard result.conforms else { throw ExitCode(1) }
  }

  /// The CPythons to run on, and what to say where there is none.
  private func findPythons() throws -> (pythons: [Python], note: String?) {
    if noOracle { return ([], "This report was made without CPython, as asked: it shows this package alone.") }
    if !python.isEmpty { return (try Pythons.find(python), nil) }
    let found = PythonCatalog.search(environment: Terminal.environment).pythons
    return (found, found.isEmpty ? "No CPython was found on this machine: the report shows this package alone." : nil)
  }
}
