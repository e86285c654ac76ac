import Multiprocessing
import PoolCore

/// What a guided search looks for: which way to try first, and where it makes no sense to go on.
protocol Guide {
  /// A number that, together with the state of the world, decides what is still to come; nil where a run cannot show what is
  /// wanted any more.
  func progress(_ world: SimulatedWorld) -> Int?
  /// Whether a run that came to its end is what is wanted.
  func accepts(_ result: RunResult) -> Bool
}

/// Looks for a run that prints exactly these lines.
struct LineGuide: Guide {
  let lines: [String]
  /// The lane that prints them all, where that is known.
  var printer: String?

  func progress(_ world: SimulatedWorld) -> Int? {
    let output = world.output
    guard output.count <= lines.count, zip(output, lines).allSatisfy({ $0.text == $1 }) else { return nil }
    let rest = lines[output.count...]
    for buffer in world.buffers {
      if world.isAlone {
        // Nobody else prints: what is buffered comes next.
        guard rest.starts(with: buffer) else { return nil }
      } else {
        // It comes later, in this order, perhaps with lines of others between.
        var open = rest
        for text in buffer {
          guard let found = open.firstIndex(of: text) else { return nil }
          open = open[(found + 1)...]
        }
      }
    }
    if let printer, let lane = world.lanes.first(where: { $0.name == printer }), let next = lane.printing {
      let printed = output.count + lane.process.buffer.count
      guard printed < lines.count, lines[printed] == next else { return nil }
    }
    return output.count
  }

  func accepts(_ result: RunResult) -> Bool { result.ending == .finished && result.lines == lines }
}

/// Looks for a run that ends in a way that no correct program has.
struct FailureGuide: Guide {
  func progress(_ world: SimulatedWorld) -> Int? { 0 }
  func accepts(_ result: RunResult) -> Bool { result.ending != .finished }
}

/// Looks for a run that follows a schedule.
struct LabelGuide: Guide {
  let labels: [String]
  /// Whether steps of the schedule that are the library's own affair may be missing, and others be there instead.
  let isLoose: Bool

  /// How many labels the steps so far have used; nil if they do not fit.
  private func used(_ steps: [Step]) -> Int? {
    var position = 0
    for step in steps where !step.wasForced || isLoose {
      if position < labels.count, step.label == labels[position] {
        position += 1
      } else if !isLoose {
        return nil
      } else if Self.isTelling(step.label), !step.wasForced || labels[position...].contains(step.label) {
        // Not its turn yet.
        return nil
      }
    }
    return position
  }

  func progress(_ world: SimulatedWorld) -> Int? { used(world.steps) }

  func accepts(_ result: RunResult) -> Bool { used(result.steps) == labels.count }

  /// Whether a step is something that a program shows: a line, a claim, an end by force.
  ///
  /// Everything else may change with the library.
  static func isTelling(_ label: String) -> Bool {
    let words = label.drop { $0 != "." }.dropFirst()
    return ["print", "take", "kill", "die", "put"].contains { words.hasPrefix($0) }
  }
}

extension Operation {
  /// What a guided search tries first: what others cannot notice, then what is wanted in an order, then what takes something
  /// away.
  var eagerness: Int {
    switch self {
    case .pass(.event(.terminated)), .kill: 4
    case .send: 3
    case .take, .pass(.take): 2
    case .print: 1
    default: 0
    }
  }
}
