import Golden
import PoolCore
import ScenarioKit
import Testing

/// What the blocks of the documentation print, against what the documentation shows. That they compile is the build's part.
@Suite(.timeLimit(.minutes(3))) struct SnippetTests {
  static let names: [String] = (try? Executable.run("documentation", []).lines) ?? []

  @Test func `there are blocks with an output in the README, in the articles and in the comments`() {
    let texts = Set(Self.names.map { String($0.prefix { $0 != ":" }) })
    #expect(texts.contains("README") && texts.contains("GettingStarted"), "\(texts)")
    #expect(Self.names.count >= 15)
  }

  @Test(arguments: names) func `a block prints what the text shows`(_ name: String) throws {
    let expected = try Executable.run("documentation", ["expected", name]).transcript
    let check = try Executable.run("documentation", ["check", name]).lines.first ?? ""
    let run = try Executable.run("documentation", ["run", name])
    #expect(run.transcript.ending == .exited(0), "\(name) ended with \(run.transcript.ending): \(run.errors)")
    #if DEBUG
      #expect(run.errors.isEmpty == (check != "complains"), "\(name) complains: \(run.errors)")
    #else
      // Optimised, a program that traps says nothing.
      #expect(run.errors.isEmpty || check == "complains", "\(name) complains: \(run.errors)")
    #endif
    #expect(run.leftBehind.isEmpty && run.lateLines.isEmpty, "\(name) left processes behind")
    if check.hasPrefix("judged as "), let id = check.split(separator: " ").last {
      let scenario = try ScenarioCatalog.find(String(id))
      let place = scenario.places.contains(.spawn) ? Place.spawn : .thread
      let parameters = ScenarioRun.parameters(of: scenario, at: place, settings: RunSettings(profile: .host))
      for transcript in [expected, run.transcript] {
        let lines = transcript.lines.map { Transcript.Line(bytes: $0.bytes) }
        let verdict = try ScenarioJudge(scenario).judge(Transcript(lines: lines), parameters: parameters)
        #expect(verdict.conforms, "\(name): \(verdict.explanation())")
      }
    } else if check == "in any order" {
      #expect(run.lines.sorted() == expected.lines.map(\.text).sorted(), "\(name) prints something else")
    } else {
      #expect(check.isEmpty || check == "complains", "\(name) is compared in an unknown way: \(check)")
      #expect(run.lines == expected.lines.map(\.text), "\(name) prints something else")
    }
  }
}
