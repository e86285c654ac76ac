import Foundation
import FoundationXML
import Golden
import Testing

@testable import ScenarioKit

@Suite struct ReportTests {
  static let results = [
    JudgedCase(
      example: "A2", name: "initialize-workers-names", place: "spawn", outcome: .conforms, file: "golden/A2.golden",
      seconds: 1.0345),
    JudgedCase(
      example: "A2", name: "initialize-workers-names", place: "fork",
      outcome: .rejected(
        code: "ORDER", message: "line 1 is <early> & \"odd\"", explanation: "REJECTED ORDER\n\n  line 1: 50%\u{1}"),
      file: "golden/A2.golden", line: 36, seconds: 0.25),
    JudgedCase(
      example: "B1", name: "thread-pool-initialize", place: "thread", outcome: .skipped("no threads # here"),
      file: "golden/B1.golden", seconds: 0),
    JudgedCase(
      example: "E1", name: "default-start-method", place: "spawn", outcome: .failed("it did not start: a,b"),
      file: "golden/E1.golden", seconds: 2),
  ]

  @Test func `JUnit XML counts the results and points at the golden's line`() throws {
    #expect(
      JUnitReport.render(Self.results) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="scenarios" tests="4" failures="1" errors="1" skipped="1" time="3.285">
          <testsuite name="scenarios" tests="4" failures="1" errors="1" skipped="1" time="3.285">
            <testcase classname="A2.initialize-workers-names" name="spawn" time="1.035" file="golden/A2.golden"/>
            <testcase classname="A2.initialize-workers-names" name="fork" time="0.250" file="golden/A2.golden" line="36">
              <failure type="ORDER" message="line 1 is &lt;early&gt; &amp; &quot;odd&quot;">REJECTED ORDER

          line 1: 50%\u{FFFD}</failure>
            </testcase>
            <testcase classname="B1.thread-pool-initialize" name="thread" time="0.000" file="golden/B1.golden">
              <skipped message="no threads # here"/>
            </testcase>
            <testcase classname="E1.default-start-method" name="spawn" time="2.000" file="golden/E1.golden">
              <error message="it did not start: a,b"/>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `JUnit XML is well formed whatever a program printed`() throws {
    let noise =
      String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))) + "]]>\u{FFFE}\u{FFFF}\u{1F600}"
    let result = JudgedCase(
      example: noise, name: noise, place: noise, outcome: .rejected(code: noise, message: noise, explanation: noise),
      file: noise, line: 1, seconds: -1)
    let parser = XMLParser(data: Data(JUnitReport.render([result], suite: noise).utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }

  @Test func `TAP numbers the results and has a block of details behind a failure`() {
    #expect(
      TAPReport.render(Self.results) == """
        TAP version 14
        1..4
        ok 1 - A2 initialize-workers-names, spawn
        not ok 2 - A2 initialize-workers-names, fork
          ---
          message: "line 1 is <early> & \\"odd\\""
          severity: fail
          code: ORDER
          file: "golden/A2.golden"
          line: 36
          duration_ms: 250
          explanation: |2
            REJECTED ORDER

              line 1: 50%\u{FFFD}
          ...
        ok 3 - B1 thread-pool-initialize, thread # SKIP no threads \\# here
        not ok 4 - E1 default-start-method, spawn
          ---
          message: "it did not start: a,b"
          severity: fail
          file: "golden/E1.golden"
          duration_ms: 2000
          ...

        """)
  }

  @Test func `annotations point at the golden's line and keep the whole explanation`() {
    #expect(
      AnnotationReport.render(Self.results) == """
        ::error file=golden/A2.golden,line=36,title=A2 initialize-workers-names%2C fork%3A ORDER::REJECTED ORDER%0A%0A  line 1: 50%25\u{1}
        ::error file=golden/E1.golden,title=E1 default-start-method%2C spawn::it did not start: a,b

        """)
    #expect(AnnotationReport.render([Self.results[0], Self.results[2]]).isEmpty)
  }

  @Test func `a verdict becomes a result with the golden's file and line`() throws {
    let text = """
      golden 1
      example X one-line
      lanes
        main: process
      lines
        hello: hello
      documented
        main | hello
      must hold
        nothing else
          because "hello is all"
      """
    let golden = try Golden.parse(Array(text.utf8), file: "golden/X.golden")
    let verdict = try golden.judge(Transcript(text: Array("hello\nbye\n".utf8)))
    let result = JudgedCase(verdict, golden: golden, place: "spawn", seconds: 0.5)
    #expect(result.isFailure && result.line == 10 && result.file == "golden/X.golden")
    #expect(result.title == "X one-line, spawn")
    guard case .rejected("UNKNOWN-LINE", let message, let explanation) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(message == "line 2 is none of the lines that may be printed: “bye”")
    #expect(explanation.hasPrefix("REJECTED UNKNOWN-LINE line 2"))
    let fine = JudgedCase(
      try golden.judge(Transcript(text: Array("hello\n".utf8))), golden: golden, place: "fork", seconds: 0)
    #expect(fine.outcome == .conforms && !fine.isFailure)
  }
}
