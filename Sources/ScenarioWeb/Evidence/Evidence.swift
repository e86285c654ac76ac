import Golden
import ScenarioKit

/// Who ran an example, and where.
struct Spot: Hashable, Sendable {
  /// This package, or the version of a CPython.
  enum Implementation: Hashable, Sendable {
    case own
    case python(String)

    var title: String {
      switch self {
      case .own: "This package"
      case .python(let version): "CPython \(version)"
      }
    }

    /// For the names of files and anchors.
    var key: String {
      switch self {
      case .own: "swift"
      case .python(let version): version
      }
    }
  }

  var implementation: Implementation
  /// A start method, or `thread`.
  var place: String

  var title: String { "\(implementation.title), \(place)" }
  var anchor: String { "run-\(implementation.key.replacing(".", with: "-"))-\(place)" }
}

/// The runs of one example at one spot.
struct SpotEvidence: Sendable {
  var spot: Spot
  /// What the golden is told of these runs.
  var parameters: Parameters
  var runs = 0
  var conforming = 0
  /// Every output that conforms, and how often it came.
  var outputs: [[String]: Int] = [:]
  /// The first run, with what the golden says of it.
  var sample: Sample?
  /// What does not conform: a code, a message and an explanation each.
  var problems: [(code: String, explanation: String)] = []
  var seconds: [Double] = []

  struct Sample: Sendable {
    var lines: [Transcript.Line]
    var timeline: Timeline
    var verdict: String
    var milliseconds: Double?
    /// The whole trace, to be opened in a viewer.
    var trace: String?
  }

  var passes: Bool { conforming == runs }
}

/// Everything that is known of one example.
struct ExampleEvidence: Sendable {
  var scenario: Scenario
  var spots: [SpotEvidence] = []
  var map: OutputMap
  var exploration: ExplorationResult?
  /// Why it was not explored.
  var explorationFailure: String?
  var walk: WalkTree?
  /// Why there is no walkthrough.
  var walkFailure: String?

  func spot(_ implementation: Spot.Implementation, _ place: String) -> SpotEvidence? {
    spots.first { $0.spot.implementation == implementation && $0.spot.place == place }
  }
}
