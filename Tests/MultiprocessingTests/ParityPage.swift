import Foundation

/// The parity page, read from its source: rows of its tables, and the figures at its head.
struct ParityPage {
  struct Row {
    /// `3.5` for an item of behaviour, `8.4` for a bug, `TestPool.apply` for a test of CPython's.
    var id: String
    /// The words on CPython; for a test of its own, `S` or `A`.
    var what: String
    var cases: [String]
    var remark: String

    enum Standing { case tested, reasoned, open, missing }

    var standing: Standing {
      if !cases.isEmpty { return .tested }
      if remark.hasPrefix("Not yet") { return .open }
      return remark.isEmpty ? .missing : .reasoned
    }
  }

  let rows: [Row]
  private let text: [String]

  static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/Multiprocessing/Multiprocessing.docc/Parity.md")

  init() throws {
    text = try String(contentsOf: Self.url, encoding: .utf8).components(separatedBy: "\n")
    rows = text.compactMap(Self.row)
  }

  private static func row(_ line: String) -> Row? {
    guard line.hasPrefix("| "), line.hasSuffix("|") else { return nil }
    let cells = line.dropFirst().dropLast().components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    guard cells.count == 4, !["Item", "Test", "Bug", "---"].contains(cells[0]) else { return nil }
    let cases = cells[2].components(separatedBy: ", ").filter { !$0.isEmpty }
    return Row(id: cells[0], what: cells[1], cases: cases.map { $0.trimmingCharacters(in: ["`"]) }, remark: cells[3])
  }

  /// Items of behaviour: sections 1 to 6.
  var items: [Row] { rows.filter { $0.id.first.map { "123456".contains($0) } == true } }
  /// CPython's own tests.
  var tests: [Row] { rows.filter { $0.id.first?.isLetter == true } }
  /// Known bugs.
  var bugs: [Row] { rows.filter { $0.id.hasPrefix("8.") } }

  /// What the head says of the rows, as it must be; nil for a line that is not there.
  func figures(_ name: String, _ rows: [Row], tested: String) -> (found: String?, expected: String) {
    func count(_ standing: Row.Standing) -> Int { rows.count { $0.standing == standing } }
    let expected =
      "- \(name): \(rows.count), \(count(.tested)) \(tested), \(count(.reasoned)) with a reason, \(count(.open)) not yet."
    return (text.first { $0.hasPrefix("- \(name):") }, expected)
  }
}
