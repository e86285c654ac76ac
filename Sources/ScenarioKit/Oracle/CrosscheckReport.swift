import CPython
import Golden

/// The text of a cross-check: a matrix, the outputs seen, and every disagreement in full.
package struct CrosscheckReport: Sendable {
  private let result: CrosscheckResult

  package init(_ result: CrosscheckResult) { self.result = result }

  package var text: String {
    [disagreements, failures, matrix, outputs, summary].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var pythons: [Python] {
    var seen: Set<Python> = []
    return result.rows.map(\.cell.python).filter { seen.insert($0).inserted }.sorted { $0.version < $1.version }
  }

  /// The rows of the matrix: example and place, in the order of the cells.
  private var lines: [(id: String, place: String)] {
    var seen: Set<String> = []
    return result.rows.compactMap { row in
      seen.insert("\(row.cell.twin.id) \(row.cell.place)").inserted ? (row.cell.twin.id, row.cell.place) : nil
    }
  }

  private func row(_ id: String, _ place: String, _ python: Python) -> CrosscheckResult.Row? {
    result.rows.first { $0.cell.twin.id == id && $0.cell.place == place && $0.cell.python == python }
  }

  /// Conforming runs for each example and place, a column for each version.
  package var matrix: String {
    var table = Table(["", "place"] + pythons.map(\.version.description))
    for (id, place) in lines {
      table.append(
        [id, place]
          + pythons.map { python in
            guard let row = row(id, place, python) else { return "-" }
            return row.conforming == row.runs ? "\(row.runs)" : "\(row.conforming)/\(row.runs) !"
          })
    }
    return "Runs that conform:\n" + table.text
  }

  /// How many of the legal outputs each version was seen to print, where there is more than one.
  package var outputs: String {
    var table = Table(["", "place"] + pythons.map(\.version.description) + ["together", "legal"])
    for (id, place) in lines {
      let rows = pythons.map { row(id, place, $0) }
      // The number may differ between versions where it depends on the size of the pool.
      let legal = Set(rows.compactMap { $0?.legalOutputs }).sorted()
      guard let most = legal.last, most > 1 else { continue }
      let together = Set(rows.flatMap { $0.map { Array($0.outputs.keys) } ?? [] })
      table.append(
        [id, place] + rows.map { $0.map { "\($0.outputs.count)" } ?? "-" }
          + ["\(together.count)", legal.map(String.init).joined(separator: ", ")])
    }
    return table.isEmpty ? "" : "Outputs seen, of all that are legal:\n" + table.text
  }

  private var disagreements: String {
    result.rows.flatMap { row in
      row.rejected.map { outcome in
        guard case .rejected(let judgement) = outcome.kind else { return "" }
        return """
          \(result.nameOfRejection) \(title(row)), run \(outcome.number): \(judgement.code)
          \(transcript(outcome.transcript))
          \(judgement.explanation)
          """
      }
    }.joined(separator: "\n\n")
  }

  private var failures: String {
    result.rows.compactMap { row in
      row.failed.first.flatMap { outcome in
        guard case .failed(let sentence) = outcome.kind else { return nil }
        let more = row.failed.count > 1 ? " (and \(row.failed.count - 1) more runs)" : ""
        return "FAILED \(title(row)), run \(outcome.number): \(sentence)\(more)"
      }
    }.joined(separator: "\n")
  }

  private var summary: String {
    let rejections = result.rows.reduce(0) { $0 + $1.rejections }
    let failures = result.rows.reduce(0) { $0 + $1.failed.count }
    let time = String((result.duration.inSeconds * 10).rounded() / 10)
    return "\(result.runs) runs in \(time) s: \(result.runs - rejections - failures) conform, "
      + "\(rejections) \(result.nameOfRejection), \(failures) failed."
  }

  private func title(_ row: CrosscheckResult.Row) -> String {
    let module = result.module == "multiprocessing" ? "" : " with \(result.module)"
    return "\(row.cell.twin.id) at \(row.cell.place) on CPython \(row.cell.python.version)\(module)"
  }

  /// The lines of a run with their writers and times.
  private func transcript(_ transcript: Transcript) -> String {
    guard !transcript.lines.isEmpty else { return "  (nothing was printed)" }
    return transcript.lines.map { line in
      let milliseconds = line.arrival.map {
        $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000
      }
      let time = milliseconds.map { "\($0) ms" } ?? ""
      return
        "  \(line.writer.map(String.init) ?? "") \(time)  \(line.text)\(line.isTerminated ? "" : " (no line feed)")"
    }.joined(separator: "\n")
  }
}

/// Columns of text, as wide as they must be; the first ones to the left, numbers to the right.
struct Table {
  private var rows: [[String]]
  private let leading: Int

  init(_ header: [String], leading: Int = 2) {
    rows = [header]
    self.leading = leading
  }

  var isEmpty: Bool { rows.count == 1 }

  mutating func append(_ row: [String]) { rows.append(row) }

  var text: String {
    let widths = rows.reduce(into: [Int](repeating: 0, count: rows[0].count)) { widths, row in
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    return rows.map { row in
      var line = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column < leading ? cell + padding : padding + cell
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
