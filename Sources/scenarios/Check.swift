import ArgumentParser
import Golden
import ScenarioKit

/// The command `scenarios check`.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs examples and judges each run by its golden.")

  @Argument(help: "The examples, such as A2 B1; without any, all of them.")
  var ids: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: "Where: fork, spawn, forkserver, thread; without it, every place where an example makes sense.")
  var on: [String] = []

  @OptionGroup var settings: Settings

  @Option(help: "Multiplies every sleep of the examples.")
  var timeScale = ScenarioKit.Check.timeScale

  @Option(name: .customLong("repeat"), help: "How many runs for each example and place.")
  var repeats = 1

  @Option(help: "A golden that takes the place of the one in the build.")
  var golden: String?

  @Option(help: ArgumentHelp("Also write a JUnit report to this file.", valueName: "file"))
  var junit: String?

  @Flag(help: "Print the Test Anything Protocol.")
  var tap = false

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    guard !(tap && format.json) else { throw ScenarioError(.contradiction, "--tap and --json exclude each other.") }
    let count = try positive(repeats, "--repeat")
    var places: [ScenarioKit.Place] = []
    for name in on { places.append(try ScenarioKit.Place(named: name)) }
    let settings = try settings.make(timeScale: timeScale)
    var check = ScenarioKit.Check(
      try ScenarioKit.Check.runs(of: scenarios(ids), on: places, settings: settings))
    check.repeats = count
    if let golden { check.goldens = try [Files.golden(golden)].reduce(into: [:]) { $0[$1.golden.example] = $1 } }
    // Made before the runs: a report that cannot be written is known at once.
    let report = try junit.map { path throws(ScenarioError) in try OutputFile(path) }

    ScenarioRunner.endRunsOnSignals()
    let progress = ProgressLine()
    let result = try check.perform(with: ScenarioRunner(environment: Terminal.environment)) { progress.show($0) }
    progress.clear()
    try report?.write(result.junit)
    let text = CheckReport(result, style: Terminal.style).text
    // Where GitHub runs this, each rejection is shown at the line of the golden that it breaks.
    if Terminal.environment["GITHUB_ACTIONS"] == "true", !format.json, !tap { Terminal.write(result.annotations) }
    Terminal.write(format.json ? result.json : tap ? result.tap : text)
    guard result.passes else { throw ExitCode(1) }
  }
}
