import FoundationEssentials
import PoolCore

/// The same for programs.
extension CheckResult {
  private struct Document: Encodable {
    struct Row: Encodable {
      var example: String
      var name: String
      var place: String
      var profile: String
      var workers: Int?
      var timeScale: Double
      var runs: Int
      var conforming: Int
      var medianSeconds: Double?
      var notes: [String]
      var problems: [Problem]
    }
    var conforms: Bool
    var runs: Int
    var conforming: Int
    var seconds: Double
    var leftBehind: [String: Leftovers]
    var results: [Row]
  }

  /// One JSON object.
  package var json: String {
    JSON.text(
      Document(
        conforms: passes, runs: runs, conforming: conforming, seconds: duration / .seconds(1),
        leftBehind: ["before": before, "after": after],
        results: rows.map { row in
          Document.Row(
            example: row.run.scenario.id, name: row.run.scenario.name, place: row.run.place.rawValue,
            profile: row.run.settings.profile.name,
            workers: row.run.scenario.hasDefaultSize ? row.run.settings.defaultSize : nil,
            timeScale: row.run.settings.timeScale, runs: row.runs, conforming: row.conforming,
            medianSeconds: row.medianDuration.map { $0 / .seconds(1) }, notes: row.notes.sorted(),
            problems: row.problems)
        }))
  }

  /// The Test Anything Protocol, version 13: one test an example and place.
  package var tap: String {
    var lines = ["TAP version 13", "1..\(rows.count)"]
    for (index, row) in rows.enumerated() {
      lines.append(
        "\(row.conforms ? "ok" : "not ok") \(index + 1) - \(row.title), \(row.conforming) of \(row.runs) conform")
      guard let problem = row.problems.first else { continue }
      lines += ["  ---", "  message: \(quoted(problem.message))", "  code: \(problem.code)"]
      lines += ["  again: \(quoted(problem.command))", "  explanation: |"]
      lines += problem.explanation.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      lines.append("  ...")
    }
    if leftSomething { lines.append("Bail out! Something is left behind.") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  /// JUnit's report, as continuous integration reads it: a suite an example, a case a place.
  package var junit: String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuites tests=\"\(rows.count)\" failures=\"\(rows.count { !$0.conforms })\" time=\"\(duration / .seconds(1))\">",
    ]
    for (id, rows) in Dictionary(grouping: rows, by: \.run.scenario.id).sorted(by: { $0.key < $1.key }) {
      let name = XML.escape("\(id) \(rows[0].run.scenario.name)")
      lines.append(
        "  <testsuite name=\"\(name)\" tests=\"\(rows.count)\" failures=\"\(rows.count { !$0.conforms })\">")
      for row in rows {
        let time = row.medianDuration.map { $0 / .seconds(1) } ?? 0
        let start = "    <testcase classname=\"\(name)\" name=\"\(row.run.place.rawValue)\" time=\"\(time)\""
        guard let problem = row.problems.first else {
          lines.append(start + "/>")
          continue
        }
        lines.append(start + ">")
        lines.append(
          "      <failure type=\"\(problem.code)\" message=\"\(XML.escape(problem.message))\">"
            + XML.escape("\(problem.explanation)\nagain: \(problem.command)", keepsLines: true) + "</failure>")
        lines.append("    </testcase>")
      }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }
}

/// JSON as this program writes it: sorted keys, indented, no escaped slashes.
package enum JSON {
  package static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // What is encoded here are texts, numbers and lists of them, without a number that JSON does not have.
    guard let data = try? encoder.encode(value) else { return "null\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// The little that is needed of XML.
enum XML {
  /// A text as it may stand in an attribute with double quotes, or in an element, where line feeds may stay.
  static func escape(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += keepsLines ? "\n" : "&#10;"
      // XML 1.0 has no other control characters and no non-characters.
      case "\t", "\u{20}"..."\u{d7ff}", "\u{e000}"..."\u{fffd}", "\u{10000}"..."\u{10ffff}":
        result.unicodeScalars.append(scalar)
      default: result += "\u{fffd}"
      }
    }
    return result
  }
}
