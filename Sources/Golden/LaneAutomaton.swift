/// Lanes that run side by side, each in its own order, with hidden events between the lines.
///
/// A state is the set of configurations that the lines so far leave possible. Lanes whose name no line prints are
/// interchangeable, so a configuration holds how many of them are in each situation, not which: with lanes alike that
/// keeps the set small, and where it grows all the same the automaton refuses.
struct LaneAutomaton: Automaton {
  let program: Program
  /// For each group, whether any of its lines prints the lane's name.
  private let isNamed: [Bool]

  /// - Parameter named: for each group, whether the lines tell the lane; nil takes that from the shapes of the lines.
  init(program: Program, named: [Bool]? = nil) {
    self.program = program
    isNamed =
      named
      ?? program.groups.indices.map { group in program.kinds.contains { $0.group == group && $0.printsLane } }
  }

  /// The most configurations that one state may hold.
  static let configurationBound = 2_000
  /// The most lanes with printed names that one state may hold.
  static let laneBound = 32
  /// The most numbers that a kind may carry which are not taken in order.
  static let numberBound = 1_000

  struct Situation: Hashable, Comparable, Sendable {
    var template: Int32
    var stage: Int32 = 0
    var count: Int32 = 0
    /// The task it has taken and not printed yet; -1 for none.
    var holding: Int32 = -1
    /// Whether it has run a task, printed or hidden.
    var ran = false

    private var key: (Int32, Int32, Int32, Int32, Int32) { (template, stage, count, holding, ran ? 1 : 0) }
    static func < (a: Self, b: Self) -> Bool { a.key < b.key }
  }

  /// Some lanes in the same situation; one lane where lanes have names.
  struct Bundle: Hashable, Sendable {
    var situation: Situation
    var lanes: Int
  }

  struct Configuration: Hashable, Sendable {
    var groups: [[Bundle]]
    /// The next task to be taken.
    var next: Int32 = 0
    /// How often the hidden event has still to happen.
    var hidden: Int32
  }

  struct State: Hashable, Sendable {
    /// How many lines of each kind were printed.
    var printed: [Int32]
    /// For each kind that is numbered and not taken in order, the numbers printed so far, as bits.
    var numbers: [[UInt64]]
    var configurations: Set<Configuration>
  }

  // MARK: Start and end

  func initial() throws(GoldenError) -> State {
    var choices: [[[Bundle]]] = [[]]
    for (index, group) in program.groups.enumerated() {
      let starts = try starts(group, isNamed: isNamed[index])
      choices = choices.flatMap { choice in starts.map { choice + [$0] } }
    }
    guard program.kinds.allSatisfy({ !$0.isNumbered || $0.isTaken || $0.total <= Self.numberBound }) else {
      throw refusal()
    }
    let hidden = Int32(clamping: program.hiddenEvent?.total ?? 0)
    let numbers = program.kinds.map { kind in
      kind.isNumbered && !kind.isTaken ? Array(repeating: UInt64(0), count: (kind.total + 63) / 64) : []
    }
    return State(
      printed: Array(repeating: 0, count: program.kinds.count), numbers: numbers,
      configurations: try closure(Set(choices.map { Configuration(groups: $0, hidden: hidden) })))
  }

  private func starts(_ group: Program.Group, isNamed: Bool) throws(GoldenError) -> [[Bundle]] {
    if group.templates.count == 1 {
      let situation = Situation(template: 0)
      if !isNamed { return [[Bundle(situation: situation, lanes: group.size)]] }
      guard group.size <= Self.laneBound else { throw refusal() }
      return [Array(repeating: Bundle(situation: situation, lanes: 1), count: group.size)]
    }
    let own = group.templates.indices.map { Bundle(situation: Situation(template: Int32($0)), lanes: 1) }
    guard isNamed, group.namesVary else { return [own] }
    guard group.size <= 6 else { throw refusal() }
    var orders: Set<[Bundle]> = []
    permute(own, from: 0) { orders.insert($0) }
    return Array(orders)
  }

  private func permute(_ bundles: [Bundle], from start: Int, _ visit: ([Bundle]) -> Void) {
    if start == bundles.count { return visit(bundles) }
    var bundles = bundles
    for index in start..<bundles.count {
      bundles.swapAt(start, index)
      permute(bundles, from: start + 1, visit)
    }
  }

