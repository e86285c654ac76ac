/// Makes programs from seeds: the same seed, the same program, on every machine.
package struct ProgramGenerator: Sendable {
  /// The kinds of pools to make, each as often as it stands here: the slow ones are rarer.
  package var kinds: [PoolProgram.Kind] = [
    .thread, .thread, .thread, .thread, .fork, .fork, .fork, .fork, .forkserver, .spawn,
  ]

  package var largestPool = 3
  package var mostSteps = 8

  package init() {}

  /// A program in which every step sees the same in every legal schedule, or the same as a set.
  package func program(seed: UInt64) -> PoolProgram {
    var random = SeededGenerator(seed: seed)
    return program(using: &random)
  }

  private func program(using random: inout SeededGenerator) -> PoolProgram {
    let kind = kinds.randomElement(using: &random) ?? .thread
    var program = PoolProgram(
      kind: kind, workers: Int.random(in: 1...max(1, largestPool), using: &random),
      initial: Bool.random(using: &random) ? Int.random(in: 1...100, using: &random) : nil, steps: [])
    if kind != .thread, Int.random(in: 0..<3, using: &random) == 0 {
      program.maxTasksPerChild = Int.random(in: 1...3, using: &random)
    }
    var draft = Draft(workers: program.workers, hasProcesses: kind != .thread)
    let count = Int.random(in: 1...max(1, mostSteps), using: &random)
    while draft.steps.count < count { draft.addStep(using: &random) }
    draft.end(using: &random)
    program.steps = draft.steps
    return program
  }
}

/// A program under construction: what has been asked for and not yet been taken.
private struct Draft {
  private enum State { case running, closed, terminated, joined }

  let workers: Int
  let hasProcesses: Bool
  private(set) var steps: [PoolProgram.Step] = []
  private var state = State.running
  private var slots = 0
  /// Results that may not be there yet.
  private var pending: [Int] = []
  /// Results that are there.
  private var settled: [Int] = []

  /// Whether a task was lost: then nothing may wait for all of them.
  private var hasLoss = false

  init(workers: Int, hasProcesses: Bool) {
    self.workers = workers
    self.hasProcesses = hasProcesses
  }

  mutating func addStep(using random: inout SeededGenerator) {
    switch Int.random(in: 0..<40, using: &random) {
    case 0..<6: steps.append(.init(.apply, function(using: &random), items: [item(using: &random)]))
    case 6..<14: submit(using: &random)
    case 14..<18: steps.append(.init(.map, .checked, items: items(using: &random), chunkSize: chunk(using: &random)))
    case 18..<20: steps.append(.init(.map, function(using: &random), items: positive(using: &random)))
    case 20..<22: steps.append(.init(.starmap, items: positive(using: &random), chunkSize: chunk(using: &random)))
    case 22..<26:
      steps.append(.init(.imap, .checked, items: items(using: &random), chunkSize: smallChunk(using: &random)))
    case 26..<28: steps.append(.init(.imapUnordered, .checked, items: items(using: &random), chunkSize: 1))
    case 28: tooEarly(using: &random)
    case 29: loss(using: &random)
    case 30..<34: settle(using: &random)
    case 34..<36: look(using: &random)
    case 36..<38: reportCallbacks()
    default: misuse(using: &random)
    }
  }

  /// Takes every result and ends the pool in one of the regular ways.
  mutating func end(using random: inout SeededGenerator) {
    guard state != .terminated else { return }
    let closesFirst = state == .running && !hasLoss && Bool.random(using: &random)
    if closesFirst { steps.append(.init(.close)) }
    takeAll()
    reportCallbacks()
    if closesFirst || state == .closed {
      steps.append(.init(.join))
      steps += settled.prefix(2).map { .init(.ready, slot: $0) }
    } else if state == .running {
      steps.append(.init(.terminate))
      steps.append(.init(.join))
    }
  }

  // MARK: Steps

  private mutating func submit(using random: inout SeededGenerator) {
    let callback = Bool.random(using: &random)
    let slot = slots
    slots += 1
    if Bool.random(using: &random) {
      steps.append(
        .init(.applyAsync, function(using: &random), items: [item(using: &random)], slot: slot, callback: callback))
    } else {
      steps.append(
        .init(
          .mapAsync, .checked, items: items(using: &random), chunkSize: chunk(using: &random), slot: slot,
          callback: callback))
    }
    if state == .running { pending.append(slot) }
  }

