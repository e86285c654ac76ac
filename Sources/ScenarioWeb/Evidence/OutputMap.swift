import Golden
import PoolCore
import ScenarioKit

/// The legal outputs of an example, each with those who were seen to print it.
struct OutputMap: Sendable {
  struct Output: Sendable {
    var lines: [String]
    var timeline: Timeline
    var group: String
    /// How often each spot printed it.
    var seen: [(spot: Spot, times: Int)] = []
    /// The pool sizes that could have printed it, where that shows.
    var sizes: [Int] = []
  }

  /// The legal outputs at one size of the pool.
  struct Size: Sendable {
    var workers: Int
    var count: Int
  }

  /// More are counted and not listed: only those that were seen are shown.
  static let most = 200

  /// All legal outputs, or those that were seen.
  var outputs: [Output] = []
  /// How many there are in all; nil where the golden cannot tell.
  var count: Int?
  var isComplete: Bool
  /// The number of outputs by the size of the pool, where outputs are too many to be listed.
  var sizes: [Size] = []
  /// Those that belong to no legal output of this size.
  var others = 0

  private let golden: Golden
  private let scenario: Scenario
  private let parameters: Parameters
  private var places: [String: Int] = [:]

  init(_ scenario: Scenario, settings: RunSettings) throws {
    self.scenario = scenario
    golden = try ScenarioJudge(scenario).golden
    let place = ScenarioRun.usualPlace(of: scenario, profile: settings.profile)
    parameters = try Parameters(ScenarioRun.parameters(of: scenario, at: place, settings: settings))
    count = try? golden.count(parameters: parameters)
    let drawsValues = try golden.program(parameters).drawsValues
    isComplete = !drawsValues && count.map { $0 <= Self.most } == true
    if isComplete {
      for lines in try golden.outputs(parameters: parameters, limit: Self.most) { try add(lines, parameters) }
    } else if golden.dependsOnWorkers {
      for workers in 1...12 {
        var sized = parameters
        sized.workers = workers
        if let count = try? golden.count(parameters: sized) { sizes.append(Size(workers: workers, count: count)) }
      }
    }
    if !isComplete { try add(golden.documented, parameters) }
  }

  /// What makes two outputs the same whatever workers are called: who prints what about which task, in order.
  private func key(_ attribution: Attribution) -> String {
    attribution.lines.map { "\($0.kind) \($0.number) \($0.task ?? -1)" }.joined(separator: ", ")
  }

  private func attribution(_ lines: [String], _ parameters: Parameters) throws -> Attribution? {
    var parameters = parameters
    parameters.timed = false
    return try golden.attribution(
      of: Transcript(lines: lines.map { Transcript.Line(bytes: Array($0.utf8)) }), parameters: parameters)
  }

  @discardableResult
  private mutating func add(_ lines: [String], _ parameters: Parameters) throws -> Int? {
    guard let attribution = try attribution(lines, parameters) else { return nil }
    let key = key(attribution)
    if let place = places[key] { return place }
    var output = Output(
      lines: lines, timeline: Timeline(attribution), group: try golden.program(parameters).outcomeClass(of: lines))
    if !isComplete, golden.dependsOnWorkers {
      var untimed = parameters
      untimed.timed = false
      output.sizes = try golden.sizes(
        of: Transcript(lines: lines.map { Transcript.Line(bytes: Array($0.utf8)) }), parameters: untimed, in: 1...12)
    }
    places[key] = outputs.count
    outputs.append(output)
    return outputs.count - 1
  }

  /// Notes who printed what.
  mutating func note(_ evidence: SpotEvidence) throws {
    for (lines, times) in evidence.outputs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let attribution = try attribution(lines, evidence.parameters) else { continue }
      let known = places[key(attribution)]
      guard let place = try isComplete ? known : known ?? add(lines, evidence.parameters) else {
        others += times
        continue
      }
      outputs[place].seen.append((evidence.spot, times))
    }
  }

  /// The number of legal outputs that somebody printed.
  var seenCount: Int { outputs.count { !$0.seen.isEmpty } }

  func seen(by implementation: Spot.Implementation) -> Int {
    outputs.count { $0.seen.contains { $0.spot.implementation == implementation } }
  }
}
