import Glibc
import Synchronization
import Testing

@testable import CPython

@Suite(.needsLibrary, .serialized, .timeLimit(.minutes(10))) struct InterpreterTests {
  private var interpreter: Interpreter { get throws { try Libraries.interpreter.get() } }

  private func error(_ code: String) throws -> PythonError {
    let interpreter = try interpreter
    let error = #expect(throws: PythonError.self) { try interpreter.run(code) }
    return try #require(error)
  }

  @Test func `code leaves its answer in result`() throws {
    #expect(try interpreter.run("result = 6 * 7") == "42")
    #expect(try interpreter.run("pass") == "")
  }

  @Test func `texts go in and come out unchanged`() throws {
    for text in ["", "plain", "two\nlines\"'\\", "é 漢字 🐍", "a\0b"] {
      #expect(try interpreter.run("result = text", values: ["text": text]) == text)
    }
    #expect(try interpreter.run("result = a + b", values: ["a": "1", "b": "2"]) == "12")
  }

  @Test func `each run has a namespace of its own`() throws {
    try interpreter.run("left_over = 1")
    #expect(try error("left_over").exceptionType == "NameError")
  }

  @Test func `an exception becomes an error with its type, message and traceback`() throws {
    let error = try error("def divide():\n  return 1 // 0\ndivide()")
    #expect(error.code == .raised)
    #expect(error.exceptionType == "ZeroDivisionError")
    #expect(error.description.contains("by zero"))
    #expect(error.traceback?.contains("in divide") == true)
  }

  @Test(arguments: [
    ("result =", "SyntaxError"), ("raise SystemExit(3)", "SystemExit"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
  ])
  func `nothing that code does ends the process`(code: String, type: String) throws {
    #expect(try error(code).exceptionType == type)
    #expect(try interpreter.run("result = 'alive'") == "alive")
  }

  @Test func `a second library is refused`() throws {
    _ = try interpreter
    let library = try #require(Libraries.newest)
    let error = #expect(throws: PythonError.self) { try Interpreter(library: library) }
    #expect(error?.code == .alreadyLoaded)
  }

  @Test func `the version is the library's own`() throws {
    let interpreter = try interpreter
    let text = try interpreter.run("import sys; result = '.'.join(map(str, sys.version_info[:3]))")
    #expect(text == interpreter.version.description)
    #expect(interpreter.version >= .oldest)
    if let named = Libraries.newest?.namedVersion { #expect(named.series == interpreter.version.series) }
  }

  @Test func `several threads may call at once`() async throws {
    let interpreter = try interpreter
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<32 {
        group.addTask { Int(try interpreter.run("result = sum(range(int(n)))", values: ["n": "\(number)"])) ?? -1 }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == (0..<32).map { $0 * ($0 - 1) / 2 }.reduce(0, +))
  }
}