  /// A task that takes a while and a `get` that does not wait for it.
  private mutating func tooEarly(using random: inout SeededGenerator) {
    guard state == .running else { return }
    let slot = slots
    slots += 1
    steps.append(.init(.applyAsync, .nap, items: [250], slot: slot))
    steps.append(.init(.get, slot: slot, timeout: Bool.random(using: &random) ? 0 : 10))
    steps.append(.init(.get, slot: slot))
    settled.append(slot)
  }

  /// A result that never comes: the worker dies, or the pool is terminated before.
  private mutating func loss(using random: inout SeededGenerator) {
    guard state == .running else { return }
    let slot = slots
    slots += 1
    takeAll()
    if hasProcesses, Bool.random(using: &random) {
      hasLoss = true
      steps.append(.init(.applyAsync, .die, items: [3], slot: slot))
    } else {
      steps.append(.init(.applyAsync, .nap, items: [250], slot: slot))
      steps.append(.init(.terminate))
      state = .terminated
    }
    steps.append(.init(.get, slot: slot, timeout: 200))
  }

  private mutating func settle(using random: inout SeededGenerator) {
    guard state == .running || state == .closed, let slot = pending.randomElement(using: &random) else { return }
    pending.removeAll { $0 == slot }
    settled.append(slot)
    let operation: PoolProgram.Step.Operation = Bool.random(using: &random) ? .get : .wait
    steps.append(.init(operation, slot: slot))
  }

  private mutating func look(using random: inout SeededGenerator) {
    guard let slot = settled.randomElement(using: &random) else { return }
    let operations: [PoolProgram.Step.Operation] = [.ready, .successful, .get]
    steps.append(.init(operations.randomElement(using: &random) ?? .get, slot: slot))
  }

  private mutating func takeAll() {
    steps += pending.map { .init(.get, slot: $0) }
    settled += pending
    pending = []
  }

  /// What callbacks saw so far: only when no result is under way, so that it is certain.
  private mutating func reportCallbacks() {
    guard state == .running || state == .closed else { return }
    takeAll()
    steps.append(.init(.callbacks))
  }

  /// Operations out of season: join before close, work after close, close twice.
  private mutating func misuse(using random: inout SeededGenerator) {
    switch (state, Int.random(in: 0..<4, using: &random)) {
    case (.running, 0), (.running, 1): steps.append(.init(.join))
    case (.running, 2) where !hasLoss, (.closed, 0):
      state = .closed
      steps.append(.init(.close))
    case (.running, _), (.closed, 1):
      takeAll()
      steps.append(.init(.terminate))
      state = .terminated
    case (.closed, _):
      takeAll()
      steps.append(.init(.join))
      state = .joined
    case (.joined, 0), (.terminated, 0): steps.append(.init(.close))
    case (.joined, 1), (.terminated, 1): steps.append(.init(.join))
    case (.joined, _), (.terminated, _):
      steps.append(.init(.terminate))
      state = .terminated
    }
  }

  // MARK: Values

  private func function(using random: inout SeededGenerator) -> PoolProgram.Function {
    // Which worker runs a task is only certain where there is one.
    let choices: [PoolProgram.Function] = [.square, .checked, .text, .state] + (workers == 1 ? [.name, .name] : [])
    return choices.randomElement(using: &random) ?? .square
  }

  private func item(using random: inout SeededGenerator) -> Int { Int.random(in: -9...9, using: &random) }

  private func positive(using random: inout SeededGenerator) -> [Int] {
    (0..<Int.random(in: 0...9, using: &random)).map { _ in Int.random(in: 0...9, using: &random) }
  }

  /// Items of which some fail: with several workers one at most, for the error reported is the first that arrives.
  private func items(using random: inout SeededGenerator) -> [Int] {
    var items = positive(using: &random)
    guard !items.isEmpty else { return items }
    for _ in 0..<Int.random(in: 0...(workers == 1 ? 2 : 1), using: &random) {
      let index = items.indices.randomElement(using: &random) ?? 0
      items[index] = -1 - items.filter { $0 < 0 }.count
    }
    return items
  }

  private func chunk(using random: inout SeededGenerator) -> Int? {
    guard Bool.random(using: &random) else { return nil }
    // Now and then one that makes no sense.
    return Int.random(in: 0..<16, using: &random) == 0 ? 0 : Int.random(in: 1...4, using: &random)
  }

  private func smallChunk(using random: inout SeededGenerator) -> Int {
    // Now and then one that is refused.
    Int.random(in: 0..<12, using: &random) == 0 ? 0 : Int.random(in: 1...3, using: &random)
  }
}

/// SplitMix64: small, fast and the same everywhere.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
