import CMultiprocessing
package import Multiprocessing
import PoolCore

/// A program under simulation: what it is run with.
package struct Program: Sendable {
  package var name: String
  package var settings: Settings
  package var startMethod: StartMethod?
  /// What its tasks draw; nil for values that are a function of what a task knows.
  package var draws: Draws?
  package var main: @Sendable () throws -> Void
  /// Nil: the pool as it stands.
  package var variant: Variant?

  package init(
    _ name: String, settings: Settings = Settings(profile: .document), startMethod: StartMethod? = nil,
    main: @escaping @Sendable () throws -> Void
  ) {
    self.name = name
    self.settings = settings
    self.startMethod = startMethod
    self.main = main
  }
}

/// The name for modules that have programs of their own.
package typealias SimulatedProgram = Program

/// What may stand for each other: whoever sets it promises that nothing printed tells them apart.
package struct Symmetry: Hashable, Sendable {
  /// The workers of a process pool.
  package var workers: Bool
  /// The tasks of a job.
  package var tasks: Bool

  /// What the main program has learned before it prints does not matter to what it does after that.
  package var isForgetful: Bool

  package init(workers: Bool = false, tasks: Bool = false, isForgetful: Bool = false) {
    self.workers = workers
    self.tasks = tasks
    self.isForgetful = isForgetful
  }
}

/// One step of a run.
package struct Step: Hashable, Sendable {
  package var choice: Choice
  /// Who did what: `w1.take 3`.
  package var label: String
  /// The lines that came out with it.
  package var lines: Range<Int>
  /// Whether there was anything else to choose.
  package var wasForced: Bool
}

/// How a run ended.
package enum Ending: Hashable, Sendable {
  case finished
  /// The program ended with an error.
  case threw(String)
  /// Nobody can go on; who waits for what.
  case hang([String])
  /// More steps than a run may have.
  case endless
  /// A thread did something that no program may do under simulation, for nobody could choose when it happens.
  case forbidden(String)
}

/// What one run showed.
package struct RunResult: Sendable {
  package var output: [OutputLine]
  package var steps: [Step]
  /// Who took which chunk and printed which line, in order.
  package var events: [Schedule.Event]
  package var ending: Ending

  package var lines: [String] { output.map(\.text) }
}

/// Runs programs in simulated worlds, one after the other, on the calling thread.
package final class Simulation {
  let program: Program
  let timers: Timers
  let granularity: Granularity
  private let stacks = Stacks()
  let symmetry: Symmetry
  private var workersAreAlike: Bool { symmetry.workers }
  package var stepLimit = 100_000
  let faults: Faults

  package init(
    _ program: Program, timers: Timers = .patient, granularity: Granularity = .calls, symmetry: Symmetry = Symmetry(),
    faults: Faults = Faults()
  ) {
    self.faults = faults
    self.symmetry = symmetry
    self.program = program
    self.timers = timers
    self.granularity = granularity
  }

  /// Runs the program once.
  ///
  /// - Parameter choose: called where more than one thing can happen next; the index of what does. Nil: this run is of no
  ///   more interest.
  func run(
    _ choose: (SimulatedWorld, [Choice]) -> Int?, stepped: ((SimulatedWorld, Lane, AccessTable.Key) -> Void)? = nil
  ) -> RunResult {
    let world = SimulatedWorld(program, stacks, timers, granularity, symmetry, faults)
    if let variant = program.variant { world.variant = variant }
    return CurrentWorld.with(world) {
      defer { world.tearDown() }
      return run(world, choose, stepped)
    }
  }

  private func run(
    _ world: SimulatedWorld, _ choose: (SimulatedWorld, [Choice]) -> Int?,
    _ stepped: ((SimulatedWorld, Lane, AccessTable.Key) -> Void)?
  ) -> RunResult {
    var thrown: String?
    let body = program.main
    let main = world.makeLane("main", world.main, world.main.state.mainThread, startsAtOnce: true) {
      do { try body() } catch { thrown = "\(error)" }
      world.flush()
      world.touch(.finish)
    }
    var isWanted = true
    var ending = Ending.finished
    startLanes(world)
    while true {
      if let forbidden = world.forbidden {
        ending = .forbidden(forbidden)
        break
      }
      if main.isFinished { break }
      let choices = world.choices()
      // That somebody might die is no reason to go on waiting.
      guard choices.contains(where: { $0.code != Faults.death }) else {
        if let lane = jump(world) {
          if isWanted { stepped?(world, lane, lane.key(workersAreAlike)) }
          continue
        }
        ending = .hang(world.waiting)
        break
      }
      var index = 0
      if choices.count > 1, isWanted {
        if let chosen = choose(world, choices) { index = chosen } else { isWanted = false }
      }
      let lane = world.lanes[choices[index].lane]
      let key = isWanted ? lane.key(choices[index].code, workersAreAlike: workersAreAlike) : nil
      step(world, choices[index], wasForced: choices.count == 1, isWanted)
      if let key { stepped?(world, lane, key) }
      if world.steps.count > stepLimit {
        ending = .endless
        break
      }
    }
    if let thrown, ending == .finished { ending = .threw(thrown) }
    let result = RunResult(output: world.output, steps: world.steps, events: world.events, ending: ending)
    drain(world)
    return result
  }

  private func startLanes(_ world: SimulatedWorld) {
    var index = 0
    while index < world.lanes.count {
      let lane = world.lanes[index]
      if lane.startsAtOnce, case .start? = lane.pending, !lane.isGhost { lane.resume() }
      index += 1
    }
  }

  private func step(_ world: SimulatedWorld, _ choice: Choice, wasForced: Bool, _ isWanted: Bool) {
    let lane = world.lanes[choice.lane]
    let lines = world.output.count
    let operation = lane.pending
    world.begin()
    if choice.code == Faults.death {
      world.die(lane)
    } else {
      lane.code = choice.code
      lane.hasEffect = false
      lane.resume()
    }
    startLanes(world)
    let label = isWanted ? "\(lane.name).\(world.stepLabel ?? operation?.word ?? "goes on")" : ""
    world.steps.append(Step(choice: choice, label: label, lines: lines..<world.output.count, wasForced: wasForced))
  }

  /// Nobody can go on: the clock jumps to the next deadline, and who waits for it goes on. Nil: nobody waits for one.
  private func jump(_ world: SimulatedWorld) -> Lane? {
    let next = world.lanes.filter { !$0.isGhost }.compactMap { lane in lane.pending?.deadline.map { (lane, $0) } }
      .min { $0.1 < $1.1 }
    guard let (lane, deadline) = next else { return nil }
    world.clock = max(world.clock, deadline)
    step(world, Choice(lane: lane.number, code: 1), wasForced: true, true)
    return lane
  }

  /// Lets everything that is left come to its end, so that it gives its memory back. What cannot end is left.
  private func drain(_ world: SimulatedWorld) {
    for transport in world.transports { transport.abandon() }
    var count = 0
    while count < 1000 {
      startLanes(world)
      if let choice = world.choices().first(where: { $0.code != Faults.death }) {
        let lane = world.lanes[choice.lane]
        lane.code = choice.code
        lane.hasEffect = false
        lane.resume()
      } else if let ghost = world.lanes.first(where: { $0.isGhost && !$0.isFinished && $0.pending != nil }) {
        ghost.code = 0
        ghost.resume()
      } else {
        return
      }
      count += 1
    }
  }
}

