import CPython
import FoundationEssentials
import Golden
import Testing

@testable import ScenarioKit

@Suite(.needsPython, .serialized, .timeLimit(.minutes(10))) struct CrosscheckTests {
  private func runner() throws -> OracleRunner {
    try OracleRunner(environment: ProcessInfo.processInfo.environment)
  }

  private func crosscheck(_ id: String, places: Set<String>? = nil) throws -> Crosscheck {
    var crosscheck = Crosscheck(twins: [try TestTwins.twin(id)], pythons: [try TestPythons.newest])
    crosscheck.places = places
    crosscheck.repeats = 3
    crosscheck.workers = 2
    return crosscheck
  }

  /// Accepts exactly these lines, in any order.
  private func judge(_ lines: [String]) -> Crosscheck.Judge {
    Crosscheck.Judge { _, transcript in
      let fits = transcript.lines.map(\.text).sorted() == lines.sorted()
      return .init(conforms: fits, code: fits ? "CONFORMS" : "COUNT", explanation: fits ? "" : "Other lines.")
    } legalOutputs: { _ in
      1
    }
  }

  @Test func `cells are examples at places that make sense, on every version`() throws {
    let crosscheck = Crosscheck(twins: TestTwins.all, pythons: TestPythons.catalog.pythons)
    let places = ScenarioCatalog.all.reduce(0) { $0 + $1.places.count }
    #expect(places >= 9 * 3 + 2 + 1 && crosscheck.cells.count == TestPythons.catalog.pythons.count * places)
  }

  @Test func `runs that conform are counted with the outputs seen`() throws {
    let result = try crosscheck("E1").run(
      with: runner(),
      judge: Crosscheck.Judge { cell, transcript in
        let fits = transcript.lines.map(\.text) == [cell.place]
        return .init(conforms: fits, code: fits ? "CONFORMS" : "NAME", explanation: "")
      } legalOutputs: { _ in
        2
      })
    #expect(result.conforms && result.runs == 9)
    #expect(result.rows.allSatisfy { $0.conforming == 3 && $0.outputs.count == 1 })
    let report = CrosscheckReport(result)
    #expect(report.matrix.split(separator: "\n").last?.split(separator: " ") == ["E1", "forkserver", "3"])
    #expect(report.outputs.split(separator: "\n").last?.split(separator: " ") == ["E1", "forkserver", "1", "1", "2"])
  }

  @Test func `an illegal output of CPython stops with the whole transcript`() throws {
    let result = try crosscheck("D1", places: ["fork"]).run(with: runner(), judge: judge(["something else"]))
    #expect(!result.conforms && result.rows[0].rejections == 3 && result.rows[0].rejected.count == 1)
    let text = CrosscheckReport(result).text
    #expect(text.hasPrefix("ORACLE-DISAGREES D1 at fork on CPython "))
    #expect(text.contains("Worker thread: MainThread") && text.contains("Other lines."))
    #expect(text.contains("0/3 !"))
    let json = OracleJSON.crosscheck(result)
    #expect(json.contains("\"code\" : \"ORACLE-DISAGREES COUNT\"") && json.contains("\"conforms\" : false"))
  }

  @Test func `the same of another package is a deviation`() {
    #expect(CrosscheckResult(module: "other", rows: [], duration: .zero).nameOfRejection == "DEVIATES")
  }

  /// Dies as one that has gone wrong; without a dump, which takes its time.
  private static let dying = """
    import os, resource, signal
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
    """

  @Test func `a twin that raises, hangs, dies or is silent fails alone`() throws {
    var crosscheck = try crosscheck("E1", places: ["fork"])
    crosscheck.repeats = 1
    crosscheck.twins += [
      Twin(id: "A1", fileName: "raising.py", source: "raise ValueError('on purpose')"),
      Twin(id: "A2", fileName: "hanging.py", source: "import threading\nthreading.Event().wait()"),
      Twin(id: "A3", fileName: "silent.py", source: ""),
      Twin(id: "D1", fileName: "dying.py", source: Self.dying),
    ]
    let runner = try runner()
    let result = withGrowingLimit(from: .seconds(3)) { limit -> CrosscheckResult in
      crosscheck.timeLimit = limit
      return crosscheck.run(with: runner, judge: judge(["fork"]))
    } isEnough: {
      $0.rows.flatMap(\.failed).count { $0.transcript.ending == .timedOut } == 1
    }
    #expect(result.rows.map(\.conforming) == [1, 0, 0, 0, 0])
    let text = CrosscheckReport(result).text
    #expect(text.contains("The program ended with exit status 1: ValueError: on purpose."))
    #expect(text.contains("The program did not end within its time limit."))
    #expect(text.contains("(nothing was printed)"))
    #expect(text.contains("The program was ended by signal 11"))
    #expect(text.contains("5 runs in ") && text.contains("1 conform, 1 ORACLE-DISAGREES, 3 failed."))
  }

  @Test func `progress comes once for each run, in order`() async throws {
    let crosscheck = try crosscheck("E1")
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
    let runner = try runner()
    let judge = judge(["fork"])
    func run() { _ = crosscheck.run(with: runner, judge: judge) { continuation.yield($0.done) } }
    run()
    continuation.finish()
    var seen: [Int] = []
    for await done in stream { seen.append(done) }
    #expect(seen == Array(1...9))
  }
}
