/// Results as workflow commands that GitHub shows beside the golden's line.
package enum AnnotationReport {
  /// A line a failure; nothing where all is well.
  package static func render(_ results: [JudgedCase]) -> String {
    results.compactMap(annotation).map { $0 + "\n" }.joined()
  }

  private static func annotation(_ result: JudgedCase) -> String? {
    let title: String
    let message: String
    switch result.outcome {
    case .conforms, .skipped: return nil
    case .failed(let reason): (title, message) = (result.title, reason)
    case .rejected(let code, _, let explanation): (title, message) = ("\(result.title): \(code)", explanation)
    }
    var properties = "file=\(property(result.file))"
    if let line = result.line { properties += ",line=\(line)" }
    return "::error \(properties),title=\(property(title))::\(data(message))"
  }

  /// A message keeps its line feeds, escaped.
  private static func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
