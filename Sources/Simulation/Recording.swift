import Multiprocessing
import PoolCore

/// One way in which a run can go on, told before it is taken.
package struct Way: Hashable, Sendable {
  package var choice: Choice
  /// Who would do it: the first word of a step's label.
  package var lane: String
  /// What it would do: the rest of the label, as far as it is known beforehand.
  package var word: String
  /// The lines that it would print.
  package var texts: [String]
  /// Whether a program shows it: everything else is the library's own affair, which nobody notices.
  package var isTelling: Bool
}

/// A simulated thread as people know it.
package struct LaneFact: Hashable, Sendable {
  package enum Role: Hashable, Sendable {
    case main, worker, handler
    /// A thread or a process that the program started itself.
    case other
  }

  /// The first word of its labels.
  package var name: String
  /// The names that the program can ask for.
  package var process: String
  package var thread: String
  package var role: Role
}

/// One step of a recorded run, with what could have happened instead.
package struct Moment: Hashable, Sendable {
  package var step: Step
  package var lane: String
  /// All that could happen here; empty where there was one way only.
  package var ways: [Way]
  /// What the program's calls of print gave in this step; it may come out later.
  package var said: [String]
  /// The lanes that exist since.
  package var started: [String]
}

/// A run with everything that could have happened instead.
package struct Recording: Sendable {
  package var result: RunResult
  package var moments: [Moment]
  package var lanes: [LaneFact]

  /// The choices that lead through the same run again.
  package var tape: [Choice] { result.steps.map(\.choice) }

  /// How often another thread than before did something that a program shows.
  package var switches: Int { Simulation.switches(result.steps).count }

  /// The workers that took nothing from the queue, by their lane.
  package var idleWorkers: [String] {
    let busy = Set(
      result.events.compactMap { event -> String? in
        if case .claim = event.kind { event.lane } else { nil }
      })
    return lanes.filter { $0.role == .worker && !busy.contains($0.name) }.map(\.name)
  }
}

extension Simulation {
  /// How many items its tasks draw values for at a time; nil where they draw none that are given.
  package var chunkSize: Int? { program.draws?.chunkSize }

  /// Runs the program once and records every step.
  ///
  /// - Parameter tape: a choice for each step from the first on. Behind its end, or where a choice is not possible, the
  ///   library's own steps come first, and then whoever moved last goes on as long as it can.
  package func record(_ tape: [Choice] = []) -> Recording {
    var ways: [Int: [Way]] = [:]
    var lanes: [LaneFact] = []
    var moments: [Moment] = []
    var events = 0
    var mover: Int?
    let result = run { world, choices in
      let step = world.steps.count
      let all = choices.map { world.way($0) }
      ways[step] = all
      if step < tape.count, let index = choices.firstIndex(of: tape[step]) { return index }
      return Self.steady(world, all, mover)
    } stepped: { world, lane, _ in
      let number = world.steps.count - 1
      let known = lanes.count
      for lane in world.lanes[known...] { lanes.append(lane.fact) }
      let said = world.events[events...].compactMap { event -> String? in
        if case .print(let text) = event.kind { text } else { nil }
      }
      events = world.events.count
      if LabelGuide.isTelling(world.steps[number].label) { mover = lane.number }
      moments.append(
        Moment(
          step: world.steps[number], lane: lane.name, ways: ways[number] ?? [], said: said,
          started: lanes[known...].map(\.name)))
    }
    return Recording(result: result, moments: moments, lanes: lanes)
  }

  /// The library's own steps, then whoever moved last, then whoever takes nothing away from others.
  private static func steady(_ world: SimulatedWorld, _ ways: [Way], _ mover: Int?) -> Int {
    if let quiet = ways.firstIndex(where: { !$0.isTelling }) { return quiet }
    func eagerness(_ index: Int) -> Int { world.lanes[ways[index].choice.lane].pending?.eagerness ?? 0 }
    if let same = ways.firstIndex(where: { $0.choice.lane == mover }), eagerness(same) < 4 { return same }
    return ways.indices.min { (eagerness($0), $0) < (eagerness($1), $1) } ?? 0
  }
}

extension SimulatedWorld {
  func way(_ choice: Choice) -> Way {
    let lane = lanes[choice.lane]
    let operation = lane.pending
    var word = operation?.word ?? "go on"
    var texts: [String] = []
    switch operation {
    case _ where choice.code == Faults.death: word = "die"
    case .take(let transport, _) where choice.code == 0:
      if let chunk = transport.queue.first?.chunk { word = "take \(chunk.text)" }
    case .pass(.take(_)): word = "take"
    case .collect(let transport, _) where choice.code > 0:
      if let place = transport.places.first(where: { Int($0.id.rawValue) == choice.code - 1 }) {
        word = "hear \(place.lane.name)"
      }
    case .print: texts = lane.printing.map { [$0] } ?? lane.process.buffer.map(\.text)
    default: break
    }
    return Way(
      choice: choice, lane: lane.name, word: word, texts: texts,
      isTelling: choice.code == Faults.death || (operation?.eagerness ?? 0) > 0 || goesOn(lane))
  }

  /// Whether a program's own thread begins or goes on after waiting: it may print in the same step.
  private func goesOn(_ lane: Lane) -> Bool {
    switch lane.pending {
    case .start, .park: !lane.isHelper && lane.number > 0 || lane.number == 0 && processes.count > 1
    default: false
    }
  }
}

extension Lane {
  fileprivate var fact: LaneFact {
    let role: LaneFact.Role =
      number == 0 ? .main : isHelper ? .handler : isWorker ? .worker : .other
    return LaneFact(name: name, process: process.state.identity.name, thread: identity.name, role: role)
  }
}
