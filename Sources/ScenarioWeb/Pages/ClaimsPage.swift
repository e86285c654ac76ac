import ScenarioKit

/// The page of the documents' claims.
struct ClaimsPage {
  struct Finding {
    var outcome: String
    var who: String
    var observation: String
  }

  struct Example {
    var id: String
    var href: String?
  }

  struct Row {
    var id: String
    var text: String
    var examples: [Example]
    var findings: [Finding]
    var states: String
  }

  struct Count {
    var outcome: String
    var number: Int
  }

  var frame: Site.Frame
  var rows: [Row]
  var counts: [Count]
  var summary: String
}

extension ClaimsPage {
  init(_ table: ClaimTable, examples: Set<String>, frame: Site.Frame) {
    self.frame = frame
    summary = table.summary
    var counts: [String: Int] = [:]
    for row in table.rows { for finding in row.findings { counts[finding.outcome.rawValue, default: 0] += 1 } }
    self.counts = ["holds", "refuted", "measured", "absent", "failed"].compactMap { outcome in
      counts[outcome].map { Count(outcome: outcome, number: $0) }
    }
    rows = table.rows.map { row in
      var groups: [(finding: ClaimFinding, columns: [String])] = []
      for (column, finding) in zip(table.columns, row.findings) {
        let name = column == "this package" ? "This package" : column
        if let index = groups.firstIndex(where: { $0.finding == finding }) {
          groups[index].columns.append(name)
        } else {
          groups.append((finding, [name]))
        }
      }
      return Row(
        id: row.claim.id, text: row.claim.text,
        examples: row.claim.examples.map { Example(id: $0, href: examples.contains($0) ? "examples/\($0).html" : nil) },
        findings: groups.map {
          Finding(outcome: $0.finding.outcome.rawValue, who: Self.names($0.columns), observation: $0.finding.observation)
        }, states: Set(row.findings.map(\.outcome.rawValue)).sorted().joined(separator: " "))
    }
  }

  /// `This package, CPython 3.6.15, 3.7.16`.
  private static func names(_ columns: [String]) -> String {
    var hasPython = false
    return columns.map { column in
      guard column.hasPrefix("CPython ") else { return column }
      defer { hasPython = true }
      return hasPython ? String(column.dropFirst("CPython ".count)) : column
    }.joined(separator: ", ")
  }
}
