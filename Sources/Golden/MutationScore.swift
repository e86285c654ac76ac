/// What a golden makes of its mutants: rejected as expected, legal all the same, or missed.
package struct MutationScore: Sendable, CustomStringConvertible {
  package struct Row: Sendable {
    package var mutation: Mutation
    /// The codes that the golden expects; empty where it does not list the operator.
    package var expected: [Verdict.Code]
    package var rejected = 0
    /// Mutants that are legal outputs, as the golden accepts them.
    package var equivalents: [Transcript] = []
    /// Mutants outside the legal set that were accepted, and legal ones that were rejected.
    package var misjudged: [Transcript] = []
    /// Mutants that were rejected with another code than expected.
    package var otherCodes: [(code: Verdict.Code, transcript: Transcript)] = []

    package var made: Int { rejected + equivalents.count + misjudged.count + otherCodes.count }
    /// Whether every mutant was judged as it must be, and the operator is listed exactly if it makes any.
    package var isPerfect: Bool { misjudged.isEmpty && otherCodes.isEmpty && expected.isEmpty == (made == 0) }
  }

  package var example: String
  package var rows: [Row]

  package var isPerfect: Bool { rows.allSatisfy(\.isPerfect) }
  package var made: Int { rows.reduce(0) { $0 + $1.made } }
  package var rejected: Int { rows.reduce(0) { $0 + $1.rejected } }
  package var equivalent: Int { rows.reduce(0) { $0 + $1.equivalents.count } }

  package var description: String {
    var lines = [
      "\(example): rejects \(rejected) of \(made - equivalent) mutants as expected, \(equivalent) more are legal"
    ]
    for row in rows where row.made > 0 || !row.expected.isEmpty {
      var text = "  \(row.mutation.rawValue): \(row.rejected) of \(row.made - row.equivalents.count) rejected"
      if !row.expected.isEmpty { text += " with \(row.expected.map(\.rawValue).joined(separator: " or "))" }
      if !row.equivalents.isEmpty { text += ", \(row.equivalents.count) equivalent" }
      if !row.misjudged.isEmpty { text += ", \(row.misjudged.count) MISJUDGED" }
      if !row.otherCodes.isEmpty {
        text +=
          ", \(row.otherCodes.count) with " + Set(row.otherCodes.map(\.code.rawValue)).sorted().joined(separator: ", ")
      }
      if row.expected.isEmpty {
        text += ", not listed in “rejects”"
      } else if row.made == 0 {
        text += ", makes no mutant here"
      }
      lines.append(text)
    }
    return lines.joined(separator: "\n")
  }
}

extension Golden {
  /// Judges the mutants of the documented output, and of every legal one where there are at most 100.
  ///
  /// Whether a mutant is legal is decided by the automaton and by the plain meaning of each operator, not by the judge.
  package func mutationScore(parameters: Parameters = Parameters()) throws(GoldenError) -> MutationScore {
    var untimed = parameters
    untimed.timed = false
    let program = try program(untimed)
    let language = Language(program: program)
    var bases = [documented]
    let hasValues = program.kinds.contains { $0.template.values != nil }
    if !hasValues, let outputs = try? language.outputs(limit: 100) { bases += outputs.filter { $0 != documented } }
    let mutants = Mutants(
      program: program, documented: resolver.documented, groupIDs: resolver.syntax.groups.map(\.ids))
    var rows: [MutationScore.Row] = []
    for mutation in Mutation.allCases {
      let expected = resolver.syntax.rejections.first { $0.mutation == mutation }?.codes ?? []
      var row = MutationScore.Row(mutation: mutation, expected: expected)
      for mutant in mutants.make(mutation, from: bases) {
        let verdict = try judge(mutant, parameters: mutation == .tooSoon ? parameters : untimed)
        let isLegal = try Legality(program: program, language: language).isLegal(mutant, mutation)
        if isLegal != verdict.conforms {
          row.misjudged.append(mutant)
        } else if isLegal {
          row.equivalents.append(mutant)
        } else if !expected.isEmpty, !expected.contains(verdict.code) {
          row.otherCodes.append((verdict.code, mutant))
        } else {
          row.rejected += 1
        }
      }
      rows.append(row)
    }
    return MutationScore(example: example, rows: rows)
  }
}

/// Decides whether a mutant is legal without the judge: by the automaton, and by trying out writers and times.
private struct Legality {
  let program: Program
  let language: Language

  func isLegal(_ transcript: Transcript, _ mutation: Mutation) throws(GoldenError) -> Bool {
    if transcript.lines.contains(where: { !$0.isTerminated }) { return false }
    let reader = Reader(transcript, program: program)
    guard reader.entries.count == transcript.lines.count else { return false }
    let lines = reader.entries.map { entry in
      program.printed(Program.Line(kind: Int(entry.kind), lane: Int(entry.lane), task: Int(entry.task)))
    }
    guard try language.contains(lines) else { return false }
    switch mutation {
    case .otherWriter: return try hasOwners(transcript, reader)
    case .tooSoon: return isInTime(reader)
    default: return true
    }
  }

  /// Whether processes can be given to lanes one to one.
  private func hasOwners(_ transcript: Transcript, _ reader: Reader) throws(GoldenError) -> Bool {
    let writers = transcript.lines.map { $0.writer ?? 0 }
    if program.groups.contains(where: { $0.medium == .thread }) { return Set(writers).count == 1 }
    var lanes = reader.entries.map { Int($0.lane) }
    if case .documented(let lines) = program.order { lanes = lines.map(\.lane) }
    if lanes.contains(-1) {
      let order = Array(Set(writers)).sorted()
      guard order.count <= program.laneCount else { return false }
      lanes = writers.map { order.firstIndex(of: $0) ?? 0 }
      let automaton = LaneAutomaton(program: program, named: program.groups.map { _ in true })
      var state = try automaton.initial()
      for (entry, lane) in zip(reader.entries, lanes) {
        let line = Program.Line(kind: Int(entry.kind), lane: lane, task: Int(entry.task))
        guard let next = try automaton.step(from: state, line) else { return false }
        state = next
      }
      return automaton.accepts(state)
    }
    let pairs = Set(zip(lanes, writers).map { [$0, Int($1)] })
    return Set(pairs.map { $0[0] }).count == pairs.count && Set(pairs.map { $0[1] }).count == pairs.count
  }

  /// Whether no line stands before another that was done more than the tolerance earlier.
  private func isInTime(_ reader: Reader) -> Bool {
    guard case .queue(let queue) = program.order, let timed = program.timed else { return true }
    var values = Array(repeating: 0.0, count: queue.tasks)
    for (entry, value) in zip(reader.entries, reader.values) { values[Int(entry.task)] = value }
    let times = Schedule.finishTimes(values, queue)
    let order = reader.entries.map { times[Int($0.task)] }
    return order.indices.allSatisfy { late in order[..<late].allSatisfy { $0 - order[late] <= timed.tolerance } }
  }
}
