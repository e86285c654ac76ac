/// One worked example: what it is called, what it shows, where it runs.
package struct Scenario: Hashable, Sendable {
  /// The document that an example comes from, or what several of them mention without an example.
  package enum Document: String, Hashable, Sendable, CaseIterable {
    case processInitializer = "A"
    case threadInitializer = "B"
    case sharedQueue = "C"
    case helperThreads = "D"
    case startMethods = "E"
    case otherUses = "F"

    /// What the document is about.
    package var subject: String {
      switch self {
      case .processInitializer: "Initialize the workers of a process pool"
      case .threadInitializer: "Initialize the workers of a thread pool"
      case .sharedQueue: "Share a queue with the workers"
      case .helperThreads: "The threads of a process pool"
      case .startMethods: "Start methods and contexts"
      case .otherUses: "Other uses of a pool, which the documents only mention"
      }
    }
  }

  /// What decides the start method of the example's pool.
  package enum Method: Hashable, Sendable {
    /// The program's default, which the place sets.
    case programs
    /// The pool's own context, whatever the place; the program's default is the profile's.
    case fixed(Place)
    /// There are no worker processes, or the output tells nothing about how they are started.
    case none
  }

  /// Such as `A2`; a fragment has a letter behind: `A1a`.
  package var id: String

  /// Such as `initialize-workers-names`.
  package var name: String

  /// What it shows, in one sentence.
  package var shows: String

  /// Where it makes sense to run it.
  package var places: [Place]

  /// Whether its pool has the default size, which `--workers` then sets.
  package var hasDefaultSize: Bool

  package var method: Method

  /// Whether it starts a process that belongs to no pool, which the simulated world does not have.
  package var startsProcesses: Bool

  init(
    _ id: String, _ name: String, _ shows: String, places: [Place] = Place.processes, hasDefaultSize: Bool = false,
    method: Method = .programs, startsProcesses: Bool = false
  ) {
    self.id = id
    self.name = name
    self.shows = shows
    self.places = places
    self.hasDefaultSize = hasDefaultSize
    self.method = method
    self.startsProcesses = startsProcesses
  }

  /// The id and the name together, which is what its folder and its golden are called.
  package var title: String { "\(id)-\(name)" }

  package var document: Document {
    // Every id begins with the letter of its document; a test goes through all of them.
    Document(rawValue: String(id.prefix(1))) ?? .processInitializer
  }

  /// The example that this one is a fragment of; nil for a whole example.
  package var whole: String? { id.count > 2 ? String(id.prefix(2)) : nil }

  /// The claims of the documents that it checks.
  package var claims: [Claim] { Claim.all.filter { $0.examples.contains(id) } }
}
