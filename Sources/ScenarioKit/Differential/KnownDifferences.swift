package import CPython

extension KnownDifference {
  /// Where this package's pools, on the left, differ on purpose from those of a CPython, on the right.
  ///
  /// Each names exactly what the two see; anything else is a disagreement.
  package static func ofSwift(from version: PythonVersion) -> [KnownDifference] {
    let always = [streamGoesOn, workerDeath, terminatedResult, chunkSizeZero]
    return version < PythonVersion(3, 7) ? always + [assertions] : always
  }

  private static let streamGoesOn = KnownDifference(
    id: "imap-goes-on",
    reason: "CPython ends an imap with chunks at its first error and loses the results behind; here it goes on."
  ) { _, step, swift, python in
    guard step.operation == .imap, (step.chunkSize ?? 1) > 1, case .list(let all) = swift,
      case .list(let seen) = python,
      case .error? = seen.last
    else { return false }
    return all.count > seen.count && Array(all.prefix(seen.count)) == seen
  }

  private static let workerDeath = KnownDifference(
    id: "worker-death",
    reason: "CPython never finishes the task of a worker that died; here its result is an error that says so."
  ) { program, step, swift, python in
    guard step.operation == .get, maker(of: step, in: program)?.function == .die,
      case .error("workerDied", _) = swift
    else { return false }
    return python == .error("TimeoutError", "")
  }

  private static let terminatedResult = KnownDifference(
    id: "terminated-result",
    reason: "CPython never finishes what terminate dropped; here its result is an error that says so."
  ) { program, step, swift, python in
    guard step.operation == .get, maker(of: step, in: program)?.function == .nap,
      program.steps.contains(where: { $0.operation == .terminate }), case .error("terminated", _) = swift
    else { return false }
    return python == .error("TimeoutError", "")
  }

  private static let chunkSizeZero = KnownDifference(
    id: "chunk-size-0",
    reason: "CPython runs no task for a chunk size of 0 and gives None for each; here it is refused, as by imap."
  ) { program, step, swift, python in
    let refused = Observation.error("ValueError", "Chunksize must be 1+, not 0")
    func isEmpty(_ observation: Observation) -> Bool {
      guard case .list(let items) = observation else { return false }
      return items.allSatisfy { $0 == .none }
    }
    switch step.operation {
    case .map, .starmap: return step.chunkSize == 0 && swift == refused && isEmpty(python)
    case .mapAsync: return step.chunkSize == 0 && swift == refused && python == .none
    case .get, .wait, .ready, .successful:
      guard let maker = maker(of: step, in: program), maker.operation == .mapAsync, maker.chunkSize == 0 else {
        return false
      }
      return swift == .error("NoResult", "") && (isEmpty(python) || [.none, .bool(true)].contains(python))
    default: return false
    }
  }

  private static let assertions = KnownDifference(
    id: "assertions",
    reason: "CPython 3.6 checks its state by assertions without a text; the errors here are those of later versions."
  ) { _, _, swift, python in
    guard case .error("ValueError", _) = swift else { return false }
    return python == .error("AssertionError", "")
  }

  /// The step that made the result which another step uses.
  private static func maker(of step: PoolProgram.Step, in program: PoolProgram) -> PoolProgram.Step? {
    program.steps.first { $0.slot == step.slot && [.applyAsync, .mapAsync].contains($0.operation) }
  }
}
