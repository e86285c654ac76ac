import ArgumentParser
import ScenarioKit
import Simulation

/// The command `scenarios walk ID`.
struct Walk: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Goes through one example step by step: who does what, and who could have moved instead.",
    discussion: """
      Runs the real pool code in a simulated world. On a terminal keys go forward and back and choose who moves next; ? \
      shows them. Elsewhere it reads such commands line by line; without any, it prints the whole walk.
      """)

  @Argument(help: "The example, such as A2.")
  var id: String

  @Option(help: "Where: fork, spawn, forkserver or thread; without it, the profile's start method.")
  var on: String?

  @Option(help: ArgumentHelp("The order to follow, as `explore --list --schedules` prints it; without it, the documented one."))
  var schedule: String?

  @Flag(help: "Be the scheduler: at every choice you say who moves.")
  var choose = false

  @Flag(help: "Show every step, the pool's own as well.")
  var steps = false

  @Flag(help: "Line by line, also on a terminal.")
  var plain = false

  @Option(help: "The number of tasks, where the example can be made larger or smaller.")
  var tasks: Int?

  @OptionGroup var settings: Settings

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    guard !choose || schedule == nil else {
      throw ScenarioError(.contradiction, "--choose and --schedule exclude each other.")
    }
    let scenario = try ScenarioCatalog.find(id)
    let place = try on.map { name throws(ScenarioError) in try ScenarioKit.Place(named: name) }
    do {
      var walk = try ScenarioKit.Walk(scenario, at: place, settings: settings.make(timeScale: 1), tasks: tasks)
      walk.isDetailed = steps
      try walk.prepare()
      let run = try choose ? walk.steadyRun() : schedule.map { try walk.run(following: $0) } ?? walk.documentedRun()
      if format.json { return Terminal.write(run.walkthrough.json) }
      let session = WalkSession(walk, run, isChoosing: choose)
      if Terminal.canAsk, !plain { try WalkScreens.run(session) } else { try WalkLines.run(session, isAsked: Terminal.canAsk) }
    } catch let error as ScenarioKit.Replay.Impossible {
      throw ScenarioFailure(description: error.description)
    } catch let error as SimulationError {
      throw ScenarioFailure(description: error.description)
    }
  }
}
