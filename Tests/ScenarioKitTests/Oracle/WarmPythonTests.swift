import CPython
import FoundationEssentials
import Golden
import Testing

@testable import ScenarioKit

/// What runs in a copy of a warm interpreter is what would run in a fresh one.
@Suite(.needsPython, .serialized, .timeLimit(.minutes(10))) struct WarmPythonTests {
  private let runner: OracleRunner

  init() throws { runner = try OracleRunner(environment: ProcessInfo.processInfo.environment) }

  private func run(
    _ source: String, arguments: [String] = [], on python: Python? = nil, method: String? = nil, warmly: Bool,
    timeLimit: Duration = .seconds(60), runner: OracleRunner? = nil
  ) throws -> CapturedRun {
    let settings = OracleSettings(startMethod: method, timeScale: 0.02, workers: 3)
    return try (runner ?? self.runner).run(
      Twin(id: "A1", fileName: "script\(abs(source.hashValue)).py", source: source), on: try python ?? TestPythons.newest,
      arguments: arguments, settings: settings, timeLimit: timeLimit, warmly: warmly)
  }

  private func errors(_ run: CapturedRun) -> String { String(decoding: run.standardError, as: UTF8.self) }

  @Test(arguments: TestPythons.catalog.pythons)
  func `a script finds what it finds in a fresh interpreter`(python: Python) throws {
    for method in [nil, "spawn"] {
      let warm = try run(Self.look, arguments: ["one", "two"], on: python, method: method, warmly: true)
      let fresh = try run(Self.look, arguments: ["one", "two"], on: python, method: method, warmly: false)
      #expect(errors(warm).isEmpty && warm.transcript.ending == .exited(0))
      #expect(warm.transcript.lines.map(\.text) == fresh.transcript.lines.map(\.text))
      #expect(warm.transcript.lines.count > 30)
      #expect(warm.transcript.lines.allSatisfy { $0.writer == warm.mainProcess })
    }
    // Lest the two be the same because both were started afresh.
    let parent = try run("import os\nprint(os.getppid())\n", on: python, warmly: true)
    #expect(parent.transcript.lines.map(\.text) != ["\(ProcessInfo.processInfo.processIdentifier)"])
  }

  /// CPython takes another locale than C where it can, and sets a variable for it in its own environment.
  @Test func `a script finds a fresh interpreter's locale, whichever the environment names`() throws {
    let pythons = TestPythons.catalog.pythons
    let others = ProcessInfo.processInfo.environment.filter { name, _ in name != "LANG" && !name.hasPrefix("LC_") }
    for locale in [[:], ["LANG": "xx_XX"], ["LANG": "C.UTF-8", "LC_CTYPE": "POSIX"], ["LC_ALL": "C"]] {
      let runner = try OracleRunner(environment: others.merging(locale) { $1 })
      for python in locale.isEmpty ? Set(pythons) : [pythons[pythons.count - 1]] {
        let warm = try run(Self.look, on: python, warmly: true, runner: runner)
        let fresh = try run(Self.look, on: python, warmly: false, runner: runner)
        #expect(warm.transcript.ending == .exited(0) && errors(warm) == errors(fresh), "\(locale) \(python.version)")
        #expect(warm.transcript.lines.map(\.text) == fresh.transcript.lines.map(\.text), "\(locale) \(python.version)")
        #expect(warm.transcript.lines.count > 30)
      }
    }
  }

  @Test func `it ends as in a fresh interpreter`() throws {
    // The oldest two and the newest: a start costs a good deal.
    let pythons = TestPythons.catalog.pythons
    for (python, source) in Set(pythons.prefix(2) + pythons.suffix(1)).flatMap({ python in Self.endings.map { (python, $0) } }) {
      let warm = try run(source, on: python, warmly: true)
      let fresh = try run(source, on: python, warmly: false)
      #expect(warm.transcript.ending == fresh.transcript.ending, "\(python.version) \(source)")
      #expect(warm.transcript.lines.map(\.text) == fresh.transcript.lines.map(\.text), "\(source)")
      #expect(errors(warm) == errors(fresh), "\(source)")
    }
  }

  @Test func `every document's twin prints the same but for who is faster`() throws {
    let pythons = TestPythons.catalog.pythons
    for python in Set([pythons[0], pythons[pythons.count - 1]]) {
      let isNewest = python == pythons[pythons.count - 1]
      for twin in TestTwins.all where isNewest ? twin.id.count == 2 && !twin.id.hasPrefix("F") : ["A2", "D3"].contains(twin.id) {
        let places = twin.id == "A2" ? twin.places : [twin.places[0]]
        for place in places {
          let settings = OracleSettings(startMethod: twin.defaultStartMethod(at: place), timeScale: 0.02, workers: 2)
          let runs = try [true, false].map { try runner.run(twin, on: python, settings: settings, warmly: $0) }
          // Which worker does what, and C1's values, are not determined.
          let lines = runs.map { $0.transcript.lines.map { $0.text.filter { !"0123456789.e-".contains($0) } }.sorted() }
          #expect(lines[0] == lines[1] && !lines[0].isEmpty, "\(twin.id) at \(place) on \(python.version)")
          #expect(runs.allSatisfy { $0.transcript.ending == .exited(0) && $0.standardError.isEmpty && $0.leftBehind.isEmpty })
        }
      }
    }
  }

  @Test func `each copy draws its own random numbers and its own key`() throws {
    let source = """
      import multiprocessing, random
      print(random.random(), bytes(multiprocessing.current_process().authkey).hex())
      """
    for python in TestPythons.catalog.pythons {
      let outputs = try (0..<2).map { _ in try run(source, on: python, warmly: true).transcript.lines.map(\.text) }
      let words = outputs.map { $0.flatMap { $0.split(separator: " ") } }
      #expect(words[0].count == 2 && words[0][0] != words[1][0] && words[0][1] != words[1][1])
    }
  }

  @Test func `a copy that hangs is ended, and the next one runs`() throws {
    let source = "import os, time\nprint(os.getppid(), flush=True)\nwhile True: time.sleep(9)\n"
    let hung = try withGrowingLimit(from: .seconds(1)) { limit in
      try run(source, warmly: true, timeLimit: limit)
    } isEnough: {
      !$0.transcript.lines.isEmpty
    }
    #expect(hung.transcript.ending == .timedOut)
    let next = try run("import os\nprint(os.getppid())\n", warmly: true)
    #expect(next.transcript.ending == .exited(0))
    #expect(next.transcript.lines.map(\.text) == hung.transcript.lines.map(\.text))
  }

  @Test func `a run whose warm interpreter goes away starts afresh`() throws {
    let own = "\(ProcessInfo.processInfo.processIdentifier)"
    let source = """
      import os, signal, sys
      if os.getppid() != int(sys.argv[1]):
          os.kill(os.getppid(), signal.SIGKILL)
      print("done")
      """
    for _ in 0..<2 {
      let run = try run(source, arguments: [own], warmly: true)
      #expect(run.transcript.ending == .exited(0) && run.transcript.lines.map(\.text) == ["done"])
    }
  }

  @Test func `an interpreter that cannot get ready is no warm one`() throws {
    #expect(throws: CaptureError.self) { try WarmPython(Program(path: "/bin/false")) }
    #expect(throws: CaptureError.self) { try WarmPython(Program(path: "/nonexistent")) }
  }
}
