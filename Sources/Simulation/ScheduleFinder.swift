import Multiprocessing

/// Finds an order of a program's steps in which it shows something given: exactly these lines, or the steps of a schedule.
///
/// A search depth first: a run is given up where it can no longer show what is wanted, and no state is tried twice.
package final class ScheduleFinder {
  private struct Frame {
    /// The choices in the order in which they are tried.
    var order: [Int]
    var choices: [Choice]
    var next = 0
    var index: Int { order[next] }
  }

  private struct Key: Hashable {
    var state: Fingerprint
    var progress: Int
  }

  private let simulation: Simulation
  private let runLimit: Int
  /// How many runs the searches so far took.
  package private(set) var runs = 0

  /// - Parameter runLimit: after so many runs a search is given up with an error.
  package init(_ simulation: Simulation, runLimit: Int = 200_000) {
    self.simulation = simulation
    self.runLimit = runLimit
  }

  /// An order in which the program prints exactly these lines; nil if there is none.
  ///
  /// - Parameter printer: the lane that prints them all, where that is known; it shortens the search.
  /// - Throws: where the program is not deterministic, or the search passes its bound.
  package func schedule(printing lines: [String], by printer: String? = nil) throws(SimulationError) -> Schedule? {
    try run(printing: lines, by: printer)?.schedule
  }

  /// The run of such an order.
  package func run(printing lines: [String], by printer: String? = nil) throws(SimulationError) -> RunResult? {
    let guide = LineGuide(lines: lines, printer: printer)
    // The library's own steps in one order only: nearly always that is enough.
    if let result = try search(guide, isHasty: true) { return result }
    return try search(guide)
  }

  /// The run that a schedule describes; nil if there is none.
  ///
  /// A schedule that was stored before the library changed may have steps that exist no more, or lack some: then every claim
  /// and every line is kept in order, and the rest is found.
  package func run(following labels: [String]) throws(SimulationError) -> RunResult? {
    if let result = try search(LabelGuide(labels: labels, isLoose: false)) { return result }
    let telling = labels.filter(LabelGuide.isTelling)
    return try search(LabelGuide(labels: telling, isLoose: true))
  }

  func search(
    _ guide: some Guide, isHasty: Bool = false, _ settled: (RunResult) -> Bool = { _ in true }
  ) throws(SimulationError) -> RunResult? {
    var frames: [Frame] = []
    var known: Set<Key> = []
    var remaining = runLimit
    var fault: SimulationError?
    repeat {
      guard remaining > 0 else { throw bound }
      remaining -= 1
      runs += 1
      var depth = 0
      var isPruned = false
      let result = simulation.run { world, choices in
        if depth < frames.count {
          if frames[depth].choices != choices { fault = .notDeterministic(world, simulation.program) }
          depth += 1
          return fault == nil ? frames[depth - 1].index : nil
        }
        guard let progress = guide.progress(world),
          known.insert(Key(state: world.fingerprint(), progress: progress)).inserted
        else {
          isPruned = true
          return nil
        }
        frames.append(Frame(order: Self.order(world, choices, isHasty: isHasty), choices: choices))
        depth += 1
        return frames[depth - 1].index
      }
      if let fault { throw fault }
      if !isPruned, guide.accepts(result), settled(result) { return result }
      while var frame = frames.popLast() {
        frame.next += 1
        guard frame.next < frame.order.count else { continue }
        frames.append(frame)
        break
      }
    } while !frames.isEmpty
    return nil
  }

  private var bound: SimulationError {
    SimulationError(
      .bound, "No order was found in \(runLimit) runs of \(simulation.program.name); there may be one.")
  }

  // MARK: The shortest

  /// The run with the fewest choices among those that fail; nil if none does.
  package func shortestFailure() throws(SimulationError) -> RunResult? { try shortest(FailureGuide()) }

  /// The order with the fewest choices that prints exactly these lines; nil if there is none.
  package func shortestSchedule(printing lines: [String]) throws(SimulationError) -> Schedule? {
    try shortestRun(printing: lines)?.schedule
  }

  /// The run of such an order.
  package func shortestRun(printing lines: [String]) throws(SimulationError) -> RunResult? {
    try shortest(LineGuide(lines: lines))
  }

  /// A search breadth first: what it finds first has the fewest choices.
  private func shortest(_ guide: some Guide) throws(SimulationError) -> RunResult? {
    var known: Set<Key> = []
    var paths: [[Int]] = [[]]
    var remaining = runLimit
    while !paths.isEmpty {
      var longer: [[Int]] = []
      for path in paths {
        guard remaining > 0 else { throw bound }
        remaining -= 1
        runs += 1
        var depth = 0
        var isOver = true
        let result = simulation.run { world, choices in
          if depth < path.count {
            depth += 1
            return path[depth - 1]
          }
          isOver = false
          if let progress = guide.progress(world),
            known.insert(Key(state: world.fingerprint(), progress: progress)).inserted
          {
            longer += choices.indices.map { path + [$0] }
          }
          return nil
        }
        if isOver, guide.accepts(result) { return result }
      }
      paths = longer
    }
    return nil
  }

  private static func order(_ world: SimulatedWorld, _ choices: [Choice], isHasty: Bool) -> [Int] {
    let ranks = choices.map { choice in
      let operation = world.lanes[choice.lane].pending
      // A deadline that passes early is the last thing to try.
      if case .park? = operation, choice.code == 1 { return 5 }
      // Which outcome is handed in first can be what is looked for.
      if case .report? = operation, world.hasOrder { return 1 }
      return operation?.eagerness ?? 0
    }
    if isHasty, let first = ranks.firstIndex(of: 0) { return [first] }
    return choices.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  }
}

extension SimulatedWorld {
  /// What each process has buffered, without those that have nothing.
  var buffers: [[String]] {
    processes.compactMap { process in process.buffer.isEmpty ? nil : process.buffer.map(\.text) }
  }

  /// Whether there is one process only.
  var isAlone: Bool { processes.count == 1 }
}
