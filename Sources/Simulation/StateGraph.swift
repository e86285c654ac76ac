/// The states of a program, and what is printed from one to the next.
package struct StateGraph {
  package struct Edge: Hashable {
    package var lines: [Int]
    package var target: Int
  }

  package private(set) var edges: [[Int: Edge]] = []
  package private(set) var endings: [Int: Ending] = [:]
  /// The lines printed anywhere, each once.
  package private(set) var texts: [String] = []
  private var numbers: [String: Int] = [:]
  private var endingNodes: [Ending: Int] = [:]
  package private(set) var start: Edge?

  mutating func addNode() -> Int {
    edges.append([:])
    return edges.count - 1
  }

  mutating func addEnding(_ ending: Ending) -> Int {
    if let node = endingNodes[ending] { return node }
    let node = addNode()
    endings[node] = ending
    endingNodes[ending] = node
    return node
  }

  private mutating func number(_ line: String) -> Int {
    if let number = numbers[line] { return number }
    numbers[line] = texts.count
    texts.append(line)
    return texts.count - 1
  }

  mutating func add(from node: Int, to target: Int, _ lines: [String], choice: Int) {
    edges[node][choice] = Edge(lines: lines.map { number($0) }, target: target)
  }

  mutating func start(_ lines: [String], _ target: Int) {
    if start == nil { start = Edge(lines: lines.map { number($0) }, target: target) }
  }

  package var states: Int { edges.count }
}
