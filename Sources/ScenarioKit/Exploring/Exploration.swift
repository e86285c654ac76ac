import Golden
import Simulation

/// Exploring an example: running the real pool code in every order, or in many.
package struct Exploration: Sendable {
  package enum Search: Hashable, Sendable {
    /// Every order, by running those that differ in steps that depend on each other.
    case exhaustive
    /// Orders drawn at random.
    case random
    /// The same with priorities that change a few times: probabilistic concurrency testing.
    case pct

    /// The search that somebody means.
    package init(named name: String) throws(ScenarioError) {
      switch name.lowercased() {
      case "exhaustive": self = .exhaustive
      case "random": self = .random
      case "pct": self = .pct
      default:
        throw ScenarioError(.contradiction, "“\(name)” is not a search: it must be exhaustive, random or pct.")
      }
    }
  }

  package var subject: SimulatedScenario
  package var search: Search = .exhaustive
  /// After how many schedules it is ended.
  package var limit: Int
  package var seed: UInt64
  /// Whether all orders are counted however long it takes.
  package var countsOrders = false

  /// How many schedules an exploration has at most if nobody says.
  package static func usualLimit(_ search: Search) -> Int { search == .exhaustive ? 1_000_000 : 10_000 }

  /// How often priorities change under probabilistic concurrency testing, plus one.
  static let depth = 3
  /// More outputs than this are counted and not listed.
  package static let mostOutputs = 100_000
  /// How long the count of all orders may take, which leaves nothing out, unless it is asked for.
  static let orderTime = Duration.milliseconds(500)
  /// How many schedules it may take where it is.
  static let orderBound = 200_000

  package init(_ subject: SimulatedScenario, search: Search = .exhaustive, limit: Int? = nil, seed: UInt64 = 1) {
    self.subject = subject
    self.search = search
    self.limit = limit ?? Self.usualLimit(search)
    self.seed = seed
  }

  /// Does it; blocks the calling thread.
  ///
  /// - Parameter progress: called now and then with the number of schedules so far.
  @available(*, noasync, message: "run blocks until the exploration is over")
  package func run(_ progress: (Int) -> Void = { _ in }) throws -> ExplorationResult {
    var result = ExplorationResult(self)
    let start = ContinuousClock.now
    switch search {
    case .exhaustive: try explore(&result, progress)
    case .random: sample(&result, .random, progress)
    case .pct: sample(&result, .priorities(depth: Self.depth), progress)
    }
    result.duration = start.duration(to: .now)
    if result.isExhaustive { result.orders = orders }
    try result.compare(subject)
    return result
  }

  private func explore(_ result: inout ExplorationResult, _ progress: (Int) -> Void) throws {
    let explorer = Explorer(subject.simulation())
    repeat {
      explorer.explore(runLimit: min(limit, explorer.runs + 200))
      progress(explorer.runs)
    } while explorer.fault == nil && !explorer.isComplete && explorer.runs < limit
    if let fault = explorer.fault { throw fault }
    result.checked = explorer.checked
    result.runs = explorer.runs
    result.steps = explorer.steps
    result.states = explorer.graph.states
    result.isExhaustive = explorer.isComplete
    result.failures = explorer.failures
    result.outputCount = explorer.graph.countOutputs()
    if !subject.drawsValues, let count = result.outputCount, count <= Self.mostOutputs {
      result.outputs = explorer.graph.outputs()
    }
  }

  /// How many orders there are in all; nil where counting them takes too long, or where there is no end of them.
  private var orders: Double? {
    let explorer = Explorer(subject.simulation(), reduces: false)
    let start = ContinuousClock.now
    repeat {
      explorer.explore(runLimit: explorer.runs + 100)
      if !countsOrders, start.duration(to: .now) > Self.orderTime { return nil }
    } while explorer.fault == nil && !explorer.isComplete && explorer.runs < Self.orderBound
    return explorer.isComplete ? explorer.graph.orders : nil
  }

  private func sample(_ result: inout ExplorationResult, _ method: Sampler.Method, _ progress: (Int) -> Void) {
    let sampler = Sampler(subject.simulation(), method, seed: seed)
    while sampler.runs < limit {
      sampler.run(min(200, limit - sampler.runs))
      progress(sampler.runs)
    }
    result.runs = sampler.runs
    result.steps = sampler.steps
    result.failures = sampler.failures
    result.outputCount = sampler.outputs.count
    if !subject.drawsValues { result.outputs = sampler.outputs.keys.sorted { $0.lexicographicallyPrecedes($1) } }
  }
}
