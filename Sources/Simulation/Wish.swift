import Multiprocessing

/// Something that a learner may bring about by choosing who moves.
package enum Wish: Hashable, Sendable {
  /// These lines, and no others.
  case output([String])
  /// A worker, by its lane, that takes nothing from the queue.
  case idle(String)
  /// Each worker takes as much as the others.
  case evenShare
  /// The worker with this lane prints nothing before all others have printed all that they will.
  case last(String)

  /// Whether a run that came to its end is what is wished for.
  package func isGranted(by recording: Recording) -> Bool {
    guard recording.result.ending == .finished else { return false }
    switch self {
    case .output(let lines): return recording.result.lines == lines
    case .idle(let lane): return recording.idleWorkers.contains(lane)
    case .evenShare:
      let counts = Set(recording.lanes.filter { $0.role == .worker }.map { lane in
        recording.result.events.count { $0.isClaim(of: lane.name) }
      })
      return counts.count == 1 && counts != [0]
    case .last(let lane):
      let writers = recording.result.output.map(\.writer)
      guard let first = writers.firstIndex(of: lane) else { return false }
      return first > 0 && writers[first...].allSatisfy { $0 == lane }
    }
  }
}

extension Schedule.Event {
  fileprivate func isClaim(of lane: String) -> Bool {
    guard case .claim = kind else { return false }
    return self.lane == lane
  }
}

/// Looks for a run that grants a wish.
private struct WishGuide: Guide {
  let wish: Wish

  func progress(_ world: SimulatedWorld) -> Int? {
    switch wish {
    case .output(let lines): return LineGuide(lines: lines).progress(world)
    case .idle(let lane): return world.events.contains { $0.isClaim(of: lane) } ? nil : 0
    case .evenShare:
      return world.lanes.reduce(0) { sum, lane in
        sum &+ mix(lane.number, world.events.count { $0.isClaim(of: lane.name) })
      }
    case .last(let lane):
      let writers = world.output.map(\.writer)
      guard let first = writers.firstIndex(of: lane) else { return 0 }
      return first > 0 && writers[first...].allSatisfy { $0 == lane } ? 1 : nil
    }
  }

  func accepts(_ result: RunResult) -> Bool { result.ending == .finished }
}

extension ScheduleFinder {
  /// A run that grants a wish; nil where none was found.
  ///
  /// - Parameter settled: whether a run that came to its end grants it.
  package func run(
    granting wish: Wish, _ settled: (RunResult) -> Bool
  ) throws(SimulationError) -> RunResult? {
    try search(WishGuide(wish: wish), isHasty: false, settled)
  }
}

extension Simulation {
  /// The order in which the fewest times another thread than before does something that shows; nil where the search passes its
  /// bound.
  ///
  /// The cheapest beginnings are tried first, and no state twice with the same thread to go on.
  package func fewestSwitches(runLimit: Int = 20_000) -> Recording? {
    struct Key: Hashable {
      var state: Fingerprint
      var mover: String?
    }
    var queues: [[[Choice]]] = [[[]]]
    var known: Set<Key> = []
    var best: (cost: Int, tape: [Choice])?
    var runs = 0
    var cost = 0
    while cost < queues.count, best.map({ $0.cost > cost }) ?? true {
      while let tape = queues[cost].popLast() {
        guard runs < runLimit else { return nil }
        runs += 1
        var isOver = true
        let result = run { world, choices in
          let step = world.steps.count
          if step < tape.count { return choices.firstIndex(of: tape[step]) ?? 0 }
          guard isOver else { return nil }
          let ways = choices.map { world.way($0) }
          if let quiet = ways.firstIndex(where: { !$0.isTelling }) { return quiet }
          isOver = false
          let (spent, mover) = Self.switches(world.steps)
          guard known.insert(Key(state: world.fingerprint(), mover: mover)).inserted else { return nil }
          for way in ways {
            let isSwitch = LabelGuide.isTelling(".\(way.word)") && mover != nil && way.lane != mover
            let next = spent + (isSwitch ? 1 : 0)
            while queues.count <= next { queues.append([]) }
            queues[next].append(world.steps.map(\.choice) + [way.choice])
          }
          return nil
        }
        guard isOver, result.ending == .finished else { continue }
        let spent = Self.switches(result.steps).count
        if best.map({ $0.cost > spent }) ?? true { best = (spent, result.steps.map(\.choice)) }
      }
      cost += 1
    }
    return best.map { record($0.tape) }
  }

  /// How often the thread changes that does something that shows, and which was the last.
  static func switches(_ steps: [Step]) -> (count: Int, mover: String?) {
    var count = 0
    var mover: String?
    for step in steps where LabelGuide.isTelling(step.label) {
      let lane = String(step.label.prefix { $0 != "." })
      if let mover, mover != lane { count += 1 }
      mover = lane
    }
    return (count, mover)
  }
}
