import Simulation

/// Things for a learner to bring about, each with a run that does: what cannot be reached is no goal.
struct WalkGoals {
  private struct Candidate {
    var id: String
    var text: String
    var wish: Wish
  }

  private let entries: [(goal: Walkthrough.Goal, wish: Wish)]
  /// The fewest switches with which the program can come to its end; nil where it was not found.
  private let fewest: (count: Int, solution: String)?

  /// How many orders are tried for each goal, and how many beginnings to find the fewest switches, with up to eight workers;
  /// with more, of which each run takes longer, as many fewer.
  private static let runLimit = 120
  private static let switchLimit = 600

  init(_ walk: Walk, documented: Recording) {
    let steady = walk.record([])
    var found: [(Walkthrough.Goal, Wish)] = []
    var runs = [steady, documented]
    let share = max(1, steady.lanes.count { $0.role == .worker } / 8)
    for candidate in Self.candidates(walk, steady) {
      guard let run = runs.first(where: { candidate.wish.isGranted(by: $0) }) ?? Self.run(granting: candidate.wish, walk, limit: Self.runLimit / share)
      else { continue }
      runs.append(run)
      let goal = Walkthrough.Goal(
        id: candidate.id, text: candidate.text, isReached: false, solution: "\(run.result.schedule)")
      found.append((goal, candidate.wish))
    }
    // What comes about whatever one does is no goal.
    entries = found.filter { entry in !runs.allSatisfy { entry.1.isGranted(by: $0) } }
    // With a single order nobody can do better or worse.
    let fewest = steady.moments.contains { $0.ways.count(where: \.isTelling) > 1 }
      ? walk.fewestSwitches(limit: Self.switchLimit / share) : nil
    self.fewest = fewest.map { ($0.switches, "\($0.result.schedule)") }
  }

  /// A run that grants a wish, if few tries find one.
  private static func run(granting wish: Wish, _ walk: Walk, limit: Int) -> Recording? {
    let finder = walk.finder(limit: limit)
    let found = try? finder.run(granting: wish) { wish.isGranted(by: walk.record($0.steps.map(\.choice))) }
    return found.flatMap { $0 }.map { walk.record($0.steps.map(\.choice)) }
  }

  private static func candidates(_ walk: Walk, _ steady: Recording) -> [Candidate] {
    var result: [Candidate] = []
    if let documented = walk.documented {
      result.append(Candidate(id: "documented", text: "Print the documented output.", wish: .output(documented)))
    }
    let workers = steady.lanes.filter { $0.role == .worker }
    guard workers.count > 1, let second = workers.dropFirst().first else { return result }
    let name = (second.name.hasPrefix("t") ? "thread " : "worker ") + second.name.dropFirst()
    result.append(Candidate(id: "idle", text: "Let \(name) get no task.", wish: .idle(second.name)))
    result.append(Candidate(id: "even", text: "Give each of them as many tasks as the others.", wish: .evenShare))
    let first = workers[0].name
    let firstName = (first.hasPrefix("t") ? "thread " : "worker ") + first.dropFirst()
    result.append(
      Candidate(id: "last", text: "Let \(firstName) begin to print when all others have printed all.", wish: .last(first)))
    return result
  }

  /// The goals, and which of them a run reaches.
  func reached(by recording: Recording) -> [Walkthrough.Goal] {
    var goals = entries.map { entry in
      var goal = entry.goal
      goal.isReached = entry.wish.isGranted(by: recording)
      return goal
    }
    if let fewest {
      let count = Wording.count(fewest.count, "switch", "switches")
      goals.append(
        Walkthrough.Goal(
          id: "fewest", text: "Come to the end with \(count) between processes or threads: fewer are not possible.",
          isReached: recording.result.ending == .finished && recording.switches == fewest.count,
          solution: fewest.solution))
    }
    return goals
  }
}
