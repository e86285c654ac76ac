import ArgumentParser
import ScenarioKit
import Simulation

/// The command `scenarios explore ID`.
struct Explore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Every legal output, by exploring the real pool code: how many, which classes, coverage.",
    discussion: """
      Runs the example in a simulated world in every order of its steps. Exit status 1: some order hangs or fails, or \
      prints something else than the golden allows.
      """)

  @Argument(help: "The example, such as A2.")
  var id: String

  @Option(help: "The number of tasks, where the example can be made larger or smaller.")
  var tasks: Int?

  @OptionGroup var settings: Settings

  @Option(help: "How to choose among orders: exhaustive, random or pct (priorities that change).")
  var search = "exhaustive"

  @Option(help: "After how many schedules to stop.")
  var limit: Int?

  @Flag(help: "Count all orders of the steps, however long that takes; without it, half a second.")
  var orders = false

  @Flag(help: "Print the outputs.")
  var list = false

  @Flag(help: "With --list: print a schedule for each output, which `replay --schedule` follows.")
  var schedules = false

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let scenario = try ScenarioCatalog.find(id)
    let subject = try SimulatedScenario(scenario, settings: settings.make(timeScale: 1), tasks: tasks)
    let search = try Exploration.Search(named: search)
    if let limit, limit < 1 {
      throw ScenarioError(.invalidNumber, "--limit is \(limit), and must be at least 1.")
    }
    guard list || !schedules else { throw ScenarioError(.contradiction, "--schedules goes with --list.") }
    guard !list || !subject.drawsValues else {
      throw ScenarioError(
        .contradiction, "The outputs of \(scenario.id) have values that are drawn: they are counted, not listed.")
    }
    var exploration = Exploration(subject, search: search, limit: limit, seed: settings.seed ?? 1)
    exploration.countsOrders = orders
    let progress = ProgressLine()
    let result: ExplorationResult
    do {
      result = try exploration.run { progress.show(schedules: $0, scenario.id) }
    } catch let error as SimulationError {
      throw ScenarioFailure(description: error.description)
    }
    progress.clear()
    if list {
      guard let listing = ExplorationListing(result, schedules: schedules) else {
        throw ScenarioError(
          .contradiction,
          "\(scenario.id) has more than \(Exploration.mostOutputs) outputs at this size: they are counted, not listed.")
      }
      Terminal.write(format.json ? listing.json : listing.text)
    } else {
      Terminal.write(format.json ? result.json : ExplorationReport(result, style: Terminal.style).text)
    }
    guard result.passes else { throw ExitCode(1) }
  }
}
