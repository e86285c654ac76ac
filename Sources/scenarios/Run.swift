import ArgumentParser
import Golden
import ScenarioKit

/// The command `scenarios run ID`.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs one example for real.",
    discussion: "Standard output is the program's output and nothing else, unless JSON or a picture is wanted.")

  @Argument(help: "The example, such as A2.")
  var id: String

  @Option(help: "Where: fork, spawn, forkserver or thread; without it, the profile's start method.")
  var on: String?

  @OptionGroup var settings: Settings

  @Option(help: "Multiplies every sleep of the example.")
  var timeScale = 1.0

  @Option(
    help: ArgumentHelp("Keep to this order of steps: “w1.print, w1.take, …”.", valueName: "steps"))
  var steps: String?

  @Flag(help: "Draw who printed what and when, as an SVG picture.")
  var picture = false

  @Option(help: ArgumentHelp("Also write a record of what the pool does, for ui.perfetto.dev.", valueName: "file"))
  var trace: String?

  @OptionGroup var format: Format

  func run() throws {
    guard !picture || !format.json else {
      throw ScenarioError(.contradiction, "--picture and --json exclude each other.")
    }
    let scenario = try ScenarioCatalog.find(id)
    let settings = try settings.make(timeScale: timeScale)
    let place = try on.map { name throws(ScenarioError) in try ScenarioKit.Place(named: name) }
    var run = try ScenarioRun(
      scenario, at: place ?? ScenarioRun.usualPlace(of: scenario, profile: settings.profile), settings: settings)
    if let steps { try run.keep(to: steps) }
    if format.json || picture {
      Terminal.ignoreClosedPipes()
      ScenarioRunner.endRunsOnSignals()
      let captured = try ScenarioRunner(environment: Terminal.environment).run(run, trace: trace)
      let title = "\(scenario.id) \(scenario.name) on \(run.place.rawValue)"
      Terminal.write(picture ? TimelinePicture(captured, title: title).svg : RunReport.json(run, captured))
      guard captured.transcript.ending == .exited(0) else { throw ExitCode(1) }
      return
    }
    do {
      try run.execute(trace: trace)
    } catch let error as ScenarioError {
      throw error
    } catch {
      throw ScenarioFailure(description: "\(scenario.id) failed: \(error)")
    }
  }
}
