/// The name of a compiled golden for modules that have programs of their own.
package typealias GoldenProgram = Program

extension Program {
  /// The class of an output, in words: how its tasks are shared, or how late the last lane starts.
  ///
  /// A large set of legal outputs is read by its classes. Where lines name their lanes, the class is how many tasks
  /// each lane ran, the most first, such as `3 + 1`; where they do not, how many tasks are printed before the last
  /// line that each lane prints once; where no lane is free to run anything, how many lines there are.
  package func outcomeClass(of output: [String]) -> String {
    let transcript = Transcript(lines: output.map { Transcript.Line(bytes: Array($0.utf8)) })
    let entries = Reader(transcript, program: self).entries
    let free = kinds.indices.filter { kinds[$0].isFree }
    guard !free.isEmpty else { return output.count == 1 ? "1 line" : "\(output.count) lines" }
    let tasks = entries.filter { free.contains(Int($0.kind)) }
    if tasks.allSatisfy({ $0.lane >= 0 }) {
      var shares: [Int32: Int] = [:]
      for task in tasks { shares[task.lane, default: 0] += 1 }
      let lanes = kinds[free[0]].group
      let counts = shares.values.sorted(by: >) + Array(repeating: 0, count: max(0, groups[lanes].size - shares.count))
      return counts.prefix(8).map(String.init).joined(separator: " + ") + (counts.count > 8 ? " + …" : "")
    }
    let last = entries.lastIndex { !free.contains(Int($0.kind)) } ?? 0
    let before = entries[..<last].count { free.contains(Int($0.kind)) }
    return "\(before) of \(tasks.count) before the last lane starts"
  }

  /// Whether any line names the lane that printed it.
  package var printsLanes: Bool { kinds.contains(where: \.printsLane) }

  /// Whether the main process prints everything.
  package var isPrintedByMain: Bool { kinds.allSatisfy { groups[$0.group].ids == ["main"] } }

  /// Whether lines carry values that are drawn, so that the number of texts is no whole number.
  package var drawsValues: Bool { kinds.contains { $0.template.values != nil } }

  /// The value that each task has drawn, by the lines of a legal output; empty where lines carry no values.
  package func values(in output: [String]) -> [Int: Double] {
    guard drawsValues else { return [:] }
    let reader = Reader(Transcript(lines: output.map { Transcript.Line(bytes: Array($0.utf8)) }), program: self)
    return zip(reader.entries, reader.values).reduce(into: [:]) { $0[Int($1.0.task)] = $1.1 }
  }

  /// What no line tells apart, in one sentence; nil where every lane and task shows.
  ///
  /// Runs that differ only in this are one output, so a figure of coverage counts them once.
  package var interchangeable: String? {
    var parts: [String] = []
    if case .queue(let queue) = order { parts.append("the \(queue.workers) workers print nothing") }
    for (index, group) in groups.enumerated() where group.size > 1 {
      let own = kinds.filter { $0.group == index }
      if !own.contains(where: \.printsLane) { parts.append("no line tells which of \(group.size) lanes printed it") }
      for kind in own where kind.isFree && !kind.isNumbered && kind.total > 1 {
        parts.append("no line tells which of \(kind.total) “\(kind.id)” it is")
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
