import Golden
import Simulation

/// Questions about an example whose answers the golden gives, so that they are never wrong.
struct WalkQuestions {
  private let walk: Walk
  private var subject: SimulatedScenario { walk.subject }
  /// The golden's parameters; when lines came counts only where values tell it.
  private let parameters: Parameters

  /// How many options a question has.
  static let options = 4
  /// More outputs than this are not listed to draw from.
  private static let mostOutputs = 20_000

  init(_ walk: Walk) {
    self.walk = walk
    parameters = walk.subject.parameters
  }

  func all(seed: UInt64) throws -> [Walkthrough.Question] {
    var draw = Draw(seed: seed)
    let possible = try subject.drawsValues ? ofSizes(&draw) : ofOutputs(&draw)
    return try [possible, poolSize(&draw)].compactMap { $0 }
  }

  // MARK: Which outputs are possible

  /// Two legal outputs, where there are two, among others that look like them.
  private func ofOutputs(_ draw: inout Draw) throws -> Walkthrough.Question? {
    let legal = try legalOutputs()
    guard !legal.isEmpty else { return nil }
    // The documented one is about to be shown.
    var open = legal.count > 2 ? legal.filter { $0 != walk.documented } : legal
    var chosen: [[String]] = []
    while chosen.count < Self.options / 2, !open.isEmpty { chosen.append(open.remove(at: draw.below(open.count))) }
    var misses: [[String]] = []
    for base in chosen {
      var near = NearMisses(of: base).outputs.filter { !chosen.contains($0) && !misses.contains($0) }
      // Of each legal one as many as make the number full.
      var wanted = (Self.options - chosen.count + chosen.count - 1) / chosen.count
      while wanted > 0, misses.count + chosen.count < Self.options, !near.isEmpty {
        let candidate = near.remove(at: draw.below(near.count))
        guard try !judge(candidate).conforms else { continue }
        misses.append(candidate)
        wanted -= 1
      }
    }
    guard !misses.isEmpty else { return nil }
    let options = try draw.shuffled(chosen + misses).map { lines in try option(lines, judge(lines)) }
    return Walkthrough.Question(
      moment: .before, prompt: Self.prompt(options.count, "Which of these outputs are possible?"), options: options)
  }

  private static func prompt(_ count: Int, _ text: String) -> String {
    count == 4 ? text.replacing("these outputs", with: "these four outputs") : text
  }

  private func legalOutputs() throws -> [[String]] {
    let count = (try? subject.golden.count(parameters: parameters)) ?? .max
    if count <= Self.mostOutputs { return try subject.golden.outputs(parameters: parameters, limit: Self.mostOutputs) }
    // Too many to list: some that orders drawn at random print.
    let sampler = Sampler(subject.simulation(), .random, seed: 1)
    sampler.run(40)
    return try sampler.outputs.keys.sorted { $0.lexicographicallyPrecedes($1) }.filter { try judge($0).conforms }
  }

  private func option(_ lines: [String], _ verdict: Verdict) -> Walkthrough.Question.Option {
    var why: [String]
    if verdict.conforms {
      why = ["Possible: \(Self.sentence(subject.outcomeClass(of: lines)))."]
    } else {
      why = ["Impossible: \(verdict.message)" + (verdict.message.hasSuffix(".") ? "" : ".")]
      if let because = verdict.because { why.append("For \(because).") }
    }
    return Walkthrough.Question.Option(lines: lines, isRight: verdict.conforms, why: why)
  }

  /// The class of an output, which is a few words, as part of a sentence.
  private static func sentence(_ outcome: String) -> String {
    if outcome.contains(" + ") { return "the workers share the tasks as \(outcome)" }
    return outcome.replacing("before the last lane starts", with: "tasks come before the last worker has started")
  }

  private func judge(_ lines: [String]) throws -> Verdict { try ExplorationResult.verdict(lines, subject) }

  // MARK: Where values are drawn

