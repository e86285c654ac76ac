import CPython
import FoundationEssentials
import Glibc
import Golden
import Testing

@testable import ScenarioKit

@Suite(.needsPython, .serialized, .timeLimit(.minutes(10))) struct OracleRunnerTests {
  private let runner: OracleRunner

  init() throws {
    let hostile = ProcessInfo.processInfo.environment.merging(["PYTHONUNBUFFERED": "1"]) { $1 }
    runner = try OracleRunner(environment: hostile)
  }

  private func run(
    _ twin: Twin, at place: String, workers: Int = 3, python: Python? = nil, scale: Double = 0.02
  ) throws -> CapturedRun {
    let settings = OracleSettings(
      startMethod: twin.defaultStartMethod(at: place), timeScale: scale, workers: workers)
    let run = try runner.run(twin, on: try python ?? TestPythons.newest, settings: settings)
    let errors = String(decoding: run.standardError, as: UTF8.self)
    #expect(errors.isEmpty && run.leftBehind.isEmpty, "\(twin.id) at \(place)")
    #expect(run.transcript.ending == .exited(0))
    return run
  }

  private func script(_ source: String) -> Twin { Twin(id: "A1", fileName: "script.py", source: source) }

  @Test func `all twelve twins are there`() {
    // The documents' own; their fragments have a letter behind.
    #expect(
      TestTwins.all.map(\.id).filter { $0.count == 2 && !$0.hasPrefix("F") }
        == ["A1", "A2", "A3", "B1", "B2", "C1", "D1", "D2", "D3", "E1", "E2", "E3"])
  }

  @Test(arguments: ["fork", "spawn", "forkserver"])
  func `each line of A2 is written by the worker that it names`(place: String) throws {
    let run = try run(TestTwins.twin("A2"), at: place)
    let names = ["fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"]
    let lines = run.transcript.lines
    #expect(lines.count == 6)
    for number in 1...2 {
      let name = "process=\(names[place] ?? "")PoolWorker-\(number), thread=MainThread"
      let own = lines.filter { $0.text.hasSuffix(name) }
      #expect(own.first?.text == "Initializing worker, \(name)")
      #expect(Set(own.map(\.writer)).count == 1 && own.first?.writer != run.mainProcess)
    }
  }

  @Test func `lines of threads have the main process as writer and no torn ends`() throws {
    let run = try run(TestTwins.twin("B2"), at: "thread")
    #expect(run.transcript.lines.count == 6)
    #expect(run.transcript.lines.allSatisfy { $0.writer == run.mainProcess && $0.isTerminated })
  }

  @Test(arguments: ["fork", "spawn", "forkserver"])
  func `the start method is the one that was set`(place: String) throws {
    #expect(try run(TestTwins.twin("E1"), at: place).transcript.lines.map(\.text) == [place])
    let lines = try run(TestTwins.twin("E2"), at: place).transcript.lines
    #expect(lines.map(\.text) == ["Main process using \(place)", "Worker using \(place)"])
  }

  @Test func `a pool on the fork context leaves the default alone`() throws {
    let lines = try run(TestTwins.twin("E3"), at: "fork").transcript.lines
    #expect(lines.map(\.text) == ["Main process using spawn", "Worker using fork"])
  }

  @Test func `workers are as many as were set, and sleeps are scaled in workers too`() throws {
    let source = """
      from multiprocessing.pool import Pool
      from time import monotonic, sleep
      def nap(number):
          start = monotonic()
          sleep(20)
          return monotonic() - start < 15
      if __name__ == "__main__":
          with Pool() as pool:
              print(len(pool._pool), all(pool.map(nap, range(5), 1)))
      """
    for place in ["fork", "spawn", "forkserver"] {
      let run = try run(script(source), at: place, workers: 5, scale: 0.005)
      #expect(run.transcript.lines.map(\.text) == ["5 True"])
    }
  }

  @Test func `every Python of the machine runs a twin`() throws {
    for python in TestPythons.catalog.pythons {
      let lines = try run(TestTwins.twin("D3"), at: "fork", python: python).transcript.lines
      let suffixes =
        python.namesThreadFunctions ? [" (_handle_workers)", " (_handle_tasks)", " (_handle_results)"] : ["", "", ""]
      #expect(
        lines.map(\.text) == ["Thread: MainThread"] + suffixes.enumerated().map { "Thread: Thread-\($0 + 1)\($1)" })
    }
  }

  @Test func `a twin that raises, hangs or prints nothing is a run like any other`() throws {
    let newest = try TestPythons.newest
    let raising = try runner.run(script("raise ValueError('no')"), on: newest, settings: OracleSettings())
    #expect(raising.transcript.ending == .exited(1) && raising.transcript.lines.isEmpty)
    #expect(String(decoding: raising.standardError, as: UTF8.self).contains("ValueError: no"))
    let hanging = Twin(
      id: "A1", fileName: "hanging.py", source: "import threading\nprint('x', flush=True)\nthreading.Event().wait()")
    let hung = try withGrowingLimit(from: .seconds(1)) { limit in
      try runner.run(hanging, on: newest, settings: OracleSettings(), timeLimit: limit)
    } isEnough: {
      !$0.transcript.lines.isEmpty
    }
    #expect(hung.transcript.ending == .timedOut && hung.transcript.lines.map(\.text) == ["x"])
    let silent = Twin(id: "A1", fileName: "silent.py", source: "pass")
    #expect(try runner.run(silent, on: newest, settings: OracleSettings()).transcript.lines.isEmpty)
  }

  @Test func `only import lines name another package`() {
    let twin = script(
      """
      from multiprocessing import Queue
      from multiprocessing.pool import Pool
      import multiprocessing
      text = "multiprocessing"
      """)
    #expect(
      twin.source(importing: "billiard") == """
        from billiard import Queue
        from billiard.pool import Pool
        import billiard
        text = "multiprocessing"
        """)
    #expect(twin.source(importing: "multiprocessing") == twin.source)
  }

  @Test func `a package that cannot be imported is one sentence`() throws {
    let newest = try TestPythons.newest
    #expect(try runner.refusal(of: "multiprocessing", on: newest) == nil)
    let missing = try #require(try runner.refusal(of: "no_such_package", on: newest))
    #expect(missing.hasPrefix("CPython \(newest.version) cannot import no_such_package.pool: ModuleNotFoundError"))
    for name in ["", "a b", "x;import os", "../x", "1a"] {
      #expect(try runner.refusal(of: name, on: newest)?.contains("is not the name") == true)
    }
  }

  @Test func `the folder of the runs is removed`() throws {
    var folder = ""
    do {
      let workspace = try OracleWorkspace()
      folder = workspace.folder
      #expect(FileManager.default.fileExists(atPath: folder))
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `a folder whose owner has gone is removed, but not one that is in use`() throws {
    let manager = FileManager.default
    let parent = "\(OracleWorkspace.parent())/abandoned-\(UUID().uuidString)"
    defer { try? manager.removeItem(atPath: parent) }
    // No process has these ids: they are above what the kernel gives. In another container they might be in use.
    let (abandoned, used) = ("\(parent)/oracle-2000000000-a", "\(parent)/oracle-2000000001-b")
    for folder in [abandoned, used] { try manager.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    let lock = open(used, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let own = try OracleWorkspace(in: parent)
    #expect(!manager.fileExists(atPath: abandoned) && manager.fileExists(atPath: used))
    #expect(manager.fileExists(atPath: own.folder))
  }

  @Test func `a long path of the folder for temporary files leaves room for the names of sockets`() {
    #expect(OracleWorkspace.parent(of: "/short") == "/short")
    #expect(OracleWorkspace.parent(of: "/" + String(repeating: "x", count: 60)) == "/tmp")
  }
}
