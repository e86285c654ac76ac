/// What two implementations saw of the same program, step by step.
struct Comparison {
  struct Difference {
    var step: Int
    var left: Observation
    var right: Observation
  }

  /// The first step on which they differ and no known difference explains it.
  private(set) var difference: Difference?
  private(set) var excused: [String: Int] = [:]

  init(_ program: PoolProgram, _ left: [Observation], _ right: [Observation], _ differences: [KnownDifference]) {
    let left = Self.normalized(left, of: program)
    let right = Self.normalized(right, of: program)
    for (index, step) in program.steps.enumerated() {
      let seen = (left: index < left.count ? left[index] : .hang, right: index < right.count ? right[index] : .hang)
      guard seen.left != seen.right else { continue }
      if let known = differences.first(where: { $0.excuses(program, step, seen.left, seen.right) }) {
        excused[known.id, default: 0] += 1
      } else {
        difference = Difference(step: index, left: seen.left, right: seen.right)
        return
      }
    }
  }

  /// The observations without what may differ between legal runs.
  ///
  /// That is the order in which several workers finish, and the numbers that were taken before this program.
  private static func normalized(_ observations: [Observation], of program: PoolProgram) -> [Observation] {
    var first: Int?
    return zip(program.steps, observations).map { step, observation in
      let renumbered = renumbered(observation, from: &first)
      let isUnordered = step.operation == .imapUnordered || step.operation == .callbacks
      return isUnordered && program.workers > 1 ? renumbered.sorted : renumbered
    }
  }

  /// Names of workers with numbers that count from the first one seen: `ForkPoolWorker-+0`, `Thread-+1`.
  ///
  /// Numbers go on through a whole process, and a thread's name may carry its function behind the number.
  private static func renumbered(_ observation: Observation, from first: inout Int?) -> Observation {
    switch observation {
    case .list(let items):
      return .list(items.map { renumbered($0, from: &first) })
    case .text(let name):
      let parts = name.prefix { $0 != " " }.split(separator: "-")
      guard parts.count == 2, let number = Int(parts[1]), parts[0].hasSuffix("Worker") || parts[0] == "Thread" else {
        return observation
      }
      let base = first ?? number
      first = base
      return .text("\(parts[0])-+\(number - base)")
    default:
      return observation
    }
  }
}
