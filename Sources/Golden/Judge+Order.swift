extension Judge {
  // MARK: One documented sequence

  func sequenceVerdict(_ documented: [Program.Line]) -> Verdict? {
    var lanes = lanes
    for (entry, expected) in zip(reader.entries.indices, documented) {
      let found = reader.entries[entry]
      let laneDiffers = program.kinds[Int(found.kind)].printsLane && found.lane != expected.lane
      if found.kind != expected.kind || found.task != expected.task || laneDiffers {
        let wanted = program.text(expected)
        let key = orderKey(expected.kind, Int(found.kind))
        let rule = program.rules(key)
        let later = reader.entries.indices.dropFirst(entry).first { reader.entries[$0].kind == expected.kind }
        let chain = later.map {
          [Verdict.Cause(text: "“\(wanted)” is printed before “\(text(line(entry)))”", because: rule.because)]
            + [Verdict.Cause(text: "but here line \(line(entry) + 1) comes before line \(line($0) + 1)", because: "")]
        }
        return rejection(
          .order, "line \(line(entry) + 1) is “\(text(line(entry)))” where “\(wanted)” comes first", key,
          lines: [line(entry)] + (later.map { [line($0)] } ?? []), chain: chain ?? [])
      }
      lanes[entry] = Int32(expected.lane)
    }
    return ownerVerdict(lanes)
  }

  /// The stated rule that orders two kinds, else the documented order.
  private func orderKey(_ first: Int, _ second: Int) -> Rules.Key {
    let keys: [Rules.Key] = [.betweenLanes(first, second), .inLane(first, second)]
    return keys.first { program.rules.stated[$0] != nil } ?? .documentedOrder
  }

  func text(_ line: Int) -> String { transcript.lines[line].text.clipped(80) }

  // MARK: Lanes side by side

  /// Kinds of which all lines come before the first of another kind, whatever the lane.
  func betweenLanesVerdict() -> Verdict? {
    for (kind, fact) in program.kinds.enumerated() {
      for first in fact.after {
        guard let last = reader.entries.lastIndex(where: { $0.kind == first }),
          let early = reader.entries.firstIndex(where: { $0.kind == kind }), early < last
        else { continue }
        return orderVerdict(.betweenLanes(first, kind), late: last, early: early)
      }
    }
    return nil
  }

  private func orderVerdict(_ key: Rules.Key, late: Int, early: Int) -> Verdict {
    let rule = program.rules(key)
    return rejection(
      .order, "line \(line(early) + 1), \(describe(early)), comes before line \(line(late) + 1), \(describe(late))",
      key, lines: [line(early), line(late)],
      chain: [
        Verdict.Cause(text: "\(describe(late)) is printed before \(describe(early))", because: rule.because),
        Verdict.Cause(text: "but here line \(line(early) + 1) comes before line \(line(late) + 1)", because: ""),
      ])
  }

  /// How many lines of each kind each lane has, where the kind has a number a lane.
  func laneCountVerdict(isComplete: Bool) -> Verdict? {
    let kinds = program.kinds.count
    var counts = Array(repeating: Int32(0), count: program.laneCount * kinds)
    for entry in reader.entries.indices { counts[Int(lanes[entry]) * kinds + kind(entry)] += 1 }
    var finished = 0
    for group in program.groups {
      for lane in group.offset..<(group.offset + group.size) {
        let ran = program.kinds.indices.contains { program.kinds[$0].isFree && counts[lane * kinds + $0] > 0 }
        var isFinished = true
        for stage in group.templates[0] {
          guard let wanted = stage.count else { continue }
          let count = Int(counts[lane * kinds + stage.kind])
          if count < wanted { isFinished = false }
          let mayMiss = !isComplete || (program.kinds[stage.kind].canBeCutOff && !ran)
          if count > wanted || (count < wanted && !mayMiss) {
            return laneCountRejection(lane, stage.kind, count, wanted)
          }
        }
        if isFinished { finished += 1 }
      }
    }
    if let event = program.hiddenEvent, isComplete, finished == 0 {
      return rejection(.count, "no lane has printed all its lines, and one of them ran \(event.name)", .hiddenEvent)
    }
    return nil
  }

  private func laneCountRejection(_ lane: Int, _ kind: Int, _ count: Int, _ wanted: Int) -> Verdict {
    let own = reader.entries.indices.filter { lanes[$0] == lane && self.kind($0) == kind }
    return rejection(
      .count,
      "\(program.laneName(lane)) prints \(program.kinds[kind].id) \(times(count)), and must print it \(times(wanted))",
      countKey(kind), lines: own.count > wanted ? [line(own[wanted])] : [])
  }

  /// In each lane, kinds come in the documented order.
  func laneOrderVerdict() -> Verdict? {
    var rank = Array(repeating: 0, count: program.kinds.count)
    for group in program.groups {
      for (index, stage) in group.templates[0].enumerated() { rank[stage.kind] = index }
    }
    var highest = Array(repeating: -1, count: program.laneCount)
    for entry in reader.entries.indices {
      let lane = Int(lanes[entry])
      let own = rank[kind(entry)]
      if own < highest[lane] {
        guard
          let early = reader.entries.indices.first(where: { lanes[$0] == lanes[entry] && rank[kind($0)] > own })
        else { continue }
        return orderVerdict(.inLane(kind(entry), kind(early)), late: entry, early: early)
      }
      highest[lane] = own
    }
    return nil
  }

  // MARK: Tasks taken in order

  /// The hidden moments at which lanes take tasks must fit between the lines.
  ///
  /// A lane takes task t after its previous line and before the line of t, and tasks are taken by number. So each
  /// line of a task must come after the previous lines of the lanes of all tasks with smaller numbers.
  func fifoVerdict() -> Verdict? {
    guard let taken = program.kinds.firstIndex(where: \.isTaken) else { return nil }
    var previous = Array(repeating: Int32(-1), count: program.laneCount)
    var printed = Array(repeating: Int32(-1), count: program.kinds[taken].total)
    var before = Array(repeating: Int32(-1), count: program.kinds[taken].total)
    for entry in reader.entries.indices {
      let lane = Int(lanes[entry])
      if kind(entry) == taken {
        let task = Int(reader.entries[entry].task)
        printed[task] = Int32(entry)
        before[task] = previous[lane]
      }
      previous[lane] = Int32(entry)
    }
    var latest = Int32(-1)
    var latestTask = 0
    for task in printed.indices {
      // A task that the cut end of the run has lost says nothing.
      guard printed[task] >= 0 else { continue }
      if before[task] > latest { (latest, latestTask) = (before[task], task) }
      // Equal: the line of a larger number is itself what a smaller one waits for.
      if printed[task] <= latest, task != latestTask {
        return fifoRejection(taken, early: task, late: latestTask, at: Int(printed[task]), after: Int(latest))
      }
    }
    return nil
  }

  private func fifoRejection(_ kind: Int, early: Int, late: Int, at: Int, after: Int) -> Verdict {
    // `early` is the larger number, printed at `at`; `late` was taken only after line `after` of its lane.
    let name = program.kinds[kind].id
    let lane = program.laneName(Int(lanes[after]))
    let take = program.rules(.chunks).because
    let chain = [
      Verdict.Cause(
        text: "\(lane) took \(name) \(late) after it printed \(describe(after, withLane: false))", because: take),
      Verdict.Cause(
        text: "\(name) \(late) was taken before \(name) \(early)", because: program.rules(.take).because),
      Verdict.Cause(text: "\(name) \(early) was taken before its line was printed", because: take),
      Verdict.Cause(
        text: at == after
          ? "so line \(line(at) + 1) would have to come before itself"
          : "so line \(line(after) + 1) comes before line \(line(at) + 1), but here line \(line(at) + 1) comes first",
        because: ""),
    ]
    return rejection(
      .fifo, "line \(line(at) + 1), \(describe(at)), is too early: \(name) \(late) was not taken yet", .take,
      lines: at == after ? [line(at)] : [line(at), line(after)], chain: chain)
  }
}
