import Multiprocessing
import PoolCore

/// How the lanes stand at a state: who can go on, and what those who wait would have to see happen.
struct Standing {
  typealias Key = AccessTable.Key

  /// Parts of lanes that can begin, or whose wait ends by itself.
  private(set) var ready: Set<Int> = []
  /// Waiting lanes, and the accesses of others that may end their wait.
  private(set) var waiting: [(key: Int, signals: NumberSet)] = []
  private(set) var present: Set<Int> = []

  /// Where nothing is left out and nobody asks.
  init() {}

  init(_ world: SimulatedWorld, _ table: AccessTable, workersAreAlike: Bool) {
    for lane in world.lanes where !lane.isGhost && !lane.isFinished {
      guard let operation = lane.pending else { continue }
      if case .collect(let transport, let deadline) = operation {
        // A lane for each channel. One may have to wait for another, where the order of outcomes matters.
        for place in transport.places {
          let pool = transport.number
          var signals: Set<Access> = [.report(pool: pool), .kill(pool: pool)]
          if world.hasOrder { signals.insert(.hear(pool: pool)) }
          add(table.number(Key.hearing(place, workersAreAlike)), transport.isAudible(place), table.numbers(signals))
        }
        add(
          table.number(lane.key(workersAreAlike)), transport.isInterrupted(.resultHandler) || deadline != nil,
          table.numbers([.interrupt(pool: transport.number)]))
      } else {
        let isReady = !operation.codes(world.timers).isEmpty || operation.deadline != nil
        add(table.number(lane.key(workersAreAlike)), isReady, table.numbers(operation.signals))
      }
    }
  }

  private mutating func add(_ key: Int, _ isReady: Bool, _ signals: NumberSet) {
    present.insert(key)
    if isReady { ready.insert(key) } else { waiting.append((key, signals)) }
  }

  /// Whether one lane's step may stand for all that can happen here: nothing that others may do before it is dependent on
  /// it.
  ///
  /// - Parameters:
  ///   - step: who made the step and what it did.
  ///   - future: what everybody did after it, in every order.
  func suffices(_ step: StepFootprint, _ future: Footprint, _ table: AccessTable) -> Bool {
    let isAsked = future.intersects(table.asking)
    let dangerous = table.dependencies(of: step.own, isAsked: isAsked)
    // Without anything dependent there is nothing to ask.
    if dangerous.isEmpty { return true }
    let owner = table.key(step.key).owner
    /// Others that may go on before this step; what has the same owner comes after it.
    func mayCome(_ key: Int) -> Bool {
      if step.holdsOpen.contains(key) { return false }
      return step.isShared || table.key(key).owner != owner
    }
    var included = ready.filter { mayCome($0) }
    var reachable = NumberSet()
    for key in included { reachable.formUnion(future[key]) }
    var hasChanged = true
    while hasChanged {
      if reachable.intersects(dangerous) { return false }
      hasChanged = false
      func include(_ key: Int) {
        guard !included.contains(key), mayCome(key) else { return }
        included.insert(key)
        reachable.formUnion(future[key])
        hasChanged = true
      }
      for (key, signals) in waiting where reachable.intersects(signals) { include(key) }
      for key in future.sets.keys where !present.contains(key) && reachable.intersects(table.signals[key]) {
        include(key)
      }
    }
    return true
  }
}

/// What one step did.
struct StepFootprint: Sendable {
  /// Whose step it was, and after which wait.
  var key: Int
  var own: NumberSet
  /// What it did after the end of a job or of the pool, under the key of that end.
  var end: (key: Int, accesses: NumberSet)?
  /// Whether others go by the same name.
  var isShared: Bool
  /// The ends that cannot come before this step: that of its worker's pool, and of the job that the worker has a chunk of.
  var holdsOpen: Set<Int>
  /// What it, and the lanes that it started, will do next if they are let.
  var wanted: [(key: Int, accesses: NumberSet)]

  /// Of a step that nobody asks about.
  static let empty = StepFootprint(key: 0, own: NumberSet(), end: nil, isShared: false, holdsOpen: [], wanted: [])
}

extension AccessTable.Key {
  static func hearing(_ place: SimulatedTransport.Place, _ workersAreAlike: Bool) -> AccessTable.Key {
    AccessTable.Key(owner: "hear " + (workersAreAlike ? "w" : place.lane.name))
  }
}

extension Lane {
  /// The key of its next step, chosen in this way.
  func key(_ code: Int, workersAreAlike: Bool) -> AccessTable.Key {
    if case .collect(let transport, _)? = pending,
      let place = transport.places.first(where: { Int($0.id.rawValue) + 1 == code })
    {
      return .hearing(place, workersAreAlike)
    }
    return key(workersAreAlike)
  }

  /// The key of its next step.
  func key(_ workersAreAlike: Bool) -> AccessTable.Key {
    var key = AccessTable.Key(owner: worker != nil && workersAreAlike ? "w" : name, stage: stage)
    if case .park(let parker, _)? = pending { key.stage = parker.number }
    return key
  }
}

extension Operation {
  /// What others must do to let it be done, if it must wait.
  var signals: Set<Access> {
    switch self {
    case .park(let parker, _): [.wake(parker.number)]
    case .take(let transport, _): [.offer(pool: transport.number), .stop(pool: transport.number)]
    case .collect(let transport, _):
      [.report(pool: transport.number), .kill(pool: transport.number), .interrupt(pool: transport.number)]
    case .watch(let transport): [.interrupt(pool: transport.number)]
    case .receive(let channel): [.send(channel.number)]
    case .wordWait(let words, let waiter, _): [.wordWake(words.number, waiter.word)]
    default: []
    }
  }

  /// What it does to others when it is done, as far as that is known before.
  ///
  /// It counts even if it is never done: in another order it might have been.
  func wanted(_ pool: Int?) -> Set<Access> {
    switch self {
    case .print: [.present, .print]
    case .park(let parker, _): [.present, .woken(parker.number)]
    case .take(let transport, _): [.present, .claim(pool: transport.number)]
    case .pass(.take): pool.map { [.present, .claim(pool: $0), .idle(pool: $0)] } ?? [.present]
    case .collect(let transport, _): [.present, .hear(pool: transport.number)]
    case .watch(let transport): [.present, .watch(pool: transport.number)]
    case .kill(let transport, _): [.present, .kill(pool: transport.number)]
    case .report(let transport, _): [.present, .report(pool: transport.number), .orderedReport(pool: transport.number)]
    case .send(let channel): [.present, .send(channel.number)]
    case .receive(let channel): [.present, .receive(channel.number)]
    case .look(let channel): [.present, .look(channel.number)]
    case .wake(let parker): [.present, .wake(parker.number)]
    case .word(let words, let index, let isWritten):
      isWritten
        ? [.present, .wordWrite(words.number, index), .wordWake(words.number, index)]
        : [.present, .wordRead(words.number, index), .wordWait(words.number, index)]
    case .wordWait(let words, let waiter, _):
      [.present, .wordRead(words.number, waiter.word), .wordWait(words.number, waiter.word)]
    case .start, .pass, .sleep, .local: [.present]
    }
  }

  /// Which lanes are tried first where any may go on: those whose steps others are least likely to depend on.
  var rank: Int {
    switch self {
    case .start, .pass, .park, .watch, .sleep: 0
    case .local, .look, .send, .receive, .report, .wake, .word, .wordWait: 1
    case .collect: 2
    case .take: 3
    case .print: 4
    case .kill: 5
    }
  }
}
