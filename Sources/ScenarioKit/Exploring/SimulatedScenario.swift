import Examples
package import Golden
import Multiprocessing
import PoolCore
package import Simulation

/// An example made ready for simulation: its program, at the size wanted, and what its golden says of it.
package struct SimulatedScenario: Sendable {
  package let scenario: Scenario
  package let settings: RunSettings
  /// The number of workers and of tasks, where another than the documented one is asked for.
  package let workers: Int?
  package let tasks: Int?
  package let golden: Golden
  package let parameters: Parameters
  let goldenProgram: GoldenProgram
  private let main: @Sendable () throws -> Void
  /// Where it runs, if somebody chose that.
  private let place: Place?
  /// The program's default start method; nil for the profile's.
  private let startMethod: StartMethod?
  /// A pool that is built differently, to see that an exploration finds it out.
  package var variant: Variant?

  /// The most workers and tasks that make sense: beyond, even one run is long.
  package static let largestPool = 64
  package static let mostTasks = 1000

  /// - Parameter place: the program's start method; nil for the profile's.
  /// - Throws: where a number makes no sense, the example does not run at the place, or its program fixes what is to be
  ///   changed.
  package init(
    _ scenario: Scenario, at place: Place? = nil, settings: RunSettings, tasks: Int? = nil
  ) throws(ScenarioError) {
    try settings.validate()
    let usual = ScenarioRun.usualPlace(of: scenario, profile: settings.profile)
    let run = try ScenarioRun(scenario, at: place ?? usual, settings: settings)
    self.place = place
    startMethod = place == nil ? nil : run.startMethod.flatMap { StartMethod(rawValue: $0.rawValue) }
    guard !scenario.startsProcesses else {
      throw ScenarioError(
        .contradiction,
        "\(scenario.id) starts a process that belongs to no pool, which is not simulated: run it on real processes.")
    }
    guard let example = ExamplePrograms.all[scenario.id] else {
      throw ScenarioError(.broken, "\(scenario.id) has no program.")
    }
    let sized = SizedPrograms.all[scenario.id]
    try Self.check(
      scenario, settings.workers, "--workers", isFixed: sized == nil && !scenario.hasDefaultSize, Self.largestPool)
    try Self.check(scenario, tasks, "--tasks", isFixed: sized == nil, Self.mostTasks)
    self.scenario = scenario
    self.settings = settings
    workers = settings.workers
    self.tasks = tasks
    if let sized, workers != nil || tasks != nil {
      let size = (settings.workers ?? SizedPrograms.documented.workers, tasks ?? SizedPrograms.documented.tasks)
      main = { try sized(size.0, size.1) }
    } else {
      main = { try example.main() }
    }
    golden = try ScenarioJudge(scenario).golden
    var values = ScenarioRun.parameters(of: scenario, at: run.place, settings: settings)
    if sized != nil {
      if let workers { values["lanes"] = "\(workers)" }
      if let tasks { values["tasks"] = "\(tasks)" }
    }
    do {
      parameters = try Parameters(values)
      goldenProgram = try golden.program(parameters)
    } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }

  private static func check(
    _ scenario: Scenario, _ number: Int?, _ option: String, isFixed: Bool, _ largest: Int
  ) throws(ScenarioError) {
    guard let number else { return }
    guard !isFixed else {
      throw ScenarioError(
        .contradiction, "The program of \(scenario.id) fixes its size: \(option) makes no sense there.")
    }
    guard (1...largest).contains(number) else {
      throw ScenarioError(.invalidNumber, "\(option) is \(number), and must be from 1 to \(largest) here.")
    }
  }

  /// The example's program, for simulation.
  package var program: SimulatedProgram {
    var program = SimulatedProgram(
      scenario.id,
      settings: Settings(profile: settings.profile, seed: settings.seed, workers: settings.workers),
      startMethod: startMethod, main: main)
    program.variant = variant
    return program
  }

  /// The number of workers and of tasks; 1 and 1 where the program fixes them.
  var dimensions: (workers: Int, tasks: Int) {
    let size = SizedPrograms.documented
    return SizedPrograms.all[scenario.id] == nil ? (1, 1) : (workers ?? size.workers, tasks ?? size.tasks)
  }

  /// The same at another size.
  func sized(_ workers: Int, _ tasks: Int) throws(ScenarioError) -> SimulatedScenario {
    guard SizedPrograms.all[scenario.id] != nil else { return self }
    var settings = settings
    settings.workers = workers
    var sized = try SimulatedScenario(scenario, at: place, settings: settings, tasks: tasks)
    sized.variant = variant
    return sized
  }

  /// What stands for each other here: no line tells it apart.
  package var symmetry: Symmetry {
    Symmetry(
      workers: !goldenProgram.printsLanes, tasks: Self.taskless.contains(scenario.id),
      isForgetful: Self.forgetful.contains(scenario.id))
  }

  /// Examples whose tasks print nothing and whose results nobody reads: only how many are done matters.
  private static let taskless: Set<String> = ["D3"]
  /// Examples whose main program keeps nothing of what it has printed.
  private static let forgetful: Set<String> = ["C1", "F4"]

  /// Whether values are drawn, so that the outputs are counted and not listed.
  package var drawsValues: Bool { goldenProgram.drawsValues }

  /// What is taken as the same, in sentences.
  package var alike: [String] {
    var result: [String] = []
    if symmetry.workers, scenario.places.contains(where: { $0 != .thread }) {
      result.append("worker processes stand for each other: no line names the one that printed it")
    }
    if symmetry.tasks { result.append("tasks stand for each other: they print nothing and nobody reads their results") }
    if let golden = goldenProgram.interchangeable { result.append(golden) }
    if drawsValues { result.append("the values drawn are left free: only the order of the lines counts") }
    return result
  }

  package func simulation(timers: Timers = .patient, granularity: Granularity = .calls) -> Simulation {
    Simulation(program, timers: timers, granularity: granularity, symmetry: symmetry)
  }

  /// How large it is, in words.
  package var size: String {
    if SizedPrograms.all[scenario.id] != nil {
      let size = SizedPrograms.documented
      return Wording.count(workers ?? size.workers, "worker") + ", " + Wording.count(tasks ?? size.tasks, "task")
    }
    return scenario.hasDefaultSize ? Wording.count(settings.defaultSize, "worker") : "as its program has it"
  }
}

extension SimulatedScenario {
  /// The class of an output, in words.
  package func outcomeClass(of output: [String]) -> String { goldenProgram.outcomeClass(of: output) }

  /// Whether the golden allows these lines; when they came is not known.
  func conforms(_ lines: [String]) throws -> Bool {
    try ExplorationResult.verdict(lines, self).conforms
  }
}
