import Foundation
import FoundationXML
import Golden
import Testing

@testable import ScenarioKit

/// Timelines, drawn from runs whose times are known.
@Suite struct TimelinePictureTests {
  /// A run of ten seconds in which process 1 made processes 7 and 8.
  private func run(_ lines: [(writer: Int32, seconds: Double, text: String)]) -> CapturedRun {
    let lines = lines.map { Transcript.Line(bytes: Array($0.text.utf8), writer: $0.writer, arrival: .seconds($0.seconds)) }
    return CapturedRun(
      transcript: Transcript(lines: lines, ending: .exited(0)), standardError: [], mainProcess: 1, duration: .seconds(10),
      leftBehind: [], lateLines: [], exceededOutputLimit: false)
  }

  /// The elements of an SVG, with their attributes and their text.
  private final class Elements: NSObject, XMLParserDelegate {
    struct Element {
      var name: String
      var attributes: [String: String]
      var text = ""
    }
    private(set) var all: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open.append(all.count)
      all.append(Element(name: name, attributes: attributes))
    }
    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if let last = open.last { all[last].text += text }
    }
    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
    }

    static func of(_ svg: String) throws -> [Element] {
      let elements = Elements()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = elements
      try #require(parser.parse(), "The picture is not well-formed: \(String(describing: parser.parserError))")
      return elements.all
    }
  }

  private func texts(_ elements: [Elements.Element], _ style: String) -> [String] {
    elements.filter { $0.attributes["class"] == style }.map(\.text)
  }

  @Test func `each process has a lane under its own name, the main process first`() throws {
    let picture = TimelinePicture(
      run([(8, 1, "begin, SpawnPoolWorker-2"), (7, 2, "begin, SpawnPoolWorker-1"), (1, 9, "over")]), title: "A run")
    let elements = try Elements.of(picture.svg)
    #expect(texts(elements, "name") == ["main process", "SpawnPoolWorker-1", "SpawnPoolWorker-2"])
    #expect(texts(elements, "line") == ["begin, SpawnPoolWorker-2", "begin, SpawnPoolWorker-1", "over"])
    // Below in their order, and one of them in its lane, for what comes in the last second has room for no bar.
    #expect(texts(elements, "number").suffix(3) == ["1", "2", "3"])
    #expect(texts(elements, "title") == ["A run"])
  }

  @Test func `threads of the main process have lanes, and unnamed processes are numbered`() throws {
    let picture = TimelinePicture(
      run([(1, 1, "work, thread=Thread-1"), (1, 2, "work, thread=Thread-2"), (9, 3, "work"), (1, 4, "work, thread=Thread-1")]),
      title: "A run")
    #expect(texts(try Elements.of(picture.svg), "name") == ["main process", "Thread-1", "Thread-2", "process 3"])
  }

  @Test func `a bar lasts from its line to the next one of its lane, to scale`() throws {
    let picture = TimelinePicture(run([(7, 2, "first"), (8, 3, "other"), (7, 6, "second")]), title: "A run")
    let bars = try Elements.of(picture.svg).filter { $0.attributes["class"]?.hasPrefix("bar") == true }
    func numbers(_ attribute: String) -> [Double] { bars.map { Double($0.attributes[attribute] ?? "") ?? 0 } }
    let (starts, widths) = (numbers("x"), numbers("width"))
    try #require(bars.count == 3)
    // Lanes come one after the other: first and second of process 7, then the one of process 8.
    let second = (starts[1] - starts[0]) / 4
    #expect(second > 10)
    #expect(abs(starts[2] - starts[0] - second) < 0.2)
    #expect(abs(widths[0] - (4 * second - 2)) < 0.3)
    #expect(abs(widths[1] - (4 * second - 2)) < 0.3)
    #expect(abs(widths[2] - (7 * second - 2)) < 0.3)
    #expect(Set(bars.map { $0.attributes["class"] ?? "" }).count == 3)
  }

  @Test func `text that is markup, or no text at all, does no harm`() throws {
    let nasty = "<b>&\"' \u{1b}[31m\u{0}"
    let elements = try Elements.of(TimelinePicture(run([(7, 1, nasty), (7, 2, "")]), title: nasty).svg)
    #expect(texts(elements, "line") == ["<b>&\"' [31m", ""])
    #expect(try Elements.of(TimelinePicture(run([]), title: "").svg).contains { $0.name == "svg" })
  }

  @Test func `the picture of the documentation shows a legal output of A2`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Sources/Multiprocessing/Multiprocessing.docc/Resources/timeline.svg")
    let lines = texts(try Elements.of(String(contentsOf: file, encoding: .utf8)), "line")
    let transcript = Transcript(lines: lines.map { Transcript.Line(bytes: Array($0.utf8)) })
    let scenario = try ScenarioCatalog.find("A2")
    let parameters = ScenarioRun.parameters(of: scenario, at: .spawn, settings: RunSettings())
    let verdict = try ScenarioJudge(scenario).judge(transcript, parameters: parameters)
    #expect(verdict.conforms, "\(verdict.explanation())")
  }
}
