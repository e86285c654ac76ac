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

  /// What the documents show, as text, with the names that these parameters give to it.
  func documented(parameters: [String: String]) throws(ScenarioError) -> [UInt8] {
    do {
      let lines = try golden.documented(parameters: Parameters(parameters))
      return Array(lines.map { $0 + "\n" }.joined().utf8)
    } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }

  /// Who may have printed each line of a transcript that conforms.
  func attribution(of transcript: Transcript, parameters: [String: String]) throws(ScenarioError) -> Attribution? {
    do { return try golden.attribution(of: transcript, parameters: Parameters(parameters)) } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }

  package func judge(_ transcript: Transcript, parameters: [String: String]) throws(ScenarioError) -> Verdict {
    do { return try golden.judge(transcript, parameters: Parameters(parameters)) } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }

  /// The pool sizes that could have printed a text, where the size shows in what is printed; nil where it does not.
  package func sizes(
    of transcript: Transcript, parameters: [String: String], in range: ClosedRange<Int> = 1...12
  ) throws(ScenarioError) -> PoolSizes? {
    guard golden.dependsOnWorkers else { return nil }
    do {
      return PoolSizes(
        asked: range, fitting: try golden.sizes(of: transcript, parameters: Parameters(parameters), in: range))
    } catch { throw ScenarioError(.broken, "\(error.description).") }
  }
}

/// Which pools could have printed a text.
package struct PoolSizes: Hashable, Sendable {
  package var asked: ClosedRange<Int>
  package var fitting: [Int]

  /// One sentence.
  package var description: String {
    switch fitting.count {
    case 0: "No pool of \(asked.lowerBound) to \(asked.upperBound) workers could have printed it."
    case asked.count: "A pool of any size could have printed it; tried were \(asked.lowerBound) to \(asked.upperBound) workers."
    default:
      "A pool of \(Wording.list(fitting.map(String.init), "or")) workers could have printed it, and no other of "
        + "\(asked.lowerBound) to \(asked.upperBound)."
    }
  }
}
