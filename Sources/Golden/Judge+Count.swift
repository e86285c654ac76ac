extension Judge {
  /// Compares how many lines of each kind there are, and which numbers they carry, with what must be.
  func countVerdict(isComplete: Bool) -> Verdict? {
    var counts = Array(repeating: 0, count: program.kinds.count)
    for entry in reader.entries { counts[Int(entry.kind)] += 1 }
    for kind in program.kinds.indices {
      if let verdict = repeatedNumber(kind) { return verdict }
    }
    for (kind, fact) in program.kinds.enumerated() {
      let isShort = counts[kind] < fact.total && !fact.canBeCutOff && isComplete
      if counts[kind] > fact.total || isShort { return countVerdict(kind, counts[kind]) }
    }
    return nil
  }

  private func countVerdict(_ kind: Int, _ count: Int) -> Verdict {
    let fact = program.kinds[kind]
    let lines = reader.entries.filter { $0.kind == kind }.map { Int($0.line) }
    let surplus = lines.count > fact.total ? [lines[fact.total]] : []
    return rejection(
      .count, "\(fact.id) is printed \(times(count)), and must be printed \(times(fact.total))", countKey(kind),
      lines: surplus)
  }

  func times(_ count: Int) -> String {
    switch count {
    case 0: "never"
    case 1: "once"
    default: "\(count) times"
    }
  }

  func countKey(_ kind: Int) -> Rules.Key {
    let stated = program.rules.stated
    let keys: [Rules.Key] = [.eachLane(kind), .inAll(kind), .numbers(kind)]
    return keys.first { stated[$0] != nil } ?? .inAll(kind)
  }

  private func repeatedNumber(_ kind: Int) -> Verdict? {
    let fact = program.kinds[kind]
    guard fact.isNumbered else { return nil }
    var first = Array(repeating: Int32(-1), count: fact.total)
    for entry in reader.entries where entry.kind == kind {
      let task = Int(entry.task)
      if first[task] >= 0 {
        return rejection(
          .count, "\(fact.id) \(task) is in line \(first[task] + 1) and again in line \(entry.line + 1)",
          program.rules.stated[.numbers(kind)] != nil ? .numbers(kind) : .inAll(kind),
          lines: [Int(entry.line), Int(first[task])])
      }
      first[task] = entry.line
    }
    return nil
  }

  // MARK: Who wrote what

  /// Binds writers to lanes where the transcript knows them, fills in lanes that only the writer tells, and
  /// returns what contradicts that.
  mutating func bindWriters() -> Verdict? {
    // Groups whose lanes no name tells: a process is a lane, in order of appearance.
    var known: [[Int32: Int32]] = Array(repeating: [:], count: program.groups.count)
    let isSequence = if case .documented = program.order { true } else { false }
    for entry in reader.entries.indices where lanes[entry] < 0 && !isSequence {
      let index = program.kinds[kind(entry)].group
      let group = program.groups[index]
      guard group.medium == .process, let writer = transcript.lines[line(entry)].writer else { continue }
      if known[index][writer] == nil {
        let next = known[index].count
        if next == group.size {
          return rejection(
            .binding,
            "line \(line(entry) + 1) comes from process \(writer), and \(next) others printed before it, "
              + "but there are \(group.size) lanes", .binding, lines: [line(entry)])
        }
        known[index][writer] = Int32(group.offset + next)
      }
      lanes[entry] = known[index][writer] ?? -1
    }
    return ownerVerdict(lanes)
  }

  /// Checks that each lane (all threads of a process as one) has one writer, and each writer one lane.
  func ownerVerdict(_ lanes: [Int32]) -> Verdict? {
    var writerOf: [Int: (writer: Int32, line: Int)] = [:]
    var ownerOf: [Int32: (owner: Int, line: Int)] = [:]
    for entry in reader.entries.indices {
      guard let writer = transcript.lines[line(entry)].writer else { continue }
      let group = program.kinds[kind(entry)].group
      let isThread = program.groups[group].medium == .thread
      let owner = isThread ? -1 - group : Int(lanes[entry])
      if !isThread && owner < 0 { continue }
      let name = isThread ? "the threads' process" : program.laneName(owner)
      if let earlier = writerOf[owner], earlier.writer != writer {
        return rejection(
          .binding,
          "lines \(earlier.line + 1) and \(line(entry) + 1) are both \(name), and come from processes "
            + "\(earlier.writer) and \(writer)", .binding, lines: [line(entry), earlier.line])
      }
      if let earlier = ownerOf[writer], earlier.owner != owner {
        let other = earlier.owner < 0 ? "the threads' process" : program.laneName(earlier.owner)
        return rejection(
          .binding,
          "process \(writer) printed line \(earlier.line + 1) as \(other) and line \(line(entry) + 1) as "
            + name, .binding, lines: [line(entry), earlier.line])
      }
      if writerOf[owner] == nil { writerOf[owner] = (writer, line(entry)) }
      if ownerOf[writer] == nil { ownerOf[writer] = (owner, line(entry)) }
    }
    return nil
  }
}
