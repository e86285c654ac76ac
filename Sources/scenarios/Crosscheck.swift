import ArgumentParser
import CPython
import Golden
import ScenarioKit

/// The command `scenarios crosscheck`.
struct Crosscheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the Python twins on embedded CPythons and judges them by the same goldens.")

  @Argument(help: "The examples, such as A2 B1; without any, all of them.")
  var ids: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: "Versions such as 3.12, or paths of libraries; without it, every CPython of this machine.")
  var python: [String] = []

  @Option(help: "The package that the twins take their pools from.")
  var module = "multiprocessing"

  @Option(parsing: .upToNextOption, help: "Where: fork, spawn, forkserver, thread.")
  var on: [String] = []

  @Option(name: .customLong("repeat"), help: "How many runs for each example, version and place.")
  var repeats = 1

  @Option(help: "The size of a pool of the default size; without it, each CPython's own.")
  var workers: Int?

  @Option(help: "Multiplies every sleep of the twins.")
  var timeScale = ScenarioKit.Check.timeScale

  @Flag(help: "Start a fresh interpreter for each run, not a copy of one that has imported the pools; takes longer.")
  var cold = false

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let count = try positive(repeats, "--repeat")
    let settings = RunSettings(workers: workers, timeScale: timeScale)
    try settings.validate()
    let scenarios = try scenarios(ids)
    var places: Set<String> = []
    for name in on { places.insert(try ScenarioKit.Place(named: name).rawValue) }
    let runner = try OracleRunner(environment: Terminal.environment)
    let pythons = try withModule(Pythons.find(python), runner)
    var check = ScenarioKit.Crosscheck(twins: try scenarios.map { scenario in try Twin(scenario) }, pythons: pythons)
    check.places = places.isEmpty ? nil : places
    check.repeats = count
    check.workers = workers
    check.timeScale = timeScale
    check.module = module
    check.startsAfresh = cold
    var goldens: [String: Golden] = [:]
    for scenario in scenarios { goldens[scenario.id] = try ScenarioJudge(scenario).golden }

    ScenarioRunner.endRunsOnSignals()
    let progress = ProgressLine()
    let result = check.run(with: runner, judge: .init(goldens: goldens)) {
      progress.show(done: $0.done, of: $0.total, "\($0.cell.twin.id) on \($0.cell.place), \($0.cell.python.version)")
    }
    progress.clear()
    Terminal.write(format.json ? OracleJSON.crosscheck(result) : CrosscheckReport(result).text)
    guard result.conforms else { throw ExitCode(1) }
  }

  /// The CPythons that have the package; a sentence for each of the others, unless none has it.
  private func withModule(_ pythons: [Python], _ runner: OracleRunner) throws -> [Python] {
    guard module != "multiprocessing" else { return pythons }
    var refusals: [String] = []
    let usable = try pythons.filter { python in
      guard let refusal = try runner.refusal(of: module, on: python) else { return true }
      refusals.append(refusal)
      return false
    }
    guard !usable.isEmpty else { throw ScenarioError(.unusableModule, refusals.last ?? "No CPython has \(module).") }
    for refusal in refusals { Terminal.complain(refusal) }
    return usable
  }
}

/// Choosing among the CPythons of this machine.
enum Pythons {
  /// Those of these versions or paths; all where none is named.
  static func find(_ names: [String]) throws(ScenarioError) -> [Python] {
    let paths = names.filter { $0.contains("/") }
    let catalog = PythonCatalog.search(environment: Terminal.environment, paths: paths)
    guard !catalog.pythons.isEmpty else {
      // Of what was named, why it is of no use; of what only lay about, what to do instead.
      let isNamed = !paths.isEmpty || !(Terminal.environment[LibrarySearch.variable] ?? "").isEmpty
      throw ScenarioError(.noPython, isNamed ? catalog.rejected.first?.reason ?? PythonCatalog.advice : PythonCatalog.advice)
    }
    let versions = names.filter { !$0.contains("/") }
    guard !versions.isEmpty else { return catalog.pythons }
    for version in versions where !catalog.pythons.contains(where: { matches($0, version) }) {
      let found = Wording.list(catalog.pythons.map(\.version.description), "and")
      throw ScenarioError(.noPython, "There is no CPython \(version) here; there is \(found).")
    }
    return catalog.pythons.filter { python in
      paths.contains(python.path) || versions.contains { matches(python, $0) }
    }
  }

  private static func matches(_ python: Python, _ version: String) -> Bool {
    "\(python.version).".hasPrefix("\(version).")
  }
}