  /// The documented values, as pools of other sizes would have printed them.
  private func ofSizes(_ draw: inout Draw) throws -> Walkthrough.Question? {
    guard walk.documented != nil else { return nil }
    var options: [Walkthrough.Question.Option] = []
    for size in [subject.settings.defaultSize, 1, 2, 4].uniqued {
      guard let lines = try walk.timedOutput(workers: size), !options.contains(where: { $0.lines == lines }) else {
        continue
      }
      var option = try option(lines, judge(lines))
      if !option.isRight {
        option.why.append("It is what a pool of \(Wording.count(size, "worker")) prints.")
      } else {
        option.why = ["Possible: with \(Wording.count(size, "worker")) the tasks end in this order."]
      }
      options.append(option)
    }
    guard options.count > 1 else { return nil }
    let size = Wording.count(subject.settings.defaultSize, "worker")
    return Walkthrough.Question(
      moment: .before,
      prompt: "All of these have the same ten numbers. Which may a pool of \(size) print?",
      options: draw.shuffled(options))
  }

  /// What the documented output tells of the pool that printed it.
  private func poolSize(_ draw: inout Draw) throws -> Walkthrough.Question? {
    guard subject.golden.dependsOnWorkers, subject.drawsValues, let documented = walk.documented else { return nil }
    let transcript = Transcript(lines: documented.map { Transcript.Line(bytes: Array($0.utf8)) })
    let range = 1...12
    let fitting = try subject.golden.sizes(of: transcript, parameters: parameters, in: range)
    guard !fitting.isEmpty, fitting.count < range.count else { return nil }
    let right = fitting.contains(subject.settings.defaultSize) ? subject.settings.defaultSize : fitting[0]
    let others = [1, 2, 4, 6, 10, 12].filter { !fitting.contains($0) }
    let sizes = draw.shuffled(others).prefix(Self.options - 1) + [right]
    let options = try sizes.sorted().map { size in
      var sized = parameters
      sized.workers = size
      let verdict = try subject.golden.judge(transcript, parameters: sized)
      var option = self.option([Wording.count(size, "worker")], verdict)
      if verdict.conforms {
        option.why = [
          "Possible: of 1 to 12 workers, a pool of \(Wording.list(fitting.map(String.init), "or")) could have printed it, and "
            + "no other."
        ]
      }
      return option
    }
    return Walkthrough.Question(
      moment: .after,
      prompt: "The order of these lines tells how many workers printed them: a task that comes late for its number began late, "
        + "for no worker was free. How many workers can the pool have had?",
      options: options)
  }
}

/// Outputs that are nearly a given one: a line moved, two exchanged, one lost, one printed twice.
struct NearMisses {
  let outputs: [[String]]

  init(of lines: [String]) {
    var found: [[String]] = []
    for from in lines.indices {
      for to in lines.indices where to != from {
        var moved = lines
        moved.insert(moved.remove(at: from), at: to)
        found.append(moved)
      }
    }
    for index in lines.indices {
      var shorter = lines
      shorter.remove(at: index)
      if !shorter.isEmpty { found.append(shorter) }
      var longer = lines
      longer.insert(lines[index], at: index)
      found.append(longer)
      var other = lines
      other[index] = Self.renamed(lines[index])
      found.append(other)
    }
    outputs = found.filter { $0 != lines }.uniqued
  }

  /// The line as it would be with another start method, or of another worker.
  private static func renamed(_ line: String) -> String {
    let pairs = [
      ("Spawn", "Fork"), ("Fork", "Spawn"), ("spawn", "fork"), ("fork", "spawn"), ("-1", "-2"), ("-2", "-1"),
      ("MainThread", "Thread-1"),
    ]
    return pairs.first { line.contains($0.0) }.map { line.replacing($0.0, with: $0.1) } ?? line
  }
}

/// A small generator: the same seed asks the same everywhere.
struct Draw {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(1, bound)))
  }

  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var open = elements
    var result: [Element] = []
    while !open.isEmpty { result.append(open.remove(at: below(open.count))) }
    return result
  }
}

extension Array where Element: Hashable {
  /// Each element once, where it came first.
  var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