extension SimulatedWorld {
  /// What can happen next.
  func choices() -> [Choice] {
    var choices: [Choice] = []
    for lane in lanes where !lane.isGhost {
      guard let operation = lane.pending else { continue }
      for code in operation.codes(timers) { choices.append(Choice(lane: lane.number, code: code)) }
      if deathsLeft > 0, let place = lane.worker, !place.hasExited {
        choices.append(Choice(lane: lane.number, code: Faults.death))
      }
    }
    return choices
  }

  /// Who waits for what; a pool's own threads only wait for the others.
  var waiting: [String] {
    let waiting = lanes.filter { !$0.isGhost && !$0.isFinished && !$0.isHelper }
    return waiting.map { "\($0.name) waits for \($0.pending?.purpose ?? "nothing")" + ($0.chunk.map { " in task \($0.text)" } ?? "") }
  }
}

extension Operation {
  /// What is waited for.
  var purpose: String {
    switch self {
    case .park(let parker, _): parker.goal
    case .wordWait(let words, let waiter, _): words.purpose(waiter)
    case .take: "a task"
    case .receive(let channel): "a message in queue \(channel.number)"
    case .sleep: "a moment"
    default: word
    }
  }

  /// What is said of a step that did nothing more notable.
  var word: String {
    switch self {
    case .start: "start"
    case .pass(.event(let event)): event.word
    case .pass: "go on"
    case .print: "print"
    case .park: "wake"
    case .sleep: "sleep"
    case .take: "stop"
    case .collect: "interrupted"
    case .watch: "interrupted"
    case .kill(_, let worker): "kill \(worker.rawValue + 1)"
    case .report: "report"
    case .send: "put"
    case .receive: "get"
    case .look: "look"
    case .local: "variable"
    case .wake: "wake up"
    case .word(let words, let index, let isWritten):
      "\(isWritten ? "write" : "read") \(words.number).\(index < 0 ? "bytes" : "\(index)")"
    case .wordWait(let words, let waiter, _): "woken \(words.number).\(waiter.word)"
    }
  }
}

extension PoolEvent {
  var word: String {
    switch self {
    case .submitted: "submit"
    case .closed: "close"
    case .terminated: "terminate"
    case .returned: "returned"
    case .exited: "exited"
    case .workerReady: "ready"
    default: "\(self)"
    }
  }
}
