import FoundationEssentials
import Synchronization
import Testing

@testable import ScenarioKit

/// An implementation that answers from a function.
private struct Imagined: PoolImplementation {
  let name: String
  let answer: @Sendable (PoolProgram) -> [Observation]

  func observe(_ programs: [PoolProgram]) -> [[Observation]] { programs.map(answer) }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct DifferentialTests {
  /// Squares right or wrong.
  private func imagined(_ name: String, wrong: Bool = false) -> Imagined {
    Imagined(name: name) { program in
      program.steps.map { step in
        guard step.operation == .map, let items = step.items else { return .none }
        return .list(items.map { .int($0 * $0 + (wrong && $0 == 7 ? 1 : 0)) })
      }
    }
  }

  @Test func `the same seed gives the same program, and seeds give different ones`() {
    let generator = ProgramGenerator()
    #expect(generator.program(seed: 5) == generator.program(seed: 5))
    #expect(Set((0..<200).map { generator.program(seed: $0) }).count > 190)
  }

  @Test func `programs use every kind of pool, every function and every operation`() {
    let programs = (0..<2000).map { ProgramGenerator().program(seed: $0) }
    #expect(Set(programs.map(\.kind)) == Set(PoolProgram.Kind.allCases))
    #expect(Set(programs.flatMap { $0.steps.map(\.operation) }) == Set(PoolProgram.Step.Operation.allCases))
    #expect(Set(programs.flatMap { $0.steps.compactMap(\.function) }) == Set(PoolProgram.Function.allCases))
    // Which of several workers runs a task is nobody's to say.
    #expect(programs.allSatisfy { $0.workers == 1 || $0.steps.allSatisfy { $0.function != .name } })
  }

  @Test func `observations survive their text form`() throws {
    let all: [Observation] = [
      .none, .bool(true), .int(1), .int(0), .text("item 1"), .text(""), .hang, .error("ValueError", "a \"b\""),
      .list([.int(1), .list([]), .error("X", ""), .none]),
    ]
    let decoded = try JSONDecoder().decode([Observation].self, from: JSONEncoder().encode(all))
    #expect(decoded == all)
  }

  @Test func `a disagreement is shrunk to the smallest program`() throws {
    let differential = Differential(left: imagined("good"), right: imagined("bad", wrong: true))
    let result = try differential.run(seeds: 0..<100)
    #expect(!result.disagreements.isEmpty && result.programs == 100)
    for disagreement in result.disagreements {
      let step = PoolProgram.Step(.map, disagreement.smallest.steps.first?.function, items: [7])
      #expect(disagreement.smallest == PoolProgram(kind: .thread, workers: 1, steps: [step]))
      #expect(disagreement.left == .list([.int(49)]) && disagreement.right == .list([.int(50)]))
    }
    let text = DifferentialReport(result, of: differential).text
    #expect(text.contains("DISAGREEMENT, seed ") && text.contains("good: [49]\n  bad: [50]"))
  }

  @Test func `a difference that does not come back is told with its seed, and is no disagreement`() throws {
    let calls = Mutex<[PoolProgram: Int]>([:])
    let unsteady = Imagined(name: "unsteady") { program in
      let count = calls.withLock { calls in
        calls[program, default: 0] += 1
        return calls[program, default: 0]
      }
      return program.steps.map { _ in count == 1 ? .int(1) : .none }
    }
    let steady = Imagined(name: "steady") { program in program.steps.map { _ in .none } }
    let differential = Differential(left: steady, right: unsteady)
    let result = try differential.run(seeds: 7..<9)
    #expect(result.disagreements.isEmpty && result.unrepeated == [7, 8])
    #expect(DifferentialReport(result, of: differential).text.contains("did not come back when the program ran again, seeds 7, 8."))
  }

  @Test func `a difference that hides from the shrinker is shown in the program as it was`() throws {
    let calls = Mutex(0)
    // Seen in the batch and when the program runs again, and never after.
    let hiding = Imagined(name: "hiding") { program in
      let isEarly = calls.withLock { calls in
        calls += 1
        return calls <= 2
      }
      return program.steps.map { _ in isEarly ? .int(1) : .none }
    }
    let steady = Imagined(name: "steady") { program in program.steps.map { _ in .none } }
    let result = try Differential(left: steady, right: hiding).run(seeds: 7..<8)
    #expect(result.disagreements.map(\.smallest) == [ProgramGenerator().program(seed: 7)])
    #expect(result.disagreements.first?.right == .int(1))
  }

  @Test func `a known difference excuses what it explains and nothing else`() throws {
    var differential = Differential(left: imagined("good"), right: imagined("bad", wrong: true))
    differential.differences = [
      KnownDifference(id: "seven", reason: "Seven is special.") { _, step, _, _ in step.items?.contains(7) == true }
    ]
    let result = try differential.run(seeds: 0..<100)
    #expect(result.disagreements.isEmpty && (result.excused["seven"] ?? 0) > 0)
    #expect(DifferentialReport(result, of: differential).text.contains("Seven is special."))
    differential.differences = [KnownDifference(id: "eight", reason: "") { _, step, _, _ in step.items == [8] }]
    #expect(try !differential.run(seeds: 0..<100).disagreements.isEmpty)
  }

  @Test func `names are compared by their distance and unordered results as sets`() {
    func compare(_ workers: Int, _ operation: PoolProgram.Step.Operation, _ left: Observation, _ right: Observation)
      -> Bool
    {
      let program = PoolProgram(kind: .fork, workers: workers, steps: [.init(operation, .name, items: [1, 2])])
      return Comparison(program, [left], [right], []).difference == nil
    }
    func names(_ prefix: String, _ numbers: Int...) -> Observation { .list(numbers.map { .text("\(prefix)-\($0)") }) }
    #expect(compare(1, .map, names("ForkPoolWorker", 1, 2), names("ForkPoolWorker", 41, 42)))
    #expect(!compare(1, .map, names("ForkPoolWorker", 1, 2), names("ForkPoolWorker", 41, 43)))
    #expect(!compare(1, .map, names("ForkPoolWorker", 1), names("SpawnPoolWorker", 1)))
    #expect(compare(1, .map, .text("Thread-4"), .text("Thread-9 (worker)")))
    #expect(compare(2, .imapUnordered, .list([.int(1), .int(2)]), .list([.int(2), .int(1)])))
    #expect(!compare(1, .imapUnordered, .list([.int(1), .int(2)]), .list([.int(2), .int(1)])))
    #expect(!compare(2, .imapUnordered, .list([.int(1), .int(1)]), .list([.int(2), .int(1)])))
  }

  @Test(.needsPython) func `a program that hangs or dies is an observation and the next ones go on`() throws {
    let runner = try OracleRunner(environment: ProcessInfo.processInfo.environment)
    let newest = try TestPythons.newest
    let script = Twin(
      id: "test", fileName: "dying.py",
      source: """
        import json, os, sys
        for line in open(sys.argv[1]):
            if json.loads(line)["workers"] == 2:
                os._exit(4)
            print("[1]", flush=True)
        """)
    let dying = ProgramRunningProcess(name: "dying") { file in
      try runner.run(script, on: newest, arguments: [file], settings: OracleSettings())
    }
    let programs = [1, 2, 1, 2].map { PoolProgram(kind: .thread, workers: $0, steps: [.init(.close)]) }
    #expect(try dying.observe(programs) == [[.int(1)], [.hang], [.int(1)], [.hang]])
  }

  @Test(.needsPython) func `a Python agrees with itself`() throws {
    let runner = try OracleRunner(environment: ProcessInfo.processInfo.environment)
    let python = ProgramRunningProcess(python: try TestPythons.newest, runner: runner)
    let differential = Differential(left: python, right: python)
    let result = try differential.run(seeds: 1..<101)
    #expect(result.disagreements.isEmpty, "\(DifferentialReport(result, of: differential).text)")
    #expect(result.programs == 100)
  }
}

@Suite(.needsPython, .serialized, .timeLimit(.minutes(10))) struct SwiftDifferentialTests {
  @Test func `this package's pools do what CPython's do, but for the known differences`() throws {
    let runner = try OracleRunner(environment: ProcessInfo.processInfo.environment)
    let pythons = TestPythons.catalog.pythons
    for python in Set([pythons[0], pythons[pythons.count - 1]]) {
      let differential = Differential(
        left: ProgramRunningProcess.own, right: ProgramRunningProcess(python: python, runner: runner),
        differences: KnownDifference.ofSwift(from: python.version))
      let result = try differential.run(seeds: 1..<101)
      #expect(result.disagreements.isEmpty, "\(DifferentialReport(result, of: differential).text)")
      #expect(result.programs == 100 && result.excused["imap-goes-on"] != nil)
    }
  }
}
