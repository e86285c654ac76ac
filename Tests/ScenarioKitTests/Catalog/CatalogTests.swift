import Examples
import FoundationEssentials
import Golden
import Testing

@testable import ScenarioKit

@Suite struct CatalogTests {
  @Test func `the twelve worked examples are there, in the order of the documents, fragments behind their whole`() {
    let ids = ScenarioCatalog.all.map(\.id)
    #expect(
      ids.filter { $0.count == 2 && !$0.hasPrefix("F") }
        == ["A1", "A2", "A3", "B1", "B2", "C1", "D1", "D2", "D3", "E1", "E2", "E3"])
    #expect(ids == ids.sorted() && Set(ids).count == ids.count)
    for scenario in ScenarioCatalog.all {
      #expect(scenario.whole.map(ids.contains) ?? true)
      #expect(Scenario.Document(rawValue: String(scenario.id.prefix(1))) != nil)
      #expect(!scenario.places.isEmpty && scenario.shows.hasSuffix("."))
    }
  }

  @Test func `every example has a program, a twin, a story and a golden, and nothing else has`() throws {
    var known: Set<String> = []
    for scenario in ScenarioCatalog.all {
      let files = [try scenario.program, try scenario.twin, try scenario.story, try scenario.goldenFile]
      known.formUnion(files.map(\.path))
      let golden = try ScenarioJudge(scenario).golden
      #expect(golden.example == scenario.id && golden.name == scenario.name)
    }
    #expect(Set(EmbeddedFiles.texts.keys) == known)
    #expect(Set(ExamplePrograms.all.keys) == Set(ScenarioCatalog.all.map(\.id)))
  }

  @Test func `what the build carries is what lies in the source tree`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    for (path, text) in EmbeddedFiles.texts {
      let bytes = try #require(FileManager.default.contents(atPath: "\(root)/\(path)"), "\(path)")
      #expect(bytes == Data(text.utf8), "\(path)")
    }
  }

  @Test(arguments: ScenarioCatalog.all) func `a story says what may vary and speaks of the claims it checks`(
    _ scenario: Scenario
  ) throws {
    let text = try scenario.story.text
    let story = Story(text)
    #expect(text.hasPrefix("# \(scenario.id): "))
    #expect(story.body.contains("\n## What may vary\n") && !story.body.contains("## Claims"))
    #expect(Set(story.claims.keys) == Set(scenario.claims.map(\.id)))
    #expect(story.claims.values.allSatisfy { $0.hasSuffix(".") && !$0.contains("  ") })
  }

  @Test(arguments: ScenarioCatalog.all) func `an example is found by its id and its name in any case`(
    _ scenario: Scenario
  ) throws {
    for typed in [scenario.id, scenario.id.lowercased(), scenario.id.uppercased(), scenario.title] {
      #expect(try ScenarioCatalog.find(typed) == scenario)
    }
    #expect(try ScenarioCatalog.find(scenario.title.uppercased()) == scenario)
  }

  @Test(arguments: [
    ("A9", "the nearest are A1, A2 and A3."),
    ("D3c", "the nearest are D3, D3a and A3."),
    ("A2-initialise-worker-names", "the nearest is A2-initialize-workers-names."),
    ("helper-threads", "the nearest is D3-helper-threads."),
  ]) func `an unknown example names its nearest neighbours`(_ typed: String, _ ending: String) throws {
    let error = try #require(throws: ScenarioError.self) { try ScenarioCatalog.find(typed) }
    #expect(error.code == .unknownExample)
    #expect(error.description == "“\(typed)” is not an example; \(ending)")
  }

  @Test(arguments: ["", " ", "-", "\u{fffd}", "🧵", String(repeating: "A2", count: 5000), "A2-", "1", "../A2"])
  func `nothing else is taken for an example`(_ typed: String) {
    #expect(throws: ScenarioError.self) { try ScenarioCatalog.find(typed) }
  }

  @Test func `places and profiles are found in any case, and others are named in the error`() throws {
    #expect(try ScenarioKit.Place(named: "ForkServer") == .forkserver)
    let error = try #require(throws: ScenarioError.self) { try ScenarioKit.Place(named: "mars") }
    #expect(
      error.description == "“mars” is not a place to run in: it must be fork, spawn, forkserver or thread.")
  }
}
