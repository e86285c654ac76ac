import Simulation

/// Tells the steps of a recorded run in sentences, and where each lane stands in the two programs.
///
/// It goes through the run from its start, for what a step means depends on what its lane did before.
struct Narrator {
  /// What a step is to a learner.
  struct Telling {
    var sentence: String
    var position: Walkthrough.Position
    /// Whether the program does it, and not the pool on its own account.
    var isProgram: Bool
  }

  private let swift: SourceMap
  private let python: SourceMap
  private let lanes: [String: Walkthrough.Lane]
  /// How many tasks of a map are in one chunk; nil where it is not known.
  private let chunkSize: Int?
  private var positions: [String: Walkthrough.Position] = [:]
  /// Workers that have taken a task: what they print is no initializer's.
  private var working: Set<String> = []
  /// What each worker has said and the result handler has not heard.
  private var unheard: [String: [String]] = [:]
  private var jobs = 0
  private var isMap = false
  private var hasLeft = false
  private var hasJoined = false

  init(_ recording: Recording, _ lanes: [Walkthrough.Lane], swift: SourceMap, python: SourceMap, chunkSize: Int?) {
    self.swift = swift
    self.python = python
    self.chunkSize = chunkSize
    self.lanes = Dictionary(lanes.map { ($0.id, $0) }) { first, _ in first }
  }

  mutating func tell(_ moment: Moment) -> Telling {
    for lane in moment.started where role(lane) == .worker { unheard[lane] = ["is ready"] }
    let word = String(moment.step.label.dropFirst(moment.lane.count + 1))
    switch role(moment.lane) {
    case .main: return main(moment, word)
    case .worker: return worker(moment, word)
    case .helper: return helper(moment, word)
    }
  }

  /// What a lane would do, without its name.
  func phrase(of way: Way) -> String {
    if let text = way.texts.first { return "prints “\(text)”" }
    let parts = way.word.split(separator: " ", maxSplits: 1)
    switch parts.first {
    case "take": return parts.count > 1 ? "takes \(task(String(parts[1])))" : "looks for a task"
    case "stop": return "sees that nothing is left, and ends"
    case "put": return "puts its result on the queue"
    case "terminate": return "leaves the block, which ends the pool"
    case "print": return "lets out what it has printed"
    case "start": return "starts"
    case "wake": return "goes on: what it waited for is there"
    case "kill": return "ends a worker by force"
    case "hear": return "hears \(name(parts.count > 1 ? String(parts[1]) : ""))"
    default: return Self.asides[way.word] ?? "goes on with its own affairs (\(way.word))"
    }
  }

  // MARK: Lanes

  private func role(_ lane: String) -> Walkthrough.Lane.Role { lanes[lane]?.role ?? .helper }
  private func name(_ lane: String) -> String { lanes[lane]?.name ?? lane }

  /// Moves a lane to a line of each program; it stays where one of them has none.
  private mutating func move(_ lane: String, to deed: SourceMap.Deed, in part: SourceMap.Part) -> Walkthrough.Position {
    var position = positions[lane] ?? Walkthrough.Position()
    position.swift = swift.line(of: deed, in: part, after: position.swift) ?? position.swift
    position.python = python.line(of: deed, in: part, after: position.python) ?? position.python
    positions[lane] = position
    return position
  }

  private func stay(_ lane: String) -> Walkthrough.Position { positions[lane] ?? Walkthrough.Position() }

  /// A chunk of a job as people count them.
  private func task(_ chunk: String) -> String {
    let parts = chunk.split(separator: ".").compactMap { Int($0) }
    guard let job = parts.first else { return "a task" }
    guard isMap else { return "task \(job + 1)" }
    let index = parts.count > 1 ? parts[1] : 0
    switch chunkSize {
    case 1: return "task \(index)"
    case let size?: return "tasks \(index * size) to \((index + 1) * size - 1)"
    case nil: return "piece \(index + 1) of the map"
    }
  }

  private static func quoted(_ texts: [String]) -> String { Wording.list(texts.map { "“\($0)”" }, "and") }

  // MARK: Main

