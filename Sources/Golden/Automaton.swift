/// A machine whose words are the legal outputs of a program, a line at a time.
///
/// It is deterministic: after the lines read so far there is one state, which may stand for many possible
/// assignments of hidden events. Counting paths therefore counts outputs.
protocol Automaton: Sendable {
  associatedtype State: Hashable & Sendable

  func initial() throws(GoldenError) -> State
  /// Every line that may come next, in a fixed order, with the state behind it.
  func steps(from state: State) throws(GoldenError) -> [(line: Program.Line, state: State)]
  /// Whether the output may end here.
  func accepts(_ state: State) -> Bool
  /// How much work it is to go on from this state, in small units that are alike for all automata.
  func cost(of state: State) -> Int
}

extension Automaton {
  /// The state behind one line; nil where it cannot come next.
  func step(from state: State, _ line: Program.Line) throws(GoldenError) -> State? {
    for step in try steps(from: state) where step.line == line { return step.state }
    return nil
  }
}

extension Program {
  /// The most work that counting, listing or comparing may take before it refuses, in units of `Automaton.cost`.
  package static let workBound = 3_000_000

  func makeAutomaton() -> any Automaton {
    switch order {
    case .documented(let lines): SequenceAutomaton(lines: lines.map(printed))
    case .queue(let queue): QueueAutomaton(queue: queue)
    case .lanes: LaneAutomaton(program: self)
    }
  }

  /// The line as its text tells it: without the lane where no name is printed.
  func printed(_ line: Line) -> Line {
    Line(kind: line.kind, lane: kinds[line.kind].printsLane ? line.lane : -1, task: line.task)
  }

  /// The line's text; a value that is drawn shows as its range.
  package func text(_ line: Line) -> String {
    let kind = kinds[line.kind]
    let lane = line.lane - groups[kind.group].offset
    let range = kind.template.values.map { "{\($0.lowerBound)..<\($0.upperBound)}" } ?? ""
    return kind.template.text(lane: lane, task: line.task, value: range)
  }

  func refusal(_ what: String) -> GoldenError {
    GoldenError(
      .bound,
      "\(what) takes more than \(Self.workBound) steps of the automaton for \(example) with "
        + "\(laneCount) lanes and \(kinds.reduce(0) { $0 + $1.total }) lines", file: file)
  }
}

/// Nothing varies: one output.
struct SequenceAutomaton: Automaton {
  let lines: [Program.Line]

  func initial() -> Int { 0 }

  func steps(from state: Int) -> [(line: Program.Line, state: Int)] {
    state < lines.count ? [(lines[state], state + 1)] : []
  }

  func accepts(_ state: Int) -> Bool { state == lines.count }
  func cost(of state: Int) -> Int { 1 }
}

/// One lane prints what hidden lanes finish.
///
/// Chunks are taken first come first served, so a chunk can have started only if, of the chunks before it, fewer are
/// unfinished than there are hidden lanes. Within a chunk, tasks finish in order.
struct QueueAutomaton: Automaton {
  let queue: Program.Queue

  /// How many tasks of each chunk have finished; finished chunks in front and untouched ones behind are left out.
  struct State: Hashable {
    /// The first chunk that is not finished.
    var first = 0
    var done: [Int32] = []
  }

  func initial() -> State { State() }

  private func size(_ chunk: Int) -> Int { min(queue.chunk, queue.tasks - chunk * queue.chunk) }
  private var chunks: Int { (queue.tasks + queue.chunk - 1) / queue.chunk }

  func steps(from state: State) -> [(line: Program.Line, state: State)] {
    var steps: [(line: Program.Line, state: State)] = []
    var unfinished = 0
    var chunk = state.first
    while chunk < chunks, unfinished < queue.workers {
      let index = chunk - state.first
      let done = index < state.done.count ? Int(state.done[index]) : 0
      if done < size(chunk) {
        unfinished += 1
        let line = Program.Line(kind: queue.kind, lane: -1, task: chunk * queue.chunk + done)
        steps.append((line, advance(state, index)))
      }
      chunk += 1
    }
    return steps
  }

  private func advance(_ state: State, _ index: Int) -> State {
    var next = state
    while next.done.count <= index { next.done.append(0) }
    next.done[index] += 1
    while let first = next.done.first, Int(first) == size(next.first) {
      next.done.removeFirst()
      next.first += 1
    }
    return next
  }

  func accepts(_ state: State) -> Bool { state.first == chunks }

  func cost(of state: State) -> Int {
    // Each step copies what is under way.
    let open = min(chunks - state.first, queue.workers + state.done.count)
    return 1 + open * (1 + state.done.count / 8)
  }
}
