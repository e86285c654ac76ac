import Simulation
import Testing

/// The exploration finds bugs: each of these pools is wrong in one way, and a program shows it in some order.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SeededBugTests {
  struct Explored {
    var graph: StateGraph
    var runs: Int
  }

  private func explored(_ program: Program) -> Explored {
    let simulation = Simulation(program)
    simulation.stepLimit = 2000
    let explorer = Explorer(simulation)
    // A pool that is wrong may go on for ever: what a part of its orders shows is enough.
    explorer.explore(runLimit: program.variant == nil ? 20_000 : 3000)
    #expect(explorer.isComplete || program.variant != nil, "\(program.name)")
    return Explored(graph: explorer.graph, runs: explorer.runs)
  }

  @Test func `the pool as it stands shows no hang and no failure in any of the programs`() {
    for program in Seeded.all {
      let explored = explored(program)
      #expect(explored.graph.endings.values.allSatisfy { $0 == .finished }, "\(program.name): \(explored.graph.endings.values)")
      #expect(!explored.graph.outputs().isEmpty)
    }
  }

  @Test(arguments: SeededBug.all) func `a seeded bug is found`(bug: SeededBug) throws {
    var sound = bug.program
    sound.variant = nil
    let legal = Set(explored(sound).graph.outputs())
    let wrong = explored(bug.program)
    let hang = wrong.graph.shortest { ending, _ in if case .hang = ending { true } else { false } }
    let error = wrong.graph.shortest { ending, _ in if case .threw = ending { true } else { false } }
    let illegal = wrong.graph.shortest { ending, lines in ending == .finished && !legal.contains(lines) }
    let missing = legal.subtracting(wrong.graph.outputs())
    let found =
      switch bug.symptom {
      case .hang: hang
      case .error: error
      case .illegal: illegal
      case .missing: missing.isEmpty ? nil : (choices: 0, lines: [])
      }
    #expect(found != nil)
    let how =
      bug.symptom == .missing
      ? "\(missing.count) of \(legal.count) outputs never come"
      : "shortest schedule \(found.map { "\($0.choices) choices" } ?? "none")"
    print("seeded bug: \(bug.name): \(bug.symptom.rawValue), \(how), \(wrong.runs) runs")
  }

  @Test func `there are enough of them, each with its own name`() {
    #expect(SeededBug.all.count >= 20 && Set(SeededBug.all.map(\.name)).count == SeededBug.all.count)
  }
}

extension StateGraph {
  /// The fewest choices that lead to an ending that fits, and what is printed on the way.
  func shortest(to fits: (Ending, [String]) -> Bool) -> (choices: Int, lines: [String])? {
    struct Place: Hashable {
      var node: Int
      var lines: [Int]
    }
    guard let start else { return nil }
    var layer: Set<Place> = [Place(node: start.target, lines: start.lines)]
    var seen = layer
    var choices = 0
    while !layer.isEmpty {
      var next: Set<Place> = []
      for place in layer {
        let lines = place.lines.map { texts[$0] }
        if let ending = endings[place.node], fits(ending, lines) { return (choices, lines) }
        for edge in edges[place.node].values {
          let place = Place(node: edge.target, lines: place.lines + edge.lines)
          if seen.insert(place).inserted { next.insert(place) }
        }
      }
      layer = next
      choices += 1
    }
    return nil
  }
}
