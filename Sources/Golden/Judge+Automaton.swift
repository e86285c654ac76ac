extension Judge {
  /// Follows every assignment of lines to lanes at once; used where nothing tells the lane of a line.
  func automatonVerdict(isComplete: Bool) throws(GoldenError) -> Verdict? {
    switch try run(program) {
    case .accepted: return nil
    case .incomplete:
      guard isComplete else { return nil }
      let key: Rules.Key = program.hiddenEvent != nil ? .hiddenEvent : .cutOff
      return rejection(.count, "lines are missing at the end: no assignment of the lines to lanes is complete", key)
    case .stuck(let entry):
      return try isOrderOfTaking() ? takeVerdict(entry) : stuckVerdict(entry)
    }
  }

  /// Whether only the order in which tasks are taken stands in the way.
  private func isOrderOfTaking() throws(GoldenError) -> Bool {
    guard program.kinds.contains(where: \.isTaken) else { return false }
    var free = program
    for kind in free.kinds.indices { free.kinds[kind].isTaken = false }
    if case .stuck = try run(free) { return false }
    return true
  }

  private func takeVerdict(_ entry: Int) -> Verdict {
    rejection(
      .fifo, "line \(line(entry) + 1), \(describe(entry)), is too early, however the lines are assigned to lanes",
      .take,
      lines: [line(entry)])
  }

  private static let workPerLine = 64

  private enum Outcome {
    case accepted
    case incomplete
    /// No assignment goes on with this entry.
    case stuck(Int)
  }

  private func run(_ program: Program) throws(GoldenError) -> Outcome {
    let named = program.groups.indices.map { group in
      !reader.entries.indices.contains { program.kinds[kind($0)].group == group && lanes[$0] < 0 }
    }
    let automaton = LaneAutomaton(program: program, named: named)
    var state = try automaton.initial()
    // Few configurations a line are fine however many lines there are; many are, for a while.
    var budget = Program.workBound + Self.workPerLine * reader.entries.count
    for (index, entry) in reader.entries.enumerated() {
      let lane = named[program.kinds[Int(entry.kind)].group] ? Int(lanes[index]) : -1
      let line = Program.Line(kind: Int(entry.kind), lane: lane, task: Int(entry.task))
      guard let next = try automaton.step(from: state, line) else { return .stuck(index) }
      state = next
      budget -= automaton.cost(of: state)
      guard budget > 0 else { throw automaton.refusal() }
    }
    return automaton.accepts(state) ? .accepted : .incomplete
  }

  /// Explains a dead end by the rule that no lane has fulfilled: a kind that must come first in the lane.
  private func stuckVerdict(_ entry: Int) -> Verdict {
    let kind = kind(entry)
    for (key, rule) in program.rules.stated.sorted(by: { $0.value.line < $1.value.line }) {
      guard case .inLane(let first, kind) = key else { continue }
      let later = reader.entries.indices.dropFirst(entry).first { self.kind($0) == first }
      let name = program.kinds[first].id
      let before = reader.entries[..<entry].count { $0.kind == first }
      let chain = [
        Verdict.Cause(
          text: "a lane that prints \(program.kinds[kind].id) has printed \(name) before", because: rule.because),
        Verdict.Cause(
          text: "before line \(line(entry) + 1), \(before == 0 ? "no" : "\(before)") \(name) was printed"
            + (later.map { ": the next is line \(line($0) + 1)" } ?? ""), because: ""),
      ]
      return rejection(
        .order, "line \(line(entry) + 1), \(describe(entry)), comes before the \(name) of any lane that could print it",
        key, lines: [line(entry)] + (later.map { [line($0)] } ?? []), chain: chain)
    }
    return rejection(
      .order, "line \(line(entry) + 1), \(describe(entry)), cannot come here, however the lines are assigned to lanes",
      .documentedOrder, lines: [line(entry)])
  }
}
