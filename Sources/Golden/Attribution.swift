/// A legal output with a possible author for each line, and what happened behind the lines.
package struct Attribution: Sendable {
  package struct Line: Hashable, Sendable {
    /// What the golden calls lines of this kind.
    package var kind: String
    /// What the golden calls the lane; nil where it has more lanes than names for them.
    package var lane: String?
    /// The number of the lane among those that are alike, from 1.
    package var number: Int
    /// Whether the lane is a thread of the main process.
    package var isThread: Bool
    /// The number of the task that the line tells of.
    package var task: Int?
    /// The value that was drawn.
    package var value: Double?
    /// The line's text.
    package var text: String
  }

  /// Lanes that print nothing take chunks of tasks, first come, first served.
  package struct Queue: Hashable, Sendable {
    package var workers: Int
    package var chunk: Int
    package var tasks: Int
  }

  package var lines: [Line]
  package var queue: Queue?
  /// How often, after their lines, lanes do something that is not printed.
  package var hiddenEvents: Int
}

extension Golden {
  /// A possible author for each line of a transcript that conforms; nil where there is none.
  ///
  /// A lane that no line tells is the one with the fewest lines of the kind among those that may print it now: work is
  /// shared out evenly.
  package func attribution(
    of transcript: Transcript, parameters: Parameters = Parameters()
  ) throws(GoldenError) -> Attribution? {
    let program = try program(parameters)
    let reader = Reader(transcript, program: program)
    guard reader.entries.count == transcript.lines.count else { return nil }
    var authors = Authors(program)
    var lines: [Attribution.Line] = []
    for (index, entry) in reader.entries.enumerated() {
      let kind = program.kinds[Int(entry.kind)]
      guard let lane = authors.author(of: Int(entry.kind), told: Int(entry.lane)) else { return nil }
      let group = program.groups[kind.group]
      let number = lane - group.offset
      lines.append(
        Attribution.Line(
          kind: kind.id, lane: number < group.ids.count ? group.ids[number] : nil, number: number + 1,
          isThread: group.medium == .thread, task: entry.task >= 0 ? Int(entry.task) : nil,
          value: kind.template.pieces.contains { if case .value = $0 { true } else { false } }
            ? reader.values[index] : nil,
          text: transcript.lines[index].text))
    }
    var queue: Attribution.Queue?
    if case .queue(let order) = program.order {
      queue = Attribution.Queue(workers: order.workers, chunk: order.chunk, tasks: order.tasks)
    }
    return Attribution(lines: lines, queue: queue, hiddenEvents: program.hiddenEvent?.total ?? 0)
  }

  /// The documented output with the names that these parameters give to lanes, threads and start methods.
  package func documented(parameters: Parameters) throws(GoldenError) -> [String] {
    let program = try program(parameters)
    var shown = 0
    var offsets: [Int] = []
    for group in resolver.syntax.groups {
      offsets.append(group.isHidden || shown == program.groups.count ? 0 : program.groups[shown].offset)
      if !group.isHidden { shown += 1 }
    }
    return zip(resolver.documented, documented).map { line, text in
      // A value is the documents' own, and no line has both a value and a name.
      guard program.kinds[line.kind].template.values == nil else { return text }
      return program.text(Program.Line(kind: line.kind, lane: offsets[line.group] + line.index, task: line.task))
    }
  }
}

/// Finds an author for one line after another.
private struct Authors {
  private let program: Program
  /// Where each lane is among its stages, and how many lines of that stage it has printed.
  private var places: [(stage: Int, count: Int)]
  /// How many lines of each kind each lane has printed.
  private var printed: [[Int]]

  init(_ program: Program) {
    self.program = program
    places = Array(repeating: (0, 0), count: program.laneCount)
    printed = Array(repeating: Array(repeating: 0, count: program.kinds.count), count: program.laneCount)
  }

  mutating func author(of kind: Int, told lane: Int) -> Int? {
    if lane >= 0 { return lane }
    let group = program.groups[program.kinds[kind].group]
    let possible = (group.offset..<group.offset + group.size).filter { place(of: $0, printing: kind, in: group) != nil }
    guard let author = possible.min(by: { (printed[$0][kind], $0) < (printed[$1][kind], $1) }),
      let place = place(of: author, printing: kind, in: group)
    else { return nil }
    places[author] = place
    printed[author][kind] += 1
    return author
  }

  /// Where a lane is once it has printed a line of this kind; nil where it cannot do so now.
  private func place(of lane: Int, printing kind: Int, in group: Program.Group) -> (stage: Int, count: Int)? {
    let stages = group.stages(lane - group.offset)
    var (stage, count) = places[lane]
    while stage < stages.count {
      if stages[stage].kind == kind, stages[stage].count.map({ count < $0 }) ?? true { return (stage, count + 1) }
      // The next one begins only when all lines of this one are there.
      if let needed = stages[stage].count, count < needed { return nil }
      stage += 1
      count = 0
    }
    return nil
  }
}
