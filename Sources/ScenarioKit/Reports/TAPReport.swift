/// Results as TAP version 14, the form that test harnesses read line by line.
package enum TAPReport {
  package static func render(_ results: [JudgedCase]) -> String {
    var lines = ["TAP version 14", "1..\(results.count)"]
    for (index, result) in results.enumerated() {
      let word = result.isFailure ? "not ok" : "ok"
      var line = "\(word) \(index + 1) - \(described(result.title))"
      if case .skipped(let reason) = result.outcome { line += " # SKIP \(described(reason))" }
      lines.append(line)
      lines += details(result)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The block of YAML behind a test that failed.
  private static func details(_ result: JudgedCase) -> [String] {
    var fields: [(String, String)]
    var explanation: [Substring] = []
    switch result.outcome {
    case .conforms, .skipped: return []
    case .failed(let reason): fields = [("message", quoted(reason)), ("severity", "fail")]
    case .rejected(let code, let message, let text):
      fields = [("message", quoted(message)), ("severity", "fail"), ("code", code)]
      explanation = text.split(separator: "\n", omittingEmptySubsequences: false)
    }
    fields.append(("file", quoted(result.file)))
    if let line = result.line { fields.append(("line", "\(line)")) }
    fields.append(("duration_ms", "\(Int((result.seconds * 1000).rounded()))"))
    var lines = ["  ---"] + fields.map { "  \($0.0): \($0.1)" }
    if !explanation.isEmpty {
      // The indicator says how deep the block is, for the first line of the text may itself be indented.
      lines.append("  explanation: |2")
      lines += explanation.map { $0.isEmpty ? "" : "    \(printable(String($0)))" }
    }
    return lines + ["  ..."]
  }

  /// A description: on one line, with the characters escaped that would begin a directive.
  private static func described(_ text: String) -> String {
    printable(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }

  private static func quoted(_ text: String) -> String {
    "\"" + printable(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// The text with control characters, line feeds among them, replaced.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0 == "\n" ? " " : $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
        }))
  }
}
