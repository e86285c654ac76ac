import FoundationEssentials
import Golden
import ScenarioKit
import Testing

@testable import CPython

/// Starts this test executable as a Python, or as the host of one.
private func run(_ environment: [String: String], _ arguments: [String] = []) throws -> CapturedRun {
  let executable = try #require(Host.executable)
  let environment = environment.merging(Program.sanitizerOptions) { $1 }
  var capture = Capture(
    Program(path: executable, arguments: arguments, environment: environment), timeLimit: .seconds(60))
  // CPython's tracker and fork server end a while after the program, on a busy machine more than a second.
  capture.grace = .seconds(20)
  let run = try capture.run()
  #expect(run.leftBehind.isEmpty)
  return run
}

@Suite(.needsLibrary, .serialized, .timeLimit(.minutes(10))) struct HostTests {
  @Test(arguments: Libraries.all)
  func `this executable becomes the interpreter of a library`(library: PythonLibrary) throws {
    let code = "import sys; print(sys.version_info[:2]); print(sys.executable); print(sys.argv[1:]); sys.exit(5)"
    let run = try run(Host.interpreterEnvironment(library: library.path), ["-c", code, "é", "two words"])
    let named = try #require(library.namedVersion)
    let error = String(decoding: run.standardError, as: UTF8.self)
    #expect(
      run.transcript.lines.map(\.text).prefix(2) == ["(\(named.major), \(named.minor))", Host.executable ?? ""],
      "\(error)")
    #expect(run.transcript.lines.last?.text.hasSuffix("'two words']") == true)
    #expect(run.transcript.ending == .exited(5))
  }

  @Test(arguments: Libraries.all)
  func `the small program beside this executable becomes the interpreter too`(library: PythonLibrary) throws {
    let interpreter = try #require(Host.interpreter)
    #expect(interpreter.hasSuffix("/python-host"))
    let run = try Capture(
      Program(
        path: interpreter, arguments: ["-c", "import sys; print(sys.executable); sys.exit(5)"],
        environment: Host.interpreterEnvironment(library: library.path).merging(Program.sanitizerOptions) { $1 }),
      timeLimit: .seconds(60)
    ).run()
    #expect(run.transcript.lines.map(\.text) == [interpreter])
    #expect(run.transcript.ending == .exited(5))
  }

  @Test func `without a library the small program says what it is`() throws {
    let run = try Capture(Program(path: try #require(Host.interpreter)), timeLimit: .seconds(60)).run()
    #expect(run.transcript.ending == .exited(Host.loadingFailed))
    #expect(String(decoding: run.standardError, as: UTF8.self).contains("does nothing by itself"))
  }

  @Test(arguments: Libraries.all, ["fork", "spawn", "forkserver"])
  func `workers of every start method are the same version in the same executable`(
    library: PythonLibrary, method: String
  ) throws {
    let script = FileManager.default.temporaryDirectory.appendingPathComponent("workers-\(UUID().uuidString).py")
    defer { try? FileManager.default.removeItem(at: script) }
    try Data(
      """
      import multiprocessing, sys
      def facts(number):
          return sys.version, sys.executable, multiprocessing.current_process().name
      if __name__ == '__main__':
          with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
              worker = pool.apply(facts, (1,))
          print(worker[:2] == facts(1)[:2])
          print(worker[2])
      """.utf8
    ).write(to: script)
    let run = try run(Host.interpreterEnvironment(library: library.path), [script.path, method])
    let prefix = ["fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"][method] ?? ""
    let error = String(decoding: run.standardError, as: UTF8.self)
    #expect(run.transcript.lines.map(\.text) == ["True", "\(prefix)PoolWorker-1"], "\(error)")
    #expect(run.transcript.ending == .exited(0))
  }

  @Test(arguments: Libraries.all)
  func `a host prints what its code left in result`(library: PythonLibrary) throws {
    let answer = try run(Host.hostEnvironment(library: library.path, code: "print('first'); result = 6 * 7"))
    #expect(answer.transcript.lines.map(\.text) == ["first", "42"])
    #expect(answer.transcript.ending == .exited(0) && answer.standardError.isEmpty)
    let failure = try run(Host.hostEnvironment(library: library.path, code: "{}['missing']"))
    #expect(failure.transcript.ending == .exited(1))
    #expect(String(decoding: failure.standardError, as: UTF8.self).hasPrefix("Python raised KeyError: 'missing'\n"))
  }

  @Test func `a library that does not load ends the start with a sentence`() throws {
    for environment in [
      Host.interpreterEnvironment(library: "/no/such/libpython.so"),
      Host.hostEnvironment(library: "/no/such/libpython.so", code: ""),
    ] {
      let run = try run(environment)
      #expect(run.transcript.ending == .exited(Host.loadingFailed))
      #expect(String(decoding: run.standardError, as: UTF8.self).hasPrefix("/no/such/libpython.so cannot be"))
    }
  }
}