  private mutating func main(_ moment: Moment, _ word: String) -> Telling {
    let lane = moment.lane
    func telling(_ sentence: String, _ position: Walkthrough.Position) -> Telling {
      Telling(sentence: sentence, position: position, isProgram: true)
    }
    if !moment.said.isEmpty {
      let position = move(lane, to: .say(moment.said[0]), in: .main)
      let isOut = !moment.step.lines.isEmpty
      return telling("main prints \(Self.quoted(moment.said))" + (isOut ? "." : "; it stays in its buffer."), position)
    }
    switch word {
    case "start": return telling("The program starts.", move(lane, to: .start, in: .main))
    case "opened":
      hasLeft = false
      hasJoined = false
      jobs = 0
      let workers = moment.started.count { role($0) == .worker }
      let helpers = moment.started.count { role($0) == .helper }
      let kind = moment.started.contains { $0.hasPrefix("t") && role($0) == .worker } ? "worker thread" : "worker"
      return telling(
        "main makes a pool: \(Wording.count(workers, kind)) and \(Wording.count(helpers, "helper thread")) start.",
        move(lane, to: .open, in: .main))
    case "submit":
      let position = move(lane, to: .submit, in: .main)
      isMap = position.swift.map { swift.isMap($0) } ?? false
      jobs += 1
      return telling(isMap ? "main issues the tasks of a map." : "main issues task \(jobs).", position)
    case "close": return telling("main closes the pool: no more tasks can come.", move(lane, to: .close, in: .main))
    case "terminate":
      hasLeft = true
      let what = hasJoined ? "the pool has ended already" : "that ends the pool, whatever is still going on"
      return telling("main leaves the block: \(what).", move(lane, to: .leave, in: .main))
    case "get": return telling("main takes a result from the queue.", move(lane, to: .get, in: .main))
    case "wake":
      guard !hasLeft else { return telling("main goes on: the pool has ended.", stay(lane)) }
      let position = move(lane, to: .wait, in: .main)
      hasJoined = position.swift.map { swift.lines[$0 - 1].contains(".join()") } ?? false
      let what = hasJoined ? "every worker has ended" : "what it waited for is there"
      return telling("main goes on: \(what).", position)
    case "print" where !moment.step.lines.isEmpty:
      return telling("main lets out what it has printed.", stay(lane))
    default: return Telling(sentence: "main \(Self.asides[word] ?? "goes on").", position: stay(lane), isProgram: false)
    }
  }

  // MARK: Workers

  private mutating func worker(_ moment: Moment, _ word: String) -> Telling {
    let lane = moment.lane
    let name = name(lane)
    let part: SourceMap.Part = working.contains(lane) ? .task : .initializer
    func telling(_ sentence: String, _ position: Walkthrough.Position) -> Telling {
      Telling(sentence: sentence, position: position, isProgram: true)
    }
    if !moment.said.isEmpty {
      let whose = part == .initializer ? "initializer" : "task"
      return telling(
        "The \(whose) of \(name) prints \(Self.quoted(moment.said)).", move(lane, to: .say(moment.said[0]), in: part))
    }
    let parts = word.split(separator: " ", maxSplits: 1)
    switch parts.first {
    case "take" where parts.count > 1:
      working.insert(lane)
      let task = task(String(parts[1]))
      unheard[lane, default: []].append("has done \(task)")
      return telling("\(name) takes \(task) from the queue.", move(lane, to: .begin, in: .task))
    case "stop":
      unheard[lane, default: []].append("has ended")
      positions[lane] = nil
      return telling("\(name) finds the queue empty for good, and ends.", stay(lane))
    case "put": return telling("The task of \(name) puts its result on the queue.", move(lane, to: .put, in: .task))
    default:
      return Telling(sentence: "\(name) \(Self.asides[word] ?? "goes on").", position: stay(lane), isProgram: false)
    }
  }

  // MARK: Helper threads

  private mutating func helper(_ moment: Moment, _ word: String) -> Telling {
    if !moment.said.isEmpty {
      return Telling(
        sentence: "A callback in the \(name(moment.lane)) prints \(Self.quoted(moment.said)).",
        position: move(moment.lane, to: .say(moment.said[0]), in: .helper), isProgram: true)
    }
    var sentence = "The \(name(moment.lane)) \(Self.asides[word] ?? "sees to its work")."
    if word.hasPrefix("hear ") {
      let lane = String(word.dropFirst(5))
      let said = unheard[lane]?.isEmpty == false ? unheard[lane]?.removeFirst() : nil
      sentence = "The \(name(moment.lane)) hears that \(name(lane)) \(said ?? "has ended")."
    }
    return Telling(sentence: sentence, position: stay(moment.lane), isProgram: false)
  }

  /// Steps that show nothing.
  private static let asides = [
    "wake": "is woken",
    "go on": "goes on",
    "interrupted": "is called to another matter",
    "ready": "tells the pool that the worker is ready",
    "returned": "tells the pool what came back",
    "exited": "tells the pool that the worker has ended",
    "finish": "comes to its end",
    "variable": "reads or writes a variable",
    "look": "looks whether a message has come",
    "wake up": "wakes another thread",
    "sleep": "has slept",
  ]
}
