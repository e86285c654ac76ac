import ArgumentParser
import PoolCore
import ScenarioKit

/// What several commands share.
struct Settings: ParsableArguments {
  @Option(help: "The size of a pool of the default size; without it, the profile's.")
  var workers: Int?

  @Option(help: "What the run pretends to be: document, host, cpython-3.6 to cpython-3.14.")
  var profile = "document"

  @Option(help: "A number where everything random starts.")
  var seed: UInt64?

  func make(timeScale: Double) throws(ScenarioError) -> RunSettings {
    let settings = RunSettings(
      profile: try Profile(called: profile), workers: workers, timeScale: timeScale, seed: seed)
    try settings.validate()
    return settings
  }
}

struct Format: ParsableArguments {
  @Flag(help: "Print JSON, for programs.")
  var json = false
}

/// The examples that somebody names, each once; all where none is named.
func scenarios(_ ids: [String]) throws(ScenarioError) -> [Scenario] {
  guard !ids.isEmpty else { return ScenarioCatalog.all }
  var result: [Scenario] = []
  for id in ids {
    let scenario = try ScenarioCatalog.find(id)
    if !result.contains(scenario) { result.append(scenario) }
  }
  return result
}

/// A number of repeats that makes sense.
func positive(_ number: Int, _ option: String) throws(ScenarioError) -> Int {
  guard (1...1_000_000).contains(number) else {
    throw ScenarioError(.invalidNumber, "\(option) is \(number), and must be from 1 to 1000000.")
  }
  return number
}
