import Multiprocessing

/// Some orders of a program, drawn at random: where there are too many to run them all.
///
/// It shows what can happen and proves nothing about what cannot.
package final class Sampler {
  package enum Method: Hashable, Sendable {
    /// At every choice each way is as likely as the others.
    case random
    /// Threads have priorities, which change at this many moments less one: a bug that takes as many steps in a certain
    /// order is found with a probability that is known (probabilistic concurrency testing).
    case priorities(depth: Int)
  }

  private let simulation: Simulation
  private let method: Method
  private var generator: Generator
  /// The outputs so far, and how often each came.
  package private(set) var outputs: [[String]: Int] = [:]
  package private(set) var failures: [RunResult] = []
  package private(set) var runs = 0
  package private(set) var steps = 0
  /// The most choices that a run had: the moments among which priorities change.
  private var longest = 20

  package init(_ simulation: Simulation, _ method: Method, seed: UInt64) {
    self.simulation = simulation
    self.method = method
    generator = Generator(seed: seed)
  }

  /// Runs so many more orders.
  package func run(_ count: Int) {
    for _ in 0..<count {
      let result =
        switch method {
        case .random: simulation.run { [self] _, choices in generator.draw(below: choices.count) }
        case .priorities(let depth): runWithPriorities(depth)
        }
      runs += 1
      steps += result.steps.count
      if result.ending == .finished { outputs[result.lines, default: 0] += 1 } else { failures.append(result) }
    }
  }

  private func runWithPriorities(_ depth: Int) -> RunResult {
    var priorities: [Int: Int] = [:]
    let changes = (1..<max(1, depth)).map { (at: generator.draw(below: longest), priority: -$0) }
    var choicesMade = 0
    let result = simulation.run { [self] _, choices in
      // A new thread gets its place among the others by chance.
      for choice in choices where priorities[choice.lane] == nil {
        priorities[choice.lane] = generator.draw(below: 1 << 30)
      }
      let best = choices.map { priorities[$0.lane] ?? 0 }.max() ?? 0
      let candidates = choices.indices.filter { priorities[choices[$0].lane] == best }
      let index = candidates[generator.draw(below: candidates.count)]
      for change in changes where change.at == choicesMade { priorities[choices[index].lane] = change.priority }
      choicesMade += 1
      return index
    }
    longest = max(longest, choicesMade)
    return result
  }
}

/// A small generator; the same seed draws the same numbers everywhere.
struct Generator {
  private var state: Int

  init(seed: UInt64) { state = mix(Int(truncatingIfNeeded: seed), 1) }

  mutating func draw(below bound: Int) -> Int {
    state = mix(state, 0x5EED)
    return Int(UInt(bitPattern: state) % UInt(max(1, bound)))
  }
}
