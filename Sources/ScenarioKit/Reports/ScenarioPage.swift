/// One example in full: its story, its programs, its output, its claims.
package struct ScenarioPage: Sendable {
  private let scenario: Scenario
  private let program: Scenario.File
  private let twin: Scenario.File
  private let story: Scenario.File
  private let documented: [String]
  private let style: Style
  private let width: Int

  /// - Parameter width: how many characters fit into a line of the terminal.
  package init(
    _ scenario: Scenario, style: Style = Style(isColoured: false), width: Int = 80
  ) throws(ScenarioError) {
    self.scenario = scenario
    self.style = style
    self.width = width
    program = try scenario.program
    twin = try scenario.twin
    story = try scenario.story
    documented = try ScenarioJudge(scenario).documented
  }

  package var text: String {
    let places = scenario.places.map(\.rawValue)
    let output = ["Documented output", ""] + documented.map { "  " + $0 }
    let claims =
      ["Claims that it checks", ""]
      + scenario.claims.flatMap { claim in
        ["  \(claim.id.padded(to: 4))\(claim.text)"] + (told[claim.id].map { ["      Here: \($0)"] } ?? [])
      }
    return [
      styledStory, styled(programs), styled(output), styled(claims),
      "Runs on \(Wording.list(places, "and")).",
    ].map { $0 + "\n" }.joined(separator: "\n")
  }

  /// What the story says of each claim, by its id.
  private var told: [String: String] { Story(story.text).claims }

  /// The story is plain Markdown; on a terminal only its headings stand out.
  private var styledStory: String {
    let lines = Story(story.text).body.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("#") else { return String(line) }
      return style.bold(String(line.drop { $0 == "#" || $0 == " " }))
    }
    return Self.trimmed(lines).joined(separator: "\n")
  }

  private func styled(_ lines: [String]) -> String {
    ([style.bold(lines[0])] + lines.dropFirst()).joined(separator: "\n")
  }

  /// The two programs, side by side where the terminal is wide enough.
  private var programs: [String] {
    let left = Self.lines(of: program)
    let right = Self.lines(of: twin)
    let leftWidth = left.map(\.count).max() ?? 0
    let rightWidth = right.map(\.count).max() ?? 0
    guard leftWidth + 3 + rightWidth <= width else {
      return ["In Swift: \(program.path)", ""] + left + ["", style.bold("In Python: \(twin.path)"), ""] + right
    }
    let rows = (0..<max(left.count, right.count)).map { row in
      let line = (row < left.count ? left[row] : "").padded(to: leftWidth)
      let other = row < right.count ? right[row] : ""
      return Self.withoutTrailingSpace("\(line) │ \(other)")
    }
    return ["In Swift, and in Python beside it", ""] + rows
  }

  private static func lines(of file: Scenario.File) -> [String] {
    trimmed(file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }

  private static func trimmed(_ lines: [String]) -> [String] {
    var lines = lines
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func withoutTrailingSpace(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  private struct Document: Encodable {
    struct ClaimText: Encodable {
      var id: String
      var text: String
    }
    var id: String
    var name: String
    var shows: String
    var places: [Place]
    var story: String
    var swift: String
    var python: String
    var documentedOutput: [String]
    var claims: [ClaimText]
  }

  /// One JSON object.
  package var json: String {
    JSON.text(
      Document(
        id: scenario.id, name: scenario.name, shows: scenario.shows, places: scenario.places, story: story.text,
        swift: program.text, python: twin.text, documentedOutput: documented,
        claims: scenario.claims.map { Document.ClaimText(id: $0.id, text: $0.text) }))
  }
}
