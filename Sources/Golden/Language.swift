/// The set of legal outputs of a program: how many there are, which, and how two sets differ.
package struct Language: Sendable {
  let program: Program

  /// The number of legal outputs.
  ///
  /// - Throws: a `GoldenError` with the code `bound` where the automaton or the number grows too large.
  package func count(workBound: Int = Program.workBound) throws(GoldenError) -> Int {
    try count(program.makeAutomaton(), workBound)
  }

  /// Layer by layer: every step is one more line, so the paths into a layer are the outputs of its length.
  private func count<A: Automaton>(_ automaton: A, _ workBound: Int) throws(GoldenError) -> Int {
    var layer = [try automaton.initial(): 1]
    var total = 0
    var work = 0
    while !layer.isEmpty {
      var next: [A.State: Int] = [:]
      for (state, ways) in layer {
        work += automaton.cost(of: state)
        guard work <= workBound else { throw program.refusal("counting") }
        if automaton.accepts(state) { total = try sum(total, ways) }
        for step in try automaton.steps(from: state) { next[step.state] = try sum(next[step.state] ?? 0, ways) }
      }
      layer = next
    }
    return total
  }

  private func sum(_ a: Int, _ b: Int) throws(GoldenError) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else {
      throw GoldenError(.bound, "\(program.example) has more outputs than a number can hold", file: program.file)
    }
    return sum
  }

  /// Every legal output, in a fixed order, as long as there are at most `limit`.
  package func outputs(limit: Int = 100_000) throws(GoldenError) -> [[String]] {
    try sequences(limit: limit).map { $0.map(program.text) }
  }

  /// The same as lines of the program.
  package func sequences(limit: Int = 100_000) throws(GoldenError) -> [[Program.Line]] {
    try list(program.makeAutomaton(), limit: limit)
  }

  private func list<A: Automaton>(_ automaton: A, limit: Int) throws(GoldenError) -> [[Program.Line]] {
    var outputs: [[Program.Line]] = []
    var path: [Program.Line] = []
    var open = [(depth: 0, line: Program.Line?.none, state: try automaton.initial())]
    var work = 0
    while let (depth, line, state) = open.popLast() {
      work += automaton.cost(of: state)
      path.removeLast(path.count - max(0, depth - 1))
      if let line { path.append(line) }
      if automaton.accepts(state) { outputs.append(path) }
      guard outputs.count <= limit, work <= 10 * Program.workBound else {
        throw GoldenError(
          .bound, "\(program.example) has more than \(limit) legal outputs: they are counted, not listed",
          file: program.file)
      }
      for step in try automaton.steps(from: state).reversed() { open.append((depth + 1, step.line, step.state)) }
    }
    return outputs
  }

  /// Whether these lines are a legal output.
  package func contains(_ lines: [Program.Line]) throws(GoldenError) -> Bool {
    try contains(lines, program.makeAutomaton())
  }

  private func contains(_ lines: [Program.Line], _ automaton: some Automaton) throws(GoldenError) -> Bool {
    var state = try automaton.initial()
    for line in lines {
      guard let next = try automaton.step(from: state, line) else { return false }
      state = next
    }
    return automaton.accepts(state)
  }
}
