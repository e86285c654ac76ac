import Golden
import ScenarioKit

/// The first page: the matrix of all examples, places and implementations.
struct IndexPage {
  struct Cell {
    var href: String
    var mark: String
    var label: String
    var state: String
  }

  struct Row {
    /// The example's name, in its first row only.
    var isFirst: Bool
    var rows: Int
    var id: String
    var name: String
    var href: String
    var place: String
    var cells: [Cell]
  }

  struct Document {
    var letter: String
    var subject: String
    var rows: [Row]
  }

  struct Card {
    var id: String
    var name: String
    var shows: String
    var href: String
    var seen: String
    var legal: String
  }

  struct Fact {
    var number: String
    var text: String
  }

  var frame: Site.Frame
  var facts: [Fact]
  var columns: [String]
  var documents: [Document]
  var cards: [Card]
  var notes: [String]
  var isAllWell: Bool
  var sentence: String
  var columnCount: Int
}

extension IndexPage {
  init(_ report: ReportContent, frame: Site.Frame) {
    self.frame = frame
    let implementations = report.implementations
    columns = implementations.map(\.title)
    columnCount = columns.count + 2
    documents = Scenario.Document.allCases.compactMap { document in
      let members = report.examples.filter { $0.scenario.document == document }
      guard !members.isEmpty else { return nil }
      return Document(
        letter: document.rawValue, subject: document.subject, rows: members.flatMap { Self.rows($0, implementations) })
    }
    cards = report.examples.map { example in
      Card(
        id: example.scenario.id, name: example.scenario.name, shows: example.scenario.shows,
        href: "examples/\(example.scenario.id).html", seen: "\(example.map.seenCount) seen",
        legal: example.map.count.map { "\($0.grouped) legal" } ?? "not counted")
    }
    let spots = report.examples.flatMap(\.spots)
    let runs = spots.reduce(0) { $0 + $1.runs }
    let conforming = spots.reduce(0) { $0 + $1.conforming }
    isAllWell = runs == conforming
    sentence =
      isAllWell
      ? "All \(runs.grouped) runs of this report conform: each printed what a correct pool may print, and nothing else."
      : "\((runs - conforming).grouped) of \(runs.grouped) runs do not conform; each is explained where the matrix "
        + "says so."
    facts = [
      Fact(number: "\(report.examples.count)", text: report.examples.count == 1 ? "example" : "examples"),
      Fact(number: "\(implementations.count)", text: implementations.count == 1 ? "implementation" : "implementations"),
      Fact(number: runs.grouped, text: "runs, \(conforming.grouped) conform"),
      Fact(number: "\(report.claims.rows.count)", text: "claims checked"),
    ]
    notes = report.notes
  }

  private static func rows(_ example: ExampleEvidence, _ implementations: [Spot.Implementation]) -> [Row] {
    let scenario = example.scenario
    let href = "examples/\(scenario.id).html"
    var rows = scenario.places.map { place in
      Row(
        isFirst: false, rows: 0, id: scenario.id, name: scenario.name, href: href, place: place.rawValue,
        cells: implementations.map { cell(example.spot($0, place.rawValue), href) })
    }
    rows.append(
      Row(
        isFirst: false, rows: 0, id: scenario.id, name: scenario.name, href: href, place: "simulated",
        cells: implementations.map { $0 == .own ? simulated(example, href) : cell(nil, href) }))
    rows[0].isFirst = true
    rows[0].rows = rows.count
    return rows
  }

  private static func cell(_ evidence: SpotEvidence?, _ href: String) -> Cell {
    guard let evidence else { return Cell(href: "", mark: "–", label: "not run", state: "none") }
    return Cell(
      href: "\(href)#\(evidence.spot.anchor)",
      mark: evidence.passes ? "✓ \(evidence.runs)" : "✗ \(evidence.conforming)/\(evidence.runs)",
      label: evidence.passes
        ? "all \(evidence.runs) conform" : "\(evidence.runs - evidence.conforming) of \(evidence.runs) do not conform",
      state: evidence.passes ? "good" : "bad")
  }

  private static func simulated(_ example: ExampleEvidence, _ href: String) -> Cell {
    guard let result = example.exploration else { return Cell(href: "", mark: "–", label: "not explored", state: "none") }
    let count = result.outputCount.map(\.grouped) ?? "many"
    guard result.passes else { return Cell(href: "\(href)#exploration", mark: "✗", label: "the golden disagrees", state: "bad") }
    return Cell(
      href: "\(href)#exploration", mark: result.isExhaustive ? "∀ \(count)" : "≥ \(count)",
      label: result.isExhaustive ? "every order: exactly \(count) outputs" : "explored in part: \(count) outputs", state: "good")
  }
}
