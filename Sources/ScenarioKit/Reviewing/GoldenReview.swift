package import Golden
import PoolCore

/// The review of one golden file: what is pending, and what it would change.
///
/// A golden waits for a review where a number of outputs that it states is no longer the one that its rules give, or where
/// its program prints what it does not know. Texts and numbers can be accepted; rules are edited by people alone.
package struct GoldenReview: Sendable {
  /// What a review finds.
  package enum Finding: Sendable {
    case nothingPending
    case proposal(Blessing.Proposal)
    /// Why nothing that may be accepted makes this right.
    case refused(String)
  }

  package let scenario: Scenario
  package private(set) var file: GoldenFile
  private let accepted: Golden?

  /// Reads the file and checks that nothing but its numbers is wrong.
  ///
  /// - Throws: where the file cannot be read, is of another example or breaks the golden language.
  package init(_ scenario: Scenario, file: GoldenFile) throws(ScenarioError) {
    self.scenario = scenario
    self.file = file
    accepted = file.accepted(of: scenario)
    _ = try numbers()
    let example = try exampleID()
    guard example == scenario.id else {
      throw ScenarioError(.contradiction, "\(file.path) is the golden of \(example), not of \(scenario.id).")
    }
  }

  /// Whether there is an earlier version, so that the outputs gained and lost can be told.
  package var hasEarlierVersion: Bool { accepted != nil }

  /// The numbers of outputs that it states, against its rules.
  package func numbers() throws(ScenarioError) -> Finding {
    do {
      return try Blessing.recount(file.bytes, file: file.path, accepted: accepted).map { .proposal($0) }
        ?? .nothingPending
    } catch { throw ScenarioError(.broken, "\(error.description).") }
  }

  /// What the program printed, against the golden; any legal output is right.
  package func output(_ transcript: Transcript) throws(ScenarioError) -> Finding {
    do {
      let golden = try Golden.parse(file.bytes, file: file.path)
      if try golden.judge(transcript).conforms { return .nothingPending }
      switch try Blessing.review(file.text, file: file.path, transcript: transcript) {
      case .nothingPending: return .nothingPending
      case .proposal(let proposal): return .proposal(proposal)
      case .refused(let reason): return .refused(reason)
      }
    } catch { throw ScenarioError(.broken, "\(error.description).") }
  }

  /// Writes what a proposal says; the file is replaced as a whole or stays as it is.
  package mutating func accept(_ proposal: Blessing.Proposal) throws(ScenarioError) {
    try file.replace(with: proposal.text)
  }

  /// The run whose output is reviewed: the documents' profile, where the documents' machine would run it.
  package func run() throws(ScenarioError) -> ScenarioRun {
    let settings = RunSettings(profile: .document, timeScale: Check.timeScale)
    let place = ScenarioRun.usualPlace(of: scenario, profile: .document)
    return try ScenarioRun(scenario, at: place, settings: settings)
  }

  private func exampleID() throws(ScenarioError) -> String {
    do { return try Golden.example(of: file.bytes, file: file.path) } catch {
      throw ScenarioError(.broken, "\(error.description).")
    }
  }
}