  func accepts(_ state: State) -> Bool {
    for (kind, printed) in zip(program.kinds, state.printed) where !kind.canBeCutOff && Int(printed) != kind.total {
      return false
    }
    return state.configurations.contains { configuration in
      configuration.hidden == 0
        && zip(program.groups, configuration.groups).allSatisfy { group, bundles in
          bundles.allSatisfy { isFinished($0.situation, group) }
        }
    }
  }

  /// Whether the lane has printed all its lines, or terminate may have cut off the rest.
  private func isFinished(_ situation: Situation, _ group: Program.Group) -> Bool {
    let stages = group.stages(Int(situation.template))
    for (index, stage) in stages.enumerated().dropFirst(Int(situation.stage)) {
      guard let count = stage.count else { continue }
      let printed = index == situation.stage ? Int(situation.count) : 0
      if printed < count, situation.ran || !program.kinds[stage.kind].canBeCutOff { return false }
    }
    return true
  }

  func cost(of state: State) -> Int {
    state.configurations.reduce(1) { sum, configuration in
      sum + configuration.groups.reduce(0) { $0 + $1.count } * (1 + state.numbers.reduce(0) { $0 + $1.count * 8 })
    }
  }

  // MARK: Steps

  func steps(from state: State) throws(GoldenError) -> [(line: Program.Line, state: State)] {
    var found: [Program.Line: Set<Configuration>] = [:]
    for configuration in state.configurations {
      for (kind, fact) in program.kinds.enumerated() where mayPrint(kind, state) {
        for (index, bundle) in configuration.groups[fact.group].enumerated() {
          guard let stage = stage(of: kind, bundle.situation, fact.group) else { continue }
          for task in tasks(of: kind, bundle.situation, state) {
            let line = line(kind, fact.group, index, task)
            let next = moved(configuration, fact.group, index) { print(kind, stage, &$0, fact.group) }
            found[line, default: []].insert(next)
            guard found[line]?.count ?? 0 <= Self.configurationBound else { throw refusal() }
          }
        }
      }
    }
    var steps: [(line: Program.Line, state: State)] = []
    for (line, configurations) in found.sorted(by: { $0.key < $1.key }) {
      steps.append((line, try after(line, state, configurations)))
    }
    return steps
  }

  func step(from state: State, _ line: Program.Line) throws(GoldenError) -> State? {
    guard mayPrint(line.kind, state) else { return nil }
    let group = program.kinds[line.kind].group
    var configurations: Set<Configuration> = []
    for configuration in state.configurations {
      for (index, bundle) in configuration.groups[group].enumerated() {
        if line.lane >= 0, line.lane != program.groups[group].offset + index { continue }
        guard let stage = stage(of: line.kind, bundle.situation, group),
          canPrint(line.task, of: line.kind, bundle.situation, state)
        else { continue }
        configurations.insert(moved(configuration, group, index) { print(line.kind, stage, &$0, group) })
      }
      guard configurations.count <= Self.configurationBound else { throw refusal() }
    }
    return configurations.isEmpty ? nil : try after(line, state, configurations)
  }

  private func after(
    _ line: Program.Line, _ state: State, _ configurations: Set<Configuration>
  ) throws(GoldenError) -> State {
    var printed = state.printed
    printed[line.kind] += 1
    var numbers = state.numbers
    if !numbers[line.kind].isEmpty { numbers[line.kind][line.task / 64] |= 1 << UInt64(line.task % 64) }
    return State(printed: printed, numbers: numbers, configurations: try closure(configurations))
  }

  private func mayPrint(_ kind: Int, _ state: State) -> Bool {
    Int(state.printed[kind]) < program.kinds[kind].total
      && program.kinds[kind].after.allSatisfy { Int(state.printed[$0]) == program.kinds[$0].total }
  }

  private func line(_ kind: Int, _ group: Int, _ index: Int, _ task: Int) -> Program.Line {
    let lane = program.kinds[kind].printsLane ? program.groups[group].offset + index : -1
    return Program.Line(kind: kind, lane: lane, task: task)
  }

