import ArgumentParser
import ScenarioKit

/// The command `scenarios replay ID`.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes an example print exactly the documented output, or exactly another one that is legal.",
    discussion: "Standard output is that output and nothing else.")

  @Argument(help: "The example, such as A2.")
  var id: String

  @Option(help: "Where: fork, spawn, forkserver or thread; without it, the profile's start method.")
  var on: String?

  @Option(help: ArgumentHelp("The output that is wanted; - is standard input.", valueName: "file"))
  var output: String?

  @OptionGroup var settings: Settings

  @Option(help: "Multiplies every sleep of the example.")
  var timeScale = ScenarioKit.RealReplay.timeScale

  @Flag(help: "Print the steps instead of doing them, for run --steps.")
  var steps = false

  func run() throws {
    Terminal.ignoreClosedPipes()
    let scenario = try ScenarioCatalog.find(id)
    let settings = try settings.make(timeScale: timeScale)
    let place = try on.map { name throws(ScenarioError) in try ScenarioKit.Place(named: name) }
    let run = try ScenarioRun(
      scenario, at: place ?? ScenarioRun.usualPlace(of: scenario, profile: settings.profile), settings: settings)
    let wanted = try output.map { $0 == "-" ? try Files.standardInput() : try Files.read($0) }
    let replay: ScenarioKit.RealReplay
    do {
      replay = try ScenarioKit.RealReplay(run, output: wanted)
    } catch let error as ScenarioKit.RealReplay.Illegal {
      throw ScenarioFailure(description: "\(error)")
    }
    if steps { return Terminal.write("\(replay.steps)\n") }
    ScenarioRunner.endRunsOnSignals()
    let runner = try ScenarioRunner(environment: Terminal.environment)
    let failure = try replay.perform(with: runner) { line in
      Terminal.write(line)
      // Written at once: somebody may watch. What cannot be written is reported at the end.
      try? Terminal.flush()
    }
    if let failure { throw ScenarioFailure(description: failure) }
  }
}
