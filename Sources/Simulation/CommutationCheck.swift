/// Takes the table of independence at its word: steps that it calls independent change places, and what is then still to
/// come must be the same.
///
/// It goes to states that are drawn at random, does two steps of different threads in both orders, and compares the states,
/// and where those differ in something that nobody sees, all outputs that can follow.
package final class CommutationCheck {
  private struct Trial {
    var accesses: [Set<Access>] = []
    var labels: [String] = []
    var lines: [String] = []
    var state: Fingerprint?
    var ending: Ending?
  }

  /// What is held against the program: the table, or one with a hole, in which the check must find something.
  package enum Subject: Hashable, Sendable {
    case table, tableWithoutPrints, tableWithoutClaims

    fileprivate func areDependent(_ a: Access, _ b: Access) -> Bool {
      switch (self, a, b) {
      case (.tableWithoutPrints, .print, .print), (.tableWithoutClaims, .claim, .claim): false
      default: Independence.areDependent(a, b) || Independence.areDependent(b, a)
      }
    }
  }

  private let simulation: Simulation
  private let subject: Subject
  private var generator: Generator
  private let explorer: Explorer
  /// How many pairs of steps changed places.
  package private(set) var independent = 0
  /// How many pairs were left alone, for the table calls them dependent.
  package private(set) var dependent = 0
  /// Pairs that the table calls independent and that are not, in sentences.
  package private(set) var differences: [String] = []

  /// - Parameter runLimit: how many runs finding all states of the program may take.
  package init(_ simulation: Simulation, _ subject: Subject = .table, seed: UInt64, runLimit: Int = 20_000) {
    self.subject = subject
    self.simulation = simulation
    generator = Generator(seed: seed)
    explorer = Explorer(simulation, reduces: false)
    explorer.explore(runLimit: runLimit)
  }

  /// Whether all states of the program are known, without which nothing can be compared.
  package var isReady: Bool { explorer.isComplete }

  /// Tries pairs at so many states.
  package func run(_ count: Int) {
    for _ in 0..<count {
      var path: [(choices: [Choice], index: Int)] = []
      _ = simulation.run { [self] _, choices in
        let index = generator.draw(below: choices.count)
        path.append((choices, index))
        return index
      }
      let places = path.indices.filter { Set(path[$0].choices.map(\.lane)).count > 1 }
      guard !places.isEmpty else { continue }
      let place = places[generator.draw(below: places.count)]
      let choices = path[place].choices
      let prefix = path[..<place].map(\.index)
      let first = choices[generator.draw(below: choices.count)]
      let others = choices.filter { $0.lane != first.lane }
      compare(prefix, first, others[generator.draw(below: others.count)])
    }
  }

  private func compare(_ prefix: [Int], _ first: Choice, _ second: Choice) {
    let forward = attempt(prefix, first, second)
    let backward = attempt(prefix, second, first)
    // Where one takes the other's turn away there is nothing to change; it must be because they are dependent.
    guard forward.accesses.count == 2, backward.accesses.count == 2 else { return }
    // What a step does may depend on what was done before it: all that it does in either order counts.
    let one = forward.accesses[0].union(backward.accesses[1])
    let other = forward.accesses[1].union(backward.accesses[0])
    let areDependent = one.contains { own in other.contains { subject.areDependent(own, $0) } }
    guard !areDependent else {
      dependent += 1
      return
    }
    independent += 1
    guard haveSameFuture(forward, backward) else {
      differences.append(
        """
        \(forward.labels.joined(separator: " and ")) are called independent, and are not, after \(prefix.count) choices: \
        \(forward.accesses) and \(backward.accesses)
        """)
      return
    }
  }

  private func haveSameFuture(_ a: Trial, _ b: Trial) -> Bool {
    if a.state == b.state { return a.lines == b.lines && a.ending == b.ending }
    guard let one = outputs(a), let other = outputs(b) else { return false }
    if a.accesses[0] == b.accesses[1], a.accesses[1] == b.accesses[0] { return one == other }
    // A step goes on as long as there is nothing to choose. In one order it went further: that is one of the ways in which
    // the other order can go on.
    return one.isSubset(of: other) || other.isSubset(of: one)
  }

  /// All outputs of runs that begin so; nil for a state that was never met.
  private func outputs(_ trial: Trial) -> Set<[String]>? {
    guard let state = trial.state else { return [trial.lines] }
    return explorer.node(state).map { node in Set(explorer.graph.outputs(from: node).map { trial.lines + $0 }) }
  }

  /// Goes to a state and does two things there; what they did, and where that leads.
  private func attempt(_ prefix: [Int], _ first: Choice, _ second: Choice) -> Trial {
    var trial = Trial()
    var depth = 0
    var isOver = true
    var wanted: [Choice] = [first, second]
    let result = simulation.run { world, choices in
      guard isOver else { return nil }
      if depth < prefix.count {
        depth += 1
        return prefix[depth - 1]
      }
      if let next = wanted.first, let index = choices.firstIndex(of: next) { return index }
      trial.state = world.fingerprint()
      trial.lines = world.output.map(\.text)
      isOver = false
      return nil
    } stepped: { world, _, _ in
      guard isOver, depth == prefix.count, let next = wanted.first, let step = world.steps.last,
        world.steps.count(where: { !$0.wasForced }) > prefix.count
      else { return }
      guard step.choice == next else {
        // Another step comes between: they are no neighbours.
        wanted = []
        return
      }
      wanted.removeFirst()
      trial.accesses.append(world.accesses.union(world.endAccesses))
      trial.labels.append(step.label)
    }
    if isOver {
      trial.lines = result.lines
      trial.ending = result.ending
    }
    return trial
  }
}