  /// The numbers that a line of this kind may carry now; one that means none where it carries no number.
  private func tasks(of kind: Int, _ situation: Situation, _ state: State) -> [Int] {
    let fact = program.kinds[kind]
    if !fact.isNumbered { return [-1] }
    if fact.isTaken { return situation.holding >= 0 ? [Int(situation.holding)] : [] }
    return (0..<fact.total).filter { canPrint($0, of: kind, situation, state) }
  }

  private func canPrint(_ task: Int, of kind: Int, _ situation: Situation, _ state: State) -> Bool {
    let fact = program.kinds[kind]
    if !fact.isNumbered { return true }
    if fact.isTaken { return Int(situation.holding) == task }
    return state.numbers[kind][task / 64] & (1 << UInt64(task % 64)) == 0
  }

  /// The stage at which the lane can print this kind next; nil if it cannot.
  private func stage(of kind: Int, _ situation: Situation, _ group: Int) -> Int? {
    let stages = program.groups[group].stages(Int(situation.template))
    var printed = Int(situation.count)
    for index in Int(situation.stage)..<stages.count {
      let stage = stages[index]
      if stage.kind == kind, stage.count.map({ printed < $0 }) ?? true { return index }
      if let count = stage.count, printed < count { return nil }
      printed = 0
    }
    return nil
  }

  private func print(_ kind: Int, _ stage: Int, _ situation: inout Situation, _ group: Int) {
    let isBounded = program.groups[group].stages(Int(situation.template))[stage].count != nil
    situation.count = isBounded ? (stage == situation.stage ? situation.count + 1 : 1) : 0
    situation.stage = Int32(stage)
    if program.kinds[kind].isTaken { situation.holding = -1 }
    if program.kinds[kind].isFree { situation.ran = true }
  }

  private func moved(
    _ configuration: Configuration, _ group: Int, _ index: Int, _ change: (inout Situation) -> Void
  ) -> Configuration {
    var next = configuration
    var situation = next.groups[group][index].situation
    change(&situation)
    if isNamed[group] {
      next.groups[group][index].situation = situation
      return next
    }
    next.groups[group][index].lanes -= 1
    if next.groups[group][index].lanes == 0 { next.groups[group].remove(at: index) }
    let place = next.groups[group].firstIndex { $0.situation >= situation } ?? next.groups[group].count
    if place < next.groups[group].count, next.groups[group][place].situation == situation {
      next.groups[group][place].lanes += 1
    } else {
      next.groups[group].insert(Bundle(situation: situation, lanes: 1), at: place)
    }
    return next
  }

  // MARK: Hidden events

  /// Adds what hidden events alone can reach.
  private func closure(_ start: Set<Configuration>) throws(GoldenError) -> Set<Configuration> {
    let taken = program.kinds.firstIndex(where: \.isTaken)
    guard taken != nil || program.hiddenEvent != nil else { return start }
    var reached = start
    var waiting = Array(start)
    while let configuration = waiting.popLast() {
      guard reached.count <= Self.configurationBound else { throw refusal() }
      for (group, bundles) in configuration.groups.enumerated() {
        for (index, bundle) in bundles.enumerated() {
          if let taken, program.kinds[taken].group == group, configuration.next < program.kinds[taken].total,
            bundle.situation.holding < 0, stage(of: taken, bundle.situation, group) != nil
          {
            var next = moved(configuration, group, index) { $0.holding = configuration.next }
            next.next += 1
            if reached.insert(next).inserted { waiting.append(next) }
          }
          if configuration.hidden > 0, hasPrintedAll(bundle.situation, group) {
            var next = moved(configuration, group, index) { $0.ran = true }
            next.hidden -= 1
            if reached.insert(next).inserted { waiting.append(next) }
          }
        }
      }
    }
    return reached
  }

  private func hasPrintedAll(_ situation: Situation, _ group: Int) -> Bool {
    var ran = situation
    ran.ran = true
    return isFinished(ran, program.groups[group])
  }

  func refusal() -> GoldenError {
    GoldenError(
      .bound,
      "the automaton is for few lanes: \(program.example) with \(program.laneCount) lanes has too many ways to give "
        + "lines to lanes", file: program.file)
  }
}

extension Program.Line: Comparable {
  package static func < (a: Self, b: Self) -> Bool { (a.kind, a.lane, a.task) < (b.kind, b.lane, b.task) }
}
