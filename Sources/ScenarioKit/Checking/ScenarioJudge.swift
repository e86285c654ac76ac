package import Golden

/// Judges by the goldens: the one place where the engine meets them.
package struct ScenarioJudge: Sendable {
  /// The golden of an example, the one that the build carries or another.
  package let golden: Golden

  /// Reads the golden that the build carries.
  package init(_ scenario: Scenario) throws(ScenarioError) {
    let file = try scenario.goldenFile
    try self.init(Array(file.text.utf8), file: file.path)
  }

  /// Reads a golden from its bytes.
  package init(_ bytes: [UInt8], file: String) throws(ScenarioError) {
    do { golden = try Golden.parse(bytes, file: file) } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }

  /// What the documents show.
  package var documented: [String] { golden.documented }

  package func judge(_ transcript: Transcript, parameters: [String: String]) throws(ScenarioError) -> Verdict {
    do { return try golden.judge(transcript, parameters: Parameters(parameters)) } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }
}
