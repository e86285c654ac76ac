package import Multiprocessing
package import PoolCore

/// One run to be done: an example at a place, under settings.
package struct ScenarioRun: Hashable, Sendable {
  package var scenario: Scenario
  package var place: Place
  package var settings: RunSettings

  /// The order of steps that it keeps to; nil for whatever order comes.
  package var steps: StepOrder?

  /// - Throws: where the example makes no sense at that place.
  package init(_ scenario: Scenario, at place: Place, settings: RunSettings) throws(ScenarioError) {
    guard scenario.places.contains(place) else {
      let places = Wording.list(scenario.places.map(\.rawValue), "or")
      throw ScenarioError(
        .impossiblePlace, "\(scenario.id) does not run on \(place.rawValue): its place is \(places).")
    }
    try settings.validate()
    self.scenario = scenario
    self.place = place
    self.settings = settings
  }

  /// Makes the run keep to an order of steps that somebody typed.
  package mutating func keep(to text: String) throws(ScenarioError) {
    guard let steps = StepOrder(text) else {
      throw ScenarioError(
        .invalidSteps,
        "“\(text)” is no order of steps: they are such as “main.print”, “w1.take”, “t2.print”, “w3.put” or “w4.draw 0.5”, "
          + "with commas between them.")
    }
    self.steps = steps
  }

  /// The place where an example runs when nobody names one: the profile's start method, else the only one it has.
  package static func usualPlace(of scenario: Scenario, profile: Profile) -> Place {
    let usual = Place(profile.defaultStartMethod)
    // Every example has at least one place; a test goes through all of them.
    return scenario.places.contains(usual) ? usual : scenario.places.first ?? usual
  }

  /// The program's default start method; nil where the example has the profile's.
  var startMethod: StartMethodName? {
    guard case .programs = scenario.method else { return nil }
    return StartMethodName(rawValue: place.rawValue)
  }

  /// What the golden must know to judge this run.
  package var parameters: [String: String] {
    var result = Self.parameters(of: scenario, at: place, settings: settings)
    result["time-scale"] = "\(settings.timeScale)"
    return result
  }

  /// What the golden must know to judge a text that may come from anywhere.
  package static func parameters(
    of scenario: Scenario, at place: Place?, settings: RunSettings
  ) -> [String: String] {
    let profile = settings.profile
    var result = [
      "default": profile.defaultStartMethod.rawValue,
      "functions": profile.threadNamesCarryFunction ? "yes" : "no",
      "profile": profile.name,
    ]
    switch scenario.method {
    case .programs: result["method"] = (place ?? Place(profile.defaultStartMethod)).rawValue
    case .fixed(let place): result["method"] = place.rawValue
    case .none: break
    }
    if scenario.hasDefaultSize { result["workers"] = "\(settings.defaultSize)" }
    return result
  }

  /// The arguments with which this executable does the run.
  package var arguments: [String] {
    var result = ["run", scenario.id, "--on", place.rawValue, "--profile", settings.profile.name]
    if scenario.hasDefaultSize { result += ["--workers", "\(settings.defaultSize)"] }
    result += ["--time-scale", "\(settings.timeScale)"]
    if let seed = settings.seed { result += ["--seed", "\(seed)"] }
    if let steps { result += ["--steps", "\(steps)"] }
    return result
  }

  /// Long enough for the slowest example on a busy machine: then it hangs.
  package var timeLimit: Duration { .seconds(30) + .seconds(60) * settings.timeScale }
}

extension Place {
  package init(_ method: StartMethodName) {
    switch method {
    case .fork: self = .fork
    case .spawn: self = .spawn
    case .forkserver: self = .forkserver
    }
  }
}
