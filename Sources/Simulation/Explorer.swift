import Multiprocessing

/// Every order of a program, by running it again and again and choosing differently; states that were seen before are
/// recognised, and orders that differ only in steps that do not depend on each other are run once.
package final class Explorer {
  /// What is known of one way to go on.
  private struct Way {
    var step: StepFootprint
    /// Everything that happens after it, in every order.
    var future = Footprint()
    var lines: [String] = []
    var target = 0
  }

  private struct Frame {
    var node: Int
    var choices: [Choice]
    /// The choices to try, in groups: a group is all that one lane can do.
    var groups: [[Int]]
    var kinds: [Kind]
    var group = 0
    var member = 0
    var standing: Standing
    /// What each lane will do next if it is let.
    var wanted: Footprint
    /// How many steps and lines there were when the state was reached.
    var steps: Int
    var lines: Int
    /// The ways of the current group.
    var ways: [Way] = []
    var footprint = Footprint()
    /// A later state leads back here: nothing may be left out.
    var isOnCycle = false

    var index: Int { groups[group][member] }
  }

  /// Groups that behave alike: what kind of operation, of whom.
  private struct Kind: Hashable {
    var rank: Int
    var lane: String
  }

  /// How often a group of a kind was enough. Whose steps are rarely enough is tried last.
  private struct Experience {
    var tries = 0
    var failures = 0
    var failureRate: Double { (Double(failures) + 1) / (Double(tries) + 2) }
    mutating func add(_ sufficed: Bool) {
      tries += 1
      if !sufficed { failures += 1 }
    }
  }
  private var experience: [Kind: Experience] = [:]

  private let simulation: Simulation
  private let workersAreAlike: Bool
  private let reduces: Bool
  package private(set) var graph = StateGraph()
  private let table = AccessTable()
  private var known: [Fingerprint: Int] = [:]
  /// What happens after each state; nil while it is being explored.
  private var futures: [Footprint?] = []
  private var frames: [Frame] = []
  package private(set) var runs = 0
  package private(set) var steps = 0
  /// Schedules that ended in a way that no correct pool allows.
  package private(set) var failures: [RunResult] = []

  /// - Parameter guardInterval: one run in so many is replayed, to see that the program is deterministic.
  package init(_ simulation: Simulation, reduces: Bool = true, guardInterval: Int = 16) {
    self.guardInterval = max(2, guardInterval)
    self.simulation = simulation
    workersAreAlike = simulation.symmetry.workers
    self.reduces = reduces
  }

  /// What ended the exploration before its time.
  package private(set) var fault: SimulationError?
  /// How many runs have been replayed and were the same.
  package private(set) var checked = 0
  /// One run in so many is replayed.
  private let guardInterval: Int

  /// Whether nothing is left to try.
  package var isComplete: Bool { fault == nil && runs > 0 && frames.isEmpty }

  /// The number of a state that was met.
  func node(_ state: Fingerprint) -> Int? { known[state] }

  /// Runs until nothing is left to try, or so many schedules have been run, or the program turns out not to be deterministic.
  package func explore(runLimit: Int = .max) {
    repeat {
      runOnce()
    } while fault == nil && !frames.isEmpty && runs < runLimit
  }

  /// Replays a run: the same choices must lead to the same steps and lines.
  private func check(_ result: RunResult) {
    checked += 1
    do { try simulation.replay(result) } catch { fault = error }
  }

  /// What a lane will do next if it is let.
  private func wanted(_ lane: Lane) -> NumberSet {
    guard let operation = lane.pending else { return NumberSet() }
    var accesses = operation.wanted(lane.pool)
    if lane.worker != nil, let pool = lane.pool {
      accesses.insert(.alive(pool: pool))
      if simulation.faults.deaths > 0 { accesses.insert(.kill(pool: pool)) }
    }
    return table.numbers(accesses)
  }

  private func wanted(_ world: SimulatedWorld) -> Footprint {
    var footprint = Footprint()
    guard reduces else { return footprint }
    for lane in world.lanes where !lane.isGhost && !lane.isFinished {
      footprint.add(table.number(lane.key(workersAreAlike)), wanted(lane))
    }
    return footprint
  }

  private func footprint(
    _ world: SimulatedWorld, _ lane: Lane, _ key: AccessTable.Key, _ lanesBefore: Int
  ) -> StepFootprint {
    guard reduces else { return .empty }
    let isHearing = world.accesses.contains { access in
      if case .hear = access { return true }
      return false
    }
    var holdsOpen: Set<Int> = []
    if let pool = lane.pool, lane.isWorker || isHearing {
      holdsOpen.insert(table.number(.end(pool)))
      for job in world.jobsHeld { holdsOpen.insert(table.number(.settled(pool, job))) }
    }
    return StepFootprint(
      key: table.number(key), own: table.numbers(world.accesses),
      end: world.end.map { (table.number($0), table.numbers(world.endAccesses)) },
      isShared: workersAreAlike && (lane.worker != nil || isHearing), holdsOpen: holdsOpen,
      wanted: world.lanes.filter { $0 === lane || $0.number >= lanesBefore }.map {
        (table.number($0.key(workersAreAlike)), wanted($0))
      })
  }

  private func addNode() -> Int {
    futures.append(nil)
    return graph.addNode()
  }

  private func runOnce() {
    var depth = 0
    var footprints: [StepFootprint] = []
    /// The known state in which the run leaves what this exploration has to look at, if it does.
    var seen: Int?
    var linesWanted = 0
    var stepsWanted = 0
    let firstNew = frames.count
    /// How many lanes there were after the last step.
    var lanes = 0
    let result = simulation.run { [self] world, choices in
      if depth < frames.count {
        if frames[depth].choices != choices, fault == nil { fault = .notDeterministic(world, simulation.program) }
        depth += 1
        return fault == nil ? frames[depth - 1].index : nil
      }
      let fingerprint = world.fingerprint()
      if let node = known[fingerprint] {
        seen = node
        linesWanted = world.output.count
        stepsWanted = footprints.count
        return nil
      }
      let node = addNode()
      known[fingerprint] = node
      let (groups, kinds) = groups(world, choices)
      frames.append(
        Frame(
          node: node, choices: choices, groups: groups, kinds: kinds,
          standing: reduces ? Standing(world, table, workersAreAlike: workersAreAlike) : Standing(),
          wanted: wanted(world), steps: footprints.count, lines: world.output.count))
      depth += 1
      return frames[depth - 1].index
    } stepped: { [self] world, lane, key in
      footprints.append(footprint(world, lane, key, lanes))
      lanes = world.lanes.count
    }
    runs += 1
    steps += result.steps.count
    if fault == nil, runs % guardInterval == 1 { check(result) }
    guard fault == nil else { return }
    let lines = result.lines
    var target: Int
    if let seen {
      target = seen
    } else {
      linesWanted = lines.count
      stepsWanted = footprints.count
      if result.ending != .finished { failures.append(result) }
      target = graph.addEnding(result.ending)
      while futures.count <= target { futures.append(Footprint()) }
    }
    if futures[target] == nil, let start = frames.firstIndex(where: { $0.node == target }) {
      for index in start..<frames.count { frames[index].isOnCycle = true }
    }
    guard !frames.isEmpty else { return graph.start(Array(lines[..<linesWanted]), target) }
    if firstNew == 0 { graph.start(Array(lines[..<frames[0].lines]), frames[0].node) }
    // The last frame that existed before has a new way, and so has every frame behind it.
    for index in max(0, firstNew - 1)..<frames.count {
      let next =
        index + 1 < frames.count
        ? (frames[index + 1].steps, frames[index + 1].lines, frames[index + 1].node)
        : (stepsWanted, linesWanted, target)
      let frame = frames[index]
      var way = Way(step: footprints[frame.steps])
      for step in footprints[frame.steps..<next.0] {
        for wanted in step.wanted { way.future.add(wanted.key, wanted.accesses) }
      }
      way.future.formUnion(frame.wanted)
      way.future.add(end: way.step, table)
      for step in footprints[(frame.steps + 1)..<next.0] { way.future.add(step, table) }
      way.lines = Array(lines[frame.lines..<next.1])
      way.target = next.2
      graph.add(from: frame.node, to: way.target, way.lines, choice: frame.index)
      frames[index].ways.append(way)
    }
    advance()
  }

  /// All that each lane can do; lanes that stand for each other once, the least dependent first.
  private func groups(_ world: SimulatedWorld, _ choices: [Choice]) -> ([[Int]], [Kind]) {
    var groups: [(kind: Kind, rank: Int, members: [Int])] = []
    var lanes: [Int: Int] = [:]
    var seen: Set<Int> = []
    for (index, choice) in choices.enumerated() {
      let lane = world.lanes[choice.lane]
      guard let operation = lane.pending else { continue }
      if workersAreAlike, let place = lane.worker {
        let transport = world.transports.first { $0.places.contains { $0 === place } }
        let pool = transport?.number ?? 0
        let machine = world.engines.indices.contains(pool) ? world.engines[pool].snapshot.machine : nil
        let signature = place.signature(machine, named: false, counted: true) { transport?.rank($0) ?? 0 }
        guard seen.insert(signature).inserted || lanes[choice.lane] != nil else { continue }
      }
      // Reports of different workers are heard by one thread but wait in different channels.
      if case .collect = operation {
        groups.append((Kind(rank: operation.rank, lane: "hear"), operation.rank, [index]))
      } else if let group = lanes[choice.lane] {
        groups[group].members.append(index)
      } else {
        lanes[choice.lane] = groups.count
        let kind = Kind(rank: operation.signature, lane: lane.isWorker ? "" : lane.name)
        groups.append((kind, operation.rank, [index]))
      }
    }
    let order = groups.indices.sorted { a, b in
      let first = experience[groups[a].kind]?.failureRate ?? 0.5
      let second = experience[groups[b].kind]?.failureRate ?? 0.5
      return (first, groups[a].rank, a) < (second, groups[b].rank, b)
    }
    return (order.map { groups[$0].members }, order.map { groups[$0].kind })
  }

  /// Goes back to the last state that has something left to try.
  private func advance() {
    while var frame = frames.popLast() {
      if var way = frame.ways.popLast() {
        way.future.formUnion(futures[way.target] ?? Footprint())
        frame.ways.append(way)
        frame.footprint.add(way.step, table)
        frame.footprint.formUnion(way.future)
      }
      frame.member += 1
      if frame.member == frame.groups[frame.group].count {
        let suffices =
          reduces && !frame.isOnCycle
          && frame.ways.allSatisfy { frame.standing.suffices($0.step, $0.future, table) }
        experience[frame.kinds[frame.group], default: Experience()].add(suffices)
        frame.group += 1
        frame.member = 0
        frame.ways = []
        if suffices { frame.group = frame.groups.count }
      }
      if frame.group < frame.groups.count {
        frames.append(frame)
        return
      }
      futures[frame.node] = frame.footprint
    }
  }
}
