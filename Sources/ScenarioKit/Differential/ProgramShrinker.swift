/// Makes a program smaller as long as it keeps a property.
struct ProgramShrinker {
  private let program: PoolProgram

  init(_ program: PoolProgram) { self.program = program }

  /// The smallest program found; every attempt runs the program, so their number is bounded.
  func smallest(attempts limit: Int = 200, keeping holds: (PoolProgram) throws -> Bool) rethrows -> PoolProgram {
    var best = program
    var attempts = 0
    var improved = true
    while improved, attempts < limit {
      improved = false
      for candidate in Self.simpler(best) {
        guard attempts < limit else { break }
        attempts += 1
        if try holds(candidate) {
          best = candidate
          improved = true
          break
        }
      }
    }
    return best
  }

  /// Programs that are one idea simpler, the boldest first.
  private static func simpler(_ program: PoolProgram) -> [PoolProgram] {
    var result: [PoolProgram] = []
    func add(_ change: (inout PoolProgram) -> Void) {
      var copy = program
      change(&copy)
      if copy != program { result.append(copy) }
    }
    let count = program.steps.count
    var size = count / 2
    while size >= 1 {
      for start in stride(from: count - size, through: 0, by: -size) {
        add { $0.steps.removeSubrange(start..<(start + size)) }
      }
      size /= 2
    }
    add { $0.maxTasksPerChild = nil }
    add { $0.initial = nil }
    add { $0.workers = 1 }
    add { $0.kind = .thread }
    for index in program.steps.indices {
      add { $0.steps[index].chunkSize = nil }
      add { $0.steps[index].callback = nil }
      let items = program.steps[index].items ?? []
      // Calls with one item need it; an imap always has a chunk size.
      guard items.count > 1 else { continue }
      for position in items.indices { add { $0.steps[index].items?.remove(at: position) } }
    }
    return result.filter { program in
      program.steps.allSatisfy { step in
        let isStream = step.operation == .imap || step.operation == .imapUnordered
        return !isStream || step.chunkSize != nil
      }
    }
  }
}
