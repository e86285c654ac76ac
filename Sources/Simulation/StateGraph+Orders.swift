/// How many orders a program has.
extension StateGraph {
  /// The number of ways from the start to an ending; nil where a way leads back, so that there is no end of them.
  ///
  /// Of a graph that was explored without leaving anything out these are all interleavings of the program's steps.
  package var orders: Double? {
    guard let start else { return nil }
    var counts = [Double?](repeating: nil, count: edges.count)
    var isOpen = [Bool](repeating: false, count: edges.count)
    var open = [start.target]
    while let node = open.last {
      if counts[node] != nil {
        open.removeLast()
        continue
      }
      let targets = edges[node].values.map(\.target)
      let missing = targets.filter { counts[$0] == nil }
      if missing.isEmpty {
        counts[node] = endings[node] != nil ? 1 : targets.reduce(0) { $0 + (counts[$1] ?? 0) }
        isOpen[node] = false
        open.removeLast()
      } else {
        guard !isOpen[node] else { return nil }
        isOpen[node] = true
        if missing.contains(where: { isOpen[$0] }) { return nil }
        open += missing
      }
    }
    return counts[start.target]
  }

  /// How many ways to go on there are, in all states.
  package var transitions: Int { edges.reduce(0) { $0 + $1.count } }
}
