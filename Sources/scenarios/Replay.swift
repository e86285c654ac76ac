import ArgumentParser
import ScenarioKit
import Simulation

/// The command `scenarios replay ID`.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs one example so that it prints exactly the documented output, or exactly a file.",
    discussion: """
      Standard output is the program's output and nothing else. Exit status 1: no correct pool prints that.
      """)

  @Argument(help: "The example, such as A2.")
  var id: String

  @Option(help: "Where: fork, spawn, forkserver, thread or simulated; without it, the profile's start method.")
  var on: String?

  @Option(
    help: ArgumentHelp("The output wanted; without it the documented one; - for standard input.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("A schedule that `explore` printed: the line itself, or a file that has it; simulated."))
  var schedule: String?

  @Option(help: "The number of tasks, where the example can be made larger or smaller; simulated.")
  var tasks: Int?

  @OptionGroup var settings: Settings

  @Option(help: "Multiplies every sleep of the example.")
  var timeScale = RealReplay.timeScale

  @Flag(help: "Print the steps instead of doing them, for run --steps.")
  var steps = false

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    guard output == nil || schedule == nil else {
      throw ScenarioError(.contradiction, "--output and --schedule exclude each other.")
    }
    let scenario = try ScenarioCatalog.find(id)
    let settings = try settings.make(timeScale: timeScale)
    let isSimulated = on.map { $0.lowercased() == "simulated" } ?? (schedule != nil || tasks != nil)
    do {
      if isSimulated { try simulate(scenario, settings) } else { try perform(scenario, settings) }
    } catch let error as ScenarioKit.Replay.Impossible {
      throw ScenarioFailure(description: error.description)
    } catch let error as RealReplay.Illegal {
      throw ScenarioFailure(description: error.description)
    } catch let error as SimulationError {
      throw ScenarioFailure(description: error.description)
    }
  }

  /// In a simulated world.
  private func simulate(_ scenario: Scenario, _ settings: RunSettings) throws {
    guard !steps else { throw ScenarioError(.contradiction, "--steps is for real processes and threads.") }
    let subject = try SimulatedScenario(scenario, settings: settings, tasks: tasks)
    let output = try ScenarioKit.Replay(subject, target: try target()).run()
    if format.json {
      Terminal.write(ReplayReport.json(scenario, simulated: output))
    } else {
      Terminal.write(bytes: output)
    }
  }

  /// With real processes or threads.
  private func perform(_ scenario: Scenario, _ settings: RunSettings) throws {
    guard schedule == nil, tasks == nil else {
      throw ScenarioError(.contradiction, "--schedule and --tasks are for the simulation: add --on simulated.")
    }
    let place = try on.map { name throws(ScenarioError) in try ScenarioKit.Place(named: name) }
    let run = try ScenarioRun(
      scenario, at: place ?? ScenarioRun.usualPlace(of: scenario, profile: settings.profile), settings: settings)
    let replay = try RealReplay(run, output: try wanted())
    if steps { return Terminal.write("\(replay.steps)\n") }
    ScenarioRunner.endRunsOnSignals()
    let failure = try replay.perform(with: ScenarioRunner(environment: Terminal.environment)) { line in
      if format.json { return }
      Terminal.write(line)
      // Written at once: somebody may watch. What cannot be written is reported at the end.
      try? Terminal.flush()
    }
    if let failure { throw ScenarioFailure(description: failure) }
    if format.json { Terminal.write(ReplayReport.json(replay)) }
  }

  private func wanted() throws(ScenarioError) -> [UInt8]? {
    guard let output else { return nil }
    return output == "-" ? try Files.standardInput() : try Files.read(output)
  }

  private func target() throws(ScenarioError) -> ScenarioKit.Replay.Target {
    if let wanted = try wanted() { return .output(wanted) }
    guard let schedule else { return .documented }
    // Every label has a dot behind the thread's name, and is more than one: a name of a file hardly looks so.
    if schedule.contains(", ") || !Files.exists(schedule) { return .schedule(schedule) }
    return .schedule(String(decoding: try Files.read(schedule), as: UTF8.self))
  }
}
