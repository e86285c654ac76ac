import FoundationEssentials
import ScenarioKit
import Testing

/// The web report, without a browser: its files, its links, its figures.
@Suite(.timeLimit(.minutes(5)), .serialized) struct WebReportTests {
  private static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try #require(FileManager.default.contents(atPath: path), "there is no \(path)"), as: UTF8.self)
  }

  /// The values of an attribute.
  private static func values(of attribute: String, in html: String) -> [String] {
    html.split(separator: "\(attribute)=\"", omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  private struct Page: Decodable {
    struct Lane: Decodable { var name: String }
    struct Span: Decodable {
      var lane: Int
      var from: Double
      var to: Double
      var kind: String
    }
    struct Mark: Decodable {
      var lane: Int
      var at: Double
      var text: String
    }
    struct Timeline: Decodable {
      var lanes: [Lane]
      var spans: [Span]
      var marks: [Mark]
    }
    struct Run: Decodable {
      var title: String
      var timeline: Timeline
    }
    struct Output: Decodable {
      var group: String
      var seen: [String]
      var timeline: Timeline
    }
    var runs: [Run]
    var outputs: [Output]

    init(_ html: String) throws {
      let json = try #require(html.split(separator: "id=\"data\">").last?.split(separator: "</script>").first)
      self = try JSONDecoder().decode(Page.self, from: Data(json.utf8))
    }
  }

  @Test func `a report has every page, every link leads somewhere, and its figures are those of the runs`() throws {
    try Self.withFolder { folder in
      let command = try Command("report", folder, "A2", "C1", "--no-oracle", "--repeat", "2", "--workers", "8")
      #expect(command.status == 0 && command.output.contains("12 runs: 12 conform, 0 do not."), "\(command.errors)")
      for page in ["index.html", "claims.html", "starting.html", "examples/A2.html", "examples/C1.html"] {
        let html = try Self.text("\(folder)/\(page)")
        let place = URL(filePath: "\(folder)/\(page)").deletingLastPathComponent().path
        for link in Self.values(of: "href", in: html) + Self.values(of: "src", in: html) where !link.hasPrefix("data:") {
          #expect(!link.contains("//"), "\(page) needs a network: \(link)")
          let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
          let target = parts[0].isEmpty ? "\(folder)/\(page)" : "\(place)/\(parts[0])"
          guard FileManager.default.fileExists(atPath: target) else {
            Issue.record("\(page) links to \(link)")
            continue
          }
          if parts.count == 2 { #expect(try Self.text(target).contains("id=\"\(parts[1])\""), "\(page) links to \(link)") }
        }
        #expect(!html.contains("{{") && !html.contains("Optional("))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/traces").count { $0.hasSuffix(".json") } == 6)
      #expect(try Self.text("\(folder)/index.html").contains("without CPython, as asked"))
      try Self.checkNames(Page(Self.text("\(folder)/examples/A2.html")))
      try Self.checkQueue(Page(Self.text("\(folder)/examples/C1.html")), Self.text("\(folder)/examples/C1.html"))
      try Self.checkWalk(Self.text("\(folder)/examples/A2.html"), outputs: 62)
      try Self.checkWalk(Self.text("\(folder)/examples/C1.html"), outputs: 1)
      try Self.checkStarting(Self.text("\(folder)/starting.html"))
    }
  }

  private static func checkNames(_ page: Page) throws {
    #expect(page.outputs.count == 62 && Set(page.outputs.map { $0.timeline.marks.map(\.text) }).count == 62)
    #expect(Set(page.outputs.map(\.group)) == ["2 + 2", "3 + 1", "4 + 0"])
    #expect(page.runs.map(\.title) == ["This package, fork", "This package, spawn", "This package, forkserver"])
    for run in page.runs {
      let timeline = run.timeline
      #expect(timeline.marks.count == 6 && timeline.spans.count { $0.kind == "task" } == 4)
      #expect(timeline.spans.count { $0.kind == "life" } == 2 && timeline.spans.count { $0.kind == "start" } == 2)
      #expect(timeline.spans.allSatisfy { $0.from >= 0 && $0.from <= $0.to && timeline.lanes.indices.contains($0.lane) })
      // Each line within a slice of its own worker: an initializer prints one, a task one.
      for mark in timeline.marks {
        #expect(timeline.lanes[mark.lane].name == String(mark.text.split(separator: "process=")[1].prefix { $0 != "," }))
        #expect(
          timeline.spans.contains {
            $0.lane == mark.lane && ["task", "start"].contains($0.kind) && ($0.from - 0.02...$0.to + 0.02).contains(mark.at)
          }, "\(mark)")
      }
      // What was seen is marked on the map.
      let shape = timeline.marks.map { $0.text.split(separator: "PoolWorker").last ?? "" }
      let output = page.outputs.first { $0.timeline.marks.map { $0.text.split(separator: "PoolWorker").last ?? "" } == shape }
      #expect(output?.seen.contains { $0.hasPrefix(run.title) } == true)
    }
  }

  private static func checkQueue(_ page: Page, _ html: String) throws {
    #expect(html.contains("2,580,480") && html.contains("3,628,800"))
    #expect(page.outputs.count > 1 && page.outputs.allSatisfy { $0.timeline.marks.count == 10 })
    #expect(page.outputs.count { $0.seen.isEmpty } == 1)
  }

  /// The tree of the walkthrough: each way to an end prints something, and where outputs are few, all of them can be reached.
  private static func checkWalk(_ html: String, outputs: Int) throws {
    struct Walk: Decodable {
      struct Node: Decodable {
        var p: Int?
        var l: Int
        var o: [Int]?
      }
      struct Goal: Decodable { var end: Int }
      struct Option: Decodable {
        var isRight: Bool
        var why: [String]
      }
      struct Question: Decodable { var options: [Option] }
      var lanes: [String]
      var texts: [String]
      var nodes: [Node]
      var documented: Int
      var goals: [Goal]
      var questions: [Question]

      func output(to end: Int) -> [String] {
        let node = nodes[end]
        return (node.p.map { output(to: $0) } ?? []) + (node.o ?? []).map { texts[$0] }
      }
    }
    let json = try #require(html.split(separator: "id=\"walk-data\">").last?.split(separator: "</script>").first)
    let walk = try JSONDecoder().decode(Walk.self, from: Data(json.utf8))
    let inner = Set(walk.nodes.compactMap(\.p))
    let ends = walk.nodes.indices.filter { !inner.contains($0) }
    #expect(Set(ends.map { walk.output(to: $0) }).count >= outputs && ends.contains(walk.documented))
    if outputs > 1 { #expect(Set(ends.map { walk.output(to: $0) }).count == outputs) }
    #expect(walk.nodes.allSatisfy { walk.lanes.indices.contains($0.l) } && walk.goals.allSatisfy { ends.contains($0.end) })
    #expect(walk.questions.allSatisfy { $0.options.contains(where: \.isRight) && $0.options.allSatisfy { !$0.why.isEmpty } })
  }

  private static func checkStarting(_ html: String) throws {
    let rows = html.split(separator: "<tr><th scope=\"row\">This package</th>").dropFirst()
    #expect(rows.count == 3)
    for (row, method) in zip(rows, ["fork", "spawn", "forkserver"]) {
      #expect(row.hasPrefix("<td>\(method)</td><td>\(method == "fork" ? "changed by main" : "as written in the program")</td>"))
      #expect(row.contains("\u{a0}ms") && (row.contains("\u{a0}KiB") || row.contains("\u{a0}MiB")))
    }
  }

  @Test func `a folder that cannot be filled ends with one sentence and status 2`() throws {
    try Self.withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data("x".utf8).write(to: URL(filePath: "\(folder)/file"))
      for (path, sentence) in [
        (folder, "is not empty: name a folder that is empty or does not exist yet."),
        ("\(folder)/file", "is a file, and a report is a folder."),
        ("/proc/report", "cannot be made: "), ("", "The folder of a report needs a name."),
      ] {
        let command = try Command("report", path, "E1", "--no-oracle")
        #expect(command.status == 2 && command.output.isEmpty && command.errors.contains(sentence), "\(path): \(command.errors)")
        #expect(command.errors.split(separator: "\n").count == 1)
      }
      #expect(try Self.text("\(folder)/file") == "x")
      let unknown = try Command("report", "\(folder)/new", "A9")
      #expect(unknown.status == 2 && !FileManager.default.fileExists(atPath: "\(folder)/new"))
      #expect(try Command("report", "\(folder)/new", "--repeat", "0").status == 2)
      #expect(try Command("report", "\(folder)/new", "--no-oracle", "--python", "3.11").status == 2)
    }
  }
}
