import CPython
import FoundationEssentials
import Golden
package import ScenarioKit

/// The web report: runs examples here and on CPythons, and makes one folder of pages of what came out.
package struct WebReport: Sendable {
  package var scenarios: [Scenario]
  package var settings: RunSettings
  /// How many runs for each example, place and implementation.
  package var repeats: Int
  package var pythons: [Python]
  /// What a reader should know of how the report was made, such as why there is no CPython.
  package var notes: [String] = []

  /// After how many schedules the exploration of an example is ended: what takes longer is explored in part, and says so.
  package static let schedules = 2000

  package init(_ scenarios: [Scenario], settings: RunSettings, repeats: Int, pythons: [Python]) {
    self.scenarios = scenarios
    self.settings = settings
    self.repeats = repeats
    self.pythons = pythons
  }

  /// What was written.
  package struct Result: Sendable, Encodable {
    package var pages: Int
    package var bytes: Int
    package var runs: Int
    package var conforming: Int
    /// Whether every run conforms, and every exploration agrees with its golden.
    package var conforms: Bool

    /// One JSON object.
    package var json: String { JSON.text(self) }

    /// Two sentences for a terminal.
    package func text(folder: String) -> String {
      "\(Wording.count(runs, "run")): \(conforming) conform, \(runs - conforming) do not.\n"
        + "\(Wording.count(pages, "page")), \(Numbers.bytes(bytes)): \(folder)/index.html\n"
    }
  }

  /// Does everything and writes the folder; `progress` may be called from any thread.
  @available(*, noasync, message: "write blocks until all runs have ended")
  package func write(
    to folder: ReportFolder, environment: [String: String],
    progress: @escaping @Sendable (_ done: Int, _ total: Int, _ what: String) -> Void
  ) throws -> Result {
    let content = try collect(environment, progress)
    let site = try makeSite(content)
    try folder.write(site.files)
    return Self.result(of: content.examples, site)
  }

  /// On its own: the optimizer of Swift 6.3 stops with an error of its own when this is a part of `write`.
  @inline(never) private static func result(of examples: [ExampleEvidence], _ site: Site) -> Result {
    var result = Result(
      pages: site.files.keys.count { $0.hasSuffix(".html") }, bytes: site.size, runs: 0, conforming: 0, conforms: true)
    for example in examples {
      for spot in example.spots {
        result.runs += spot.runs
        result.conforming += spot.conforming
        if !spot.passes { result.conforms = false }
      }
      if let exploration = example.exploration, !exploration.passes { result.conforms = false }
    }
    return result
  }

  private func collect(
    _ environment: [String: String], _ progress: @escaping @Sendable (Int, Int, String) -> Void
  ) throws -> ReportContent {
    let oracle = try OracleRunner(environment: environment)
    let costs = StartingCosts(pythons: pythons, oracle)
    let own = try OwnRuns(
      runs: Check.runs(of: scenarios, on: [], settings: settings), repeats: repeats,
      runner: ScenarioRunner(environment: environment)
    ).collect(progress)
    let others =
      pythons.isEmpty
      ? [:]
      : try OracleRuns(scenarios: scenarios, pythons: pythons, repeats: repeats, settings: settings, runner: oracle)
        .collect(progress)
    let claims = ClaimCheck(pythons: pythons).run(with: oracle) { progress($0, $1, "claims checked") }
    let examples = try scenarios.enumerated().map { number, scenario in
      progress(number, scenarios.count, "examples explored")
      return try example(scenario, (own[scenario.id] ?? []) + (others[scenario.id] ?? []))
    }
    return ReportContent(
      examples: examples, implementations: [.own] + pythons.map { .python($0.version.description) }, claims: claims, costs: costs,
      notes: notes)
  }

  private func example(_ scenario: Scenario, _ spots: [SpotEvidence]) throws -> ExampleEvidence {
    var map = try OutputMap(scenario, settings: settings)
    for spot in spots { try map.note(spot) }
    var evidence = ExampleEvidence(scenario: scenario, spots: spots, map: map)
    // A program that fixes its size has that one under simulation as well, whatever was asked for the others.
    var settings = settings
    if !scenario.hasDefaultSize { settings.workers = nil }
    do {
      let subject = try SimulatedScenario(scenario, settings: settings)
      evidence.exploration = try Exploration(subject, limit: Self.schedules).run()
    } catch { evidence.explorationFailure = "\(error)" }
    do {
      evidence.walk = try WalkTree(scenario, settings: settings, outputs: map.isComplete ? map.outputs.map(\.lines) : [])
    } catch { evidence.walkFailure = "\(error)" }
    return evidence
  }
}

/// Everything that a report shows.
struct ReportContent: Sendable {
  var examples: [ExampleEvidence]
  /// This package first.
  var implementations: [Spot.Implementation]
  var claims: ClaimTable
  var costs: StartingCosts
  var notes: [String]
}
