import FoundationEssentials
import Synchronization

/// Runs random programs on two implementations and compares what every step saw.
package struct Differential: Sendable {
  /// A program on which the two differ in a way that no known difference explains.
  package struct Disagreement: Sendable {
    package var seed: UInt64
    /// As it was generated, and the smallest program found that still shows it.
    package var program: PoolProgram
    package var smallest: PoolProgram
    /// Of the smallest program: the step, and what the two saw.
    package var step: Int
    package var left: Observation
    package var right: Observation
  }

  package struct Result: Sendable {
    package var programs: Int
    package var steps: Int
    package var disagreements: [Disagreement]
    /// Seeds of programs that showed a difference once and not when they ran again.
    package var unrepeated: [UInt64] = []
    /// How many steps each known difference excused.
    package var excused: [String: Int]
    package var duration: Duration
  }

  package var generator = ProgramGenerator()
  package var left: any PoolImplementation
  package var right: any PoolImplementation
  package var differences: [KnownDifference]

  /// Programs for one start of an implementation.
  package var batch = 50

  /// Batches at the same time; more than there are processors, for a program waits a good deal.
  package var width = 4 * ProcessInfo.processInfo.activeProcessorCount

  package init(left: any PoolImplementation, right: any PoolImplementation, differences: [KnownDifference] = []) {
    self.left = left
    self.right = right
    self.differences = differences
  }

  /// Runs the programs of all these seeds and waits for them.
  /// - Throws: when an implementation cannot be started.
  @available(*, noasync, message: "run blocks until all programs have ended")
  package func run(
    seeds: Range<UInt64>, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Result {
    struct State {
      var result = Result(programs: 0, steps: 0, disagreements: [], excused: [:], duration: .zero)
      var error: (any Error)?
    }
    let start = ContinuousClock.now
    let state = Mutex(State())
    let batches = stride(from: seeds.lowerBound, to: seeds.upperBound, by: batch).map {
      Array($0..<min($0 + UInt64(batch), seeds.upperBound))
    }
    ParallelRuns.forEach(batches.count, width: width) { index in
      // The first error ends the work: an implementation that does not start will not start later.
      guard state.withLock({ $0.error == nil }) else { return }
      do {
        let part = try self.compare(batches[index])
        state.withLock { state in
          state.result.programs += part.programs
          state.result.steps += part.steps
          state.result.disagreements += part.disagreements
          state.result.unrepeated += part.unrepeated
          state.result.excused.merge(part.excused, uniquingKeysWith: +)
          progress(state.result.programs, seeds.count)
        }
      } catch {
        state.withLock { $0.error = error }
      }
    }
    return try state.withLock { state in
      if let error = state.error { throw error }
      state.result.disagreements.sort { $0.seed < $1.seed }
      state.result.unrepeated.sort()
      state.result.duration = ContinuousClock.now - start
      return state.result
    }
  }

  private func compare(_ seeds: [UInt64]) throws -> Result {
    var result = Result(programs: 0, steps: 0, disagreements: [], excused: [:], duration: .zero)
    let programs = seeds.map(generator.program)
    let seen = (left: try left.observe(programs), right: try right.observe(programs))
    for (index, program) in programs.enumerated() {
      result.programs += 1
      result.steps += program.steps.count
      let comparison = Comparison(program, seen.left[index], seen.right[index], differences)
      result.excused.merge(comparison.excused, uniquingKeysWith: +)
      guard comparison.difference != nil else { continue }
      // Run again: a difference that a loaded machine made does not come back.
      guard let difference = try difference(on: program) else {
        result.unrepeated.append(seeds[index])
        continue
      }
      let operation = program.steps[difference.step].operation
      let smallest = try ProgramShrinker(program).smallest { smaller in
        // A smaller program that shows another difference would lead astray.
        try self.difference(on: smaller).map { smaller.steps[$0.step].operation == operation } ?? false
      }
      // One that comes and goes may hide now; then the program as it was generated must do.
      let found = try self.difference(on: smallest)
      let shown = found ?? difference
      result.disagreements.append(
        Disagreement(
          seed: seeds[index], program: program, smallest: found == nil ? program : smallest, step: shown.step,
          left: shown.left, right: shown.right))
    }
    return result
  }

  private func difference(on program: PoolProgram) throws -> Comparison.Difference? {
    let seen = (left: try left.observe([program])[0], right: try right.observe([program])[0])
    return Comparison(program, seen.left, seen.right, differences).difference
  }
}

/// A way in which two implementations differ on purpose, with the reason.
package struct KnownDifference: Sendable {
  package var id: String
  package var reason: String

  /// Whether it explains what the two saw in a step.
  package var excuses: @Sendable (PoolProgram, PoolProgram.Step, _ left: Observation, _ right: Observation) -> Bool

  package init(
    id: String, reason: String,
    excuses: @escaping @Sendable (PoolProgram, PoolProgram.Step, Observation, Observation) -> Bool
  ) {
    self.id = id
    self.reason = reason
    self.excuses = excuses
  }
}
