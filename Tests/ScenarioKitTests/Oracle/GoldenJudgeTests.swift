import CPython
import FoundationEssentials
import Golden
import Testing

@testable import ScenarioKit

@Suite(.needsPython, .serialized, .timeLimit(.minutes(10))) struct GoldenJudgeTests {
  @Test func `the oldest and the newest Python conform in every example and place`() throws {
    let pythons = TestPythons.catalog.pythons
    let chosen = Set([pythons[0], pythons[pythons.count - 1]]).sorted { $0.version < $1.version }
    var crosscheck = Crosscheck(twins: TestTwins.all, pythons: chosen)
    crosscheck.repeats = 1
    // Whichever machine this is: on many processors a pool has many workers, and C1 needs two.
    crosscheck.workers = 2
    // Unbuffered output is written in pieces: attributed lines do not mind.
    let environment = ProcessInfo.processInfo.environment.merging(["PYTHONUNBUFFERED": "1"]) { $1 }
    let result = crosscheck.run(
      with: try OracleRunner(environment: environment), judge: .init(goldens: try TestGoldens.all()))
    let places = TestTwins.all.reduce(0) { $0 + $1.places.count }
    #expect(result.conforms && result.runs == places * chosen.count, "\(CrosscheckReport(result).text)")
  }

  @Test func `a golden that forbids what Python prints is shown to disagree`() throws {
    // The judge is told that the pool's workers were spawned; they were forked.
    let goldens = try TestGoldens.all()
    let honest = Crosscheck.Judge(goldens: goldens)
    let judge = Crosscheck.Judge { cell, transcript in
      var other = cell
      other.place = "spawn"
      return try honest.judge(other, transcript)
    } legalOutputs: {
      try honest.legalOutputs($0)
    }
    var crosscheck = Crosscheck(twins: [try TestTwins.twin("A2")], pythons: [try TestPythons.newest])
    crosscheck.places = ["fork"]
    crosscheck.repeats = 2
    let result = crosscheck.run(
      with: try OracleRunner(environment: ProcessInfo.processInfo.environment), judge: judge)
    #expect(result.rows[0].rejections == 2 && result.rows[0].legalOutputs == 62)
    let text = CrosscheckReport(result).text
    #expect(text.contains("ORACLE-DISAGREES A2 at fork on CPython ") && text.contains(": NAME\n"))
    #expect(text.contains("process=ForkPoolWorker-1"))
  }

  @Test func `the profile of a version decides the names of threads`() throws {
    let python = try TestPythons.newest
    let twin = try TestTwins.twin("D3")
    var cell = Crosscheck.Cell(
      twin: twin, python: python, place: "fork", settings: OracleSettings(startMethod: "fork", workers: 2))
    let run = try OracleRunner(environment: ProcessInfo.processInfo.environment).run(
      twin, on: python, settings: cell.settings)
    let judge = Crosscheck.Judge(goldens: try TestGoldens.all())
    #expect(try judge.judge(cell, run.transcript).conforms)
    // The same lines from a version of the other convention would be wrong.
    cell.python.version = python.namesThreadFunctions ? PythonVersion(3, 9) : PythonVersion(3, 10)
    #expect(try judge.judge(cell, run.transcript).code == "NAME")
  }

  @Test func `a python3 program does where there is no library`() throws {
    let programs = TestPythons.catalog.pythons.map { "\($0.prefix)/bin/python3" }
    guard let path = programs.last(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return }
    let catalog = PythonCatalog.search(environment: ProcessInfo.processInfo.environment, paths: [path])
    let python = try #require(catalog.pythons.first)
    #expect(python.kind == .program(path: path))
    var crosscheck = Crosscheck(twins: try ["A2", "B2", "E3"].map(TestTwins.twin), pythons: [python])
    crosscheck.repeats = 1
    crosscheck.workers = 2
    let result = crosscheck.run(
      with: try OracleRunner(environment: ProcessInfo.processInfo.environment),
      judge: .init(goldens: try TestGoldens.all()))
    #expect(result.conforms && result.runs == 5, "\(CrosscheckReport(result).text)")
  }

  @Test func `unbuffered output in a plain pipe is torn, and the verdict says so`() throws {
    // Text and line feed are two writes then; without writers, nobody can put the pieces together again.
    let python = try TestPythons.newest
    guard case .library(let library) = python.kind, let executable = Host.executable else { return }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("torn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("twin.py")
    let twin = try TestTwins.twin("A2")
    try Data(twin.source.replacing("sleep(1)", with: "sleep(0.002)").utf8).write(to: script)
    let golden = try #require(try TestGoldens.all()["A2"])
    let parameters = try Parameters(["method": python.defaultStartMethod])
    var environment = Host.interpreterEnvironment(library: library)
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PATH"] = "/usr/bin:/bin"
    var codes: Set<Verdict.Code> = []
    for _ in 0..<100 where !codes.contains(.tornLine) {
      let program = Program(
        path: "/bin/sh", arguments: ["-c", "\"$0\" \"$1\" | cat", executable, script.path], environment: environment)
      let run = try Capture(program, timeLimit: .seconds(30)).run()
      let text = run.transcript.lines.flatMap { $0.bytes + ($0.isTerminated ? [UInt8(ascii: "\n")] : []) }
      codes.insert(try golden.judge(Transcript(text: text), parameters: parameters).code)
    }
    #expect(codes.contains(.tornLine) && codes.isSubset(of: [.tornLine, .conforms]))
  }
}
