/// Judges one transcript by one program; every step is linear in the lines, apart from the automaton's bounded part.
struct Judge {
  let program: Program
  let transcript: Transcript
  let reader: Reader
  /// For each entry, the lane that printed it, by its name, its kind or its writer; -1 where nothing tells.
  var lanes: [Int32]

  init(_ transcript: Transcript, _ program: Program) {
    self.program = program
    self.transcript = transcript
    reader = Reader(transcript, program: program)
    lanes = reader.entries.map(\.lane)
  }

  static func judge(_ transcript: Transcript, _ program: Program) throws(GoldenError) -> Verdict {
    var judge = Judge(transcript, program)
    return try judge.verdict()
  }

  // MARK: The order of verdicts

  private mutating func verdict() throws(GoldenError) -> Verdict {
    for code in [Verdict.Code.tornLine, .unknownLine, .name, .value] {
      if let fault = reader.faults[code] { return rejection(code, fault.message, fault.key, lines: [fault.line]) }
    }
    let binding = bindWriters()
    // Where the end is cut off, lines that are missing are no fault of their own.
    let isComplete = !isCutShort
    if let verdict = countVerdict(isComplete: isComplete) { return verdict }
    if isSplit, let verdict = laneCountVerdict(isComplete: isComplete) { return verdict }
    if let binding { return binding }
    if let verdict = try orderVerdict(isComplete: isComplete) { return verdict }
    if let verdict = truncation() { return verdict }
    var verdict = Verdict(
      code: .conforms, message: "judged by \(engine)", program: program, transcript: transcript)
    noteTiming(&verdict)
    return verdict
  }

  /// Whether the run or its text ends where it should not.
  private var isCutShort: Bool { reader.unterminated != nil || abnormalEnding != nil }

  private var abnormalEnding: String? {
    switch transcript.ending {
    case .unknown, .exited(0): nil
    case .exited(let status): "the run ended with status \(status)"
    case .signaled(let signal): "the run was ended by signal \(signal)"
    case .timedOut: "the run did not end in time"
    }
  }

  private func truncation() -> Verdict? {
    if let ending = abnormalEnding { return rejection(.truncated, ending, .toTheEnd) }
    guard let line = reader.unterminated else { return nil }
    return rejection(.truncated, "line \(line + 1) does not end: its line feed is missing", .toTheEnd, lines: [line])
  }

  private func orderVerdict(isComplete: Bool) throws(GoldenError) -> Verdict? {
    switch program.order {
    case .documented(let lines): return sequenceVerdict(lines)
    case .queue(let queue): return queueVerdict(queue)
    case .lanes:
      if let verdict = betweenLanesVerdict() { return verdict }
      return isSplit ? laneOrderVerdict() ?? fifoVerdict() : try automatonVerdict(isComplete: isComplete)
    }
  }

  private var engine: String {
    guard case .lanes = program.order else { return program.engine }
    if !isSplit { return "automaton" }
    return program.kinds.contains(where: \.isTaken) ? "graph" : "lanes"
  }

  /// Whether every line has its lane and all lanes are alike, so that each lane can be judged by itself.
  private var isSplit: Bool {
    guard case .lanes = program.order else { return false }
    return program.groups.allSatisfy { $0.templates.count == 1 } && !lanes.contains(-1)
  }

  // MARK: Verdicts

  func rejection(
    _ code: Verdict.Code, _ message: String, _ key: Rules.Key, lines: [Int] = [], chain: [Verdict.Cause] = []
  ) -> Verdict {
    Verdict(
      code: code, message: message, rule: program.rules(key), lines: lines, chain: chain, program: program,
      transcript: transcript)
  }

  func line(_ entry: Int) -> Int { Int(reader.entries[entry].line) }
  func kind(_ entry: Int) -> Int { Int(reader.entries[entry].kind) }

  /// What an entry is, in words: `task 3 of SpawnPoolWorker-1`.
  func describe(_ entry: Int, withLane: Bool = true) -> String {
    let fact = program.kinds[kind(entry)]
    let task = reader.entries[entry].task
    let lane = Int(lanes[entry])
    let number = task >= 0 ? " \(task)" : ""
    return "\(fact.id)\(number)"
      + (withLane && lane >= 0 && program.laneCount > 1 ? " of \(program.laneName(lane))" : "")
  }
}
