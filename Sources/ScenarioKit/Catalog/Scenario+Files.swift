import Examples

/// The texts of an example, which the build carries.
extension Scenario {
  /// One of its files.
  package struct File: Hashable, Sendable {
    /// The path in the package.
    package var path: String
    package var text: String
  }

  /// The Swift program, as a user would write it.
  package var program: File { get throws(ScenarioError) { try file("swift") } }

  /// The same program in Python.
  package var twin: File { get throws(ScenarioError) { try file("py") } }

  /// What the example shows, how its output may vary and why.
  package var story: File { get throws(ScenarioError) { try file("md") } }

  /// Where its golden lies, relative to the package.
  package var goldenPath: String { "golden/\(title).golden" }

  /// The text of its golden.
  package var goldenFile: File {
    get throws(ScenarioError) {
      let path = goldenPath
      guard let text = EmbeddedFiles.texts[path] else {
        throw ScenarioError(.broken, "The golden of \(id) is missing: there is no \(path).")
      }
      return File(path: path, text: text)
    }
  }

  private func file(_ suffix: String) throws(ScenarioError) -> File {
    let folder = "Scenarios/\(title)/"
    let found = EmbeddedFiles.texts.filter { $0.key.hasPrefix(folder) && $0.key.hasSuffix(".\(suffix)") }
    guard let (path, text) = found.first, found.count == 1 else {
      throw ScenarioError(
        .broken, "\(folder) must hold exactly one file that ends with .\(suffix), not \(found.count).")
    }
    return File(path: path, text: text)
  }
}
