extension Judge {
  // MARK: What hidden lanes finish

  func queueVerdict(_ queue: Program.Queue) -> Verdict? {
    if isTimed, let verdict = timedVerdict(queue, isNote: false) { return verdict }
    return startVerdict(queue)
  }

  /// A line may appear only if its chunk can have started: chunks are taken in order, by so many lanes.
  private func startVerdict(_ queue: Program.Queue) -> Verdict? {
    var done: [Int32] = Array(repeating: 0, count: (queue.tasks + queue.chunk - 1) / queue.chunk)
    var finished = 0
    var latest = -1
    for entry in reader.entries.indices {
      let task = Int(reader.entries[entry].task)
      let chunk = task / queue.chunk
      let name = program.kinds[queue.kind].id
      if task % queue.chunk != Int(done[chunk]) {
        let earlier = chunk * queue.chunk + Int(done[chunk])
        return rejection(
          .fifo, "line \(line(entry) + 1) is \(name) \(task), and \(earlier) of the same chunk comes before it",
          .chunks,
          lines: [line(entry)],
          chain: [
            Verdict.Cause(
              text: "\(earlier) and \(task) are in one chunk of \(queue.chunk), and \(earlier) is done first",
              because: program.rules(.chunks).because)
          ])
      }
      // When a later chunk has started, all before it have: only a chunk beyond the latest needs a free lane.
      if chunk > latest, chunk - finished >= queue.workers {
        return lateVerdict(queue, entry: entry, chunk: chunk, unfinished: chunk - finished)
      }
      latest = max(latest, chunk)
      done[chunk] += 1
      if Int(done[chunk]) == min(queue.chunk, queue.tasks - chunk * queue.chunk) { finished += 1 }
    }
    return nil
  }

  private func lateVerdict(_ queue: Program.Queue, entry: Int, chunk: Int, unfinished: Int) -> Verdict {
    let name = program.kinds[queue.kind].id
    let lanes = queue.workers == 1 ? "1 worker" : "\(queue.workers) workers"
    let task = reader.entries[entry].task
    return rejection(
      .fifo, "line \(line(entry) + 1), \(name) \(task), is too early for \(lanes)", .take, lines: [line(entry)],
      chain: [
        Verdict.Cause(
          text: "chunk \(chunk), which has task \(task), is taken after the \(chunk) chunks before it",
          because: program.rules(.take).because),
        Verdict.Cause(
          text:
            "\(unfinished) of these are not finished when line \(line(entry) + 1) is printed, and each keeps a worker",
          because: program.rules(.chunks).because),
        Verdict.Cause(text: "but there \(queue.workers == 1 ? "is" : "are") only \(lanes)", because: ""),
      ])
  }

  // MARK: Times

  /// Whether the transcript comes from a run rather than from text.
  private var isLive: Bool {
    transcript.ending != .unknown || transcript.lines.contains { $0.writer != nil || $0.arrival != nil }
  }

  private var isTimed: Bool { program.parameters.timed && !isLive && isComplete }

  /// Whether every task has its line, without which no time can be told.
  private var isComplete: Bool {
    guard case .queue(let queue) = program.order else { return false }
    return reader.entries.count == queue.tasks
  }

  /// For a live run a missed time is a note: workers do not start at the same instant.
  func noteTiming(_ verdict: inout Verdict) {
    guard case .queue(let queue) = program.order, program.parameters.timed, isLive, isComplete,
      let scale = program.parameters.timeScale, scale >= 0.5, let miss = timedVerdict(queue, isNote: true)
    else { return }
    verdict.notes.append("timed rule, a note only in a live run: \(miss.message)")
  }

  private func timedVerdict(_ queue: Program.Queue, isNote: Bool) -> Verdict? {
    guard let timed = program.timed else { return nil }
    let times = Schedule.finishTimes(values(queue), queue)
    var latest = (time: -1.0, entry: 0)
    var worst = (miss: 0.0, early: 0, late: 0)
    for entry in reader.entries.indices {
      let time = times[Int(reader.entries[entry].task)]
      if latest.time - time > worst.miss { worst = (latest.time - time, latest.entry, entry) }
      if time > latest.time { latest = (time, entry) }
    }
    guard worst.miss > timed.tolerance else { return nil }
    let (early, late) = (worst.early, worst.late)
    let name = program.kinds[queue.kind].id
    func moment(_ entry: Int) -> String { Schedule.seconds(times[Int(reader.entries[entry].task)]) }
    return rejection(
      .order,
      "with \(queue.workers == 1 ? "1 worker" : "\(queue.workers) workers"), line \(line(late) + 1) would have been done "
        + "\(Schedule.seconds(worst.miss)) before line \(line(early) + 1)", .timed, lines: [line(early), line(late)],
      chain: isNote
        ? []
        : [
          Verdict.Cause(
            text: "by the values printed, \(describeTask(late, name)) is done after \(moment(late)), "
              + "and \(describeTask(early, name)) after \(moment(early))", because: program.rules(.timed).because),
          Verdict.Cause(
            text: "but here line \(line(early) + 1) comes before line \(line(late) + 1), by more than the "
              + "\(Schedule.seconds(timed.tolerance)) allowed", because: ""),
        ])
  }

  private func describeTask(_ entry: Int, _ name: String) -> String { "\(name) \(reader.entries[entry].task)" }

  private func values(_ queue: Program.Queue) -> [Double] {
    var values = Array(repeating: 0.0, count: queue.tasks)
    for entry in reader.entries.indices { values[Int(reader.entries[entry].task)] = reader.values[entry] }
    return values
  }
}

/// When tasks would finish if lanes took their chunks first come first served, all starting at 0.
enum Schedule {
  static func finishTimes(_ durations: [Double], _ queue: Program.Queue) -> [Double] {
    var times = durations
    let chunks = (queue.tasks + queue.chunk - 1) / queue.chunk
    var free = Heap(count: min(queue.workers, max(chunks, 1)))
    for chunk in 0..<chunks {
      var time = free.first
      for task in (chunk * queue.chunk)..<min((chunk + 1) * queue.chunk, queue.tasks) {
        time += durations[task]
        times[task] = time
      }
      free.replaceFirst(with: time)
    }
    return times
  }

  /// A duration to the millisecond, as in `0.371 s`.
  static func seconds(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) s"
  }

  /// The moments at which lanes become free, the earliest first.
  private struct Heap {
    private var times: [Double]

    init(count: Int) { times = Array(repeating: 0, count: count) }

    var first: Double { times[0] }

    mutating func replaceFirst(with time: Double) {
      var index = 0
      while true {
        var child = 2 * index + 1
        guard child < times.count else { break }
        if child + 1 < times.count, times[child + 1] < times[child] { child += 1 }
        guard times[child] < time else { break }
        times[index] = times[child]
        index = child
      }
      times[index] = time
    }
  }
}
