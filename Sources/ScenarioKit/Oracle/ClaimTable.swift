/// Every claim with what was found on each implementation.
package struct ClaimTable: Sendable {
  package struct Row: Sendable {
    package var claim: Claim
    /// In the order of the table's columns.
    package var findings: [ClaimFinding]
  }

  /// The names of the implementations.
  package var columns: [String]
  package var rows: [Row]

  package init(columns: [String], rows: [Row]) {
    self.columns = columns
    self.rows = rows
  }

  /// Whether every check gave an answer, whatever it was.
  package var isComplete: Bool { rows.allSatisfy { row in row.findings.allSatisfy { $0.outcome != .failed } } }

  /// Adds an implementation as the first column.
  package mutating func insert(_ name: String, _ finding: (Claim) -> ClaimFinding) {
    columns.insert(name, at: 0)
    for index in rows.indices { rows[index].findings.insert(finding(rows[index].claim), at: 0) }
  }

  /// The claims one after the other: the statement, what checks it, and what each implementation does.
  ///
  /// Implementations of which the same was seen share a line.
  package var text: String {
    rows.map { row in
      let examples = row.claim.examples.isEmpty ? "" : ", goldens of \(row.claim.examples.joined(separator: ", "))"
      var lines = [
        "\(row.claim.id)  \(row.claim.text)", "    checked by: check \(row.claim.id)\(examples)",
      ]
      var groups: [(finding: ClaimFinding, columns: [String])] = []
      for (column, finding) in zip(columns, row.findings) {
        if let index = groups.firstIndex(where: { $0.finding == finding }) {
          groups[index].columns.append(column)
        } else {
          groups.append((finding, [column]))
        }
      }
      for group in groups {
        let names =
          group.columns.count == columns.count && columns.count > 1 ? "all \(columns.count)" : list(group.columns)
        lines.append("    \(group.finding.outcome.rawValue) on \(names): \(group.finding.observation)")
      }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// `CPython 3.6.15, 3.7.16`: the name of the implementation only where it changes.
  private func list(_ columns: [String]) -> String {
    var last = ""
    return columns.map { column in
      let parts = column.split(separator: " ", maxSplits: 1)
      defer { last = String(parts[0]) }
      return parts.count == 2 && parts[0] == last ? String(parts[1]) : column
    }.joined(separator: ", ")
  }

  /// How many claims have which outcomes.
  package var summary: String {
    let refuted = rows.filter { row in row.findings.contains { $0.outcome == .refuted } }.map(\.claim.id)
    let failed = rows.filter { row in row.findings.contains { $0.outcome == .failed } }.map(\.claim.id)
    let counts =
      "\(Wording.count(rows.count, "claim")) on \(Wording.count(columns.count, "implementation")), "
      + "\(rows.count - failed.count) checked everywhere"
    let refutations = refuted.isEmpty ? "none refuted" : "refuted somewhere: \(refuted.joined(separator: ", "))"
    return "\(counts); \(refutations)."
      + (failed.isEmpty ? "" : " Without an answer: \(failed.joined(separator: ", ")).")
  }
}
