/// The outputs of a program: all sequences of lines on the way from the start to an ending.
///
/// Many ways print the same, so the graph is read as an automaton and made deterministic on the way: after the lines
/// printed so far there is one set of places where the program may be. Counting ways through these sets counts outputs.
extension StateGraph {
  /// A place: a state, or somewhere between the lines of an edge.
  private struct Place: Hashable, Comparable {
    var node: Int
    /// Which edge it is on, and how many of its lines are out; -1: at the state itself.
    var choice = -1
    var offset = 0

    static func < (a: Place, b: Place) -> Bool {
      (a.node, a.choice, a.offset) < (b.node, b.choice, b.offset)
    }
  }

  private func edge(_ place: Place) -> Edge? {
    place.node < 0 ? start : edges[place.node][place.choice]
  }

  /// Everything that can be reached without printing.
  private func closure(_ places: [Place]) -> [Place] {
    var found = Set<Place>()
    var open = places
    var result: Set<Place> = []
    while let place = open.popLast() {
      guard found.insert(place).inserted else { continue }
      if place.choice >= 0 || place.node < 0 {
        guard let edge = edge(place) else { continue }
        if place.offset < edge.lines.count { result.insert(place) } else { open.append(Place(node: edge.target)) }
      } else {
        if endings[place.node] != nil { result.insert(place) }
        for choice in edges[place.node].keys { open.append(Place(node: place.node, choice: choice)) }
      }
    }
    return result.sorted()
  }

  /// Where each possible next line leads, in order of the lines; and whether the program may end here.
  private func successors(_ places: [Place]) -> (next: [(line: Int, places: [Place])], mayEnd: Bool) {
    var next: [Int: [Place]] = [:]
    var mayEnd = false
    for place in places {
      if place.choice < 0, place.node >= 0 {
        mayEnd = true
      } else if let edge = edge(place) {
        var after = place
        after.offset += 1
        next[edge.lines[place.offset], default: []].append(after)
      }
    }
    return (next.sorted { $0.key < $1.key }.map { ($0.key, closure($0.value)) }, mayEnd)
  }

  private var beginning: [Place] { closure([Place(node: -1, choice: 0)]) }

  /// How many different outputs there are; nil for more than fit a number.
  package func countOutputs() -> Int? {
    var known: [[Place]: Int] = [:]
    func count(_ places: [Place]) -> Int? {
      if let count = known[places] { return count }
      let (next, mayEnd) = successors(places)
      var sum = mayEnd ? 1 : 0
      for (_, places) in next {
        guard let more = count(places) else { return nil }
        let (total, overflow) = sum.addingReportingOverflow(more)
        guard !overflow else { return nil }
        sum = total
      }
      known[places] = sum
      return sum
    }
    return count(beginning)
  }

  /// The outputs, each once; at most `limit` of them.
  package func outputs(limit: Int = .max) -> [[String]] { outputs(beginning, limit) }

  /// What can still be printed from a state on, each sequence of lines once.
  func outputs(from node: Int) -> [[String]] { outputs(closure([Place(node: node)]), .max) }

  private func outputs(_ beginning: [Place], _ limit: Int) -> [[String]] {
    var outputs: [[String]] = []
    var path: [String] = []
    func list(_ places: [Place]) {
      guard outputs.count < limit else { return }
      let (next, mayEnd) = successors(places)
      if mayEnd { outputs.append(path) }
      for (line, places) in next {
        path.append(texts[line])
        list(places)
        path.removeLast()
      }
    }
    list(beginning)
    return outputs
  }

  /// Whether these lines are one of the outputs.
  package func contains(_ lines: [String]) -> Bool {
    var places = beginning
    for line in lines {
      guard let step = successors(places).next.first(where: { texts[$0.line] == line }) else { return false }
      places = step.places
    }
    return successors(places).mayEnd
  }
}
