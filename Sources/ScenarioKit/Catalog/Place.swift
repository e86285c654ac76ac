/// Where an example runs: the start method of its program, or threads.
package enum Place: String, Hashable, Sendable, CaseIterable, Codable {
  case fork, spawn, forkserver, thread

  /// The places where processes are started.
  package static let processes: [Place] = [.fork, .spawn, .forkserver]

  /// The place of this name.
  package init(named name: String) throws(ScenarioError) {
    guard let place = Place(rawValue: name.lowercased()) else {
      let places = Place.allCases.map(\.rawValue)
      throw ScenarioError(
        .unknownPlace, "“\(name)” is not a place to run in: it must be \(Wording.list(places, "or")).")
    }
    self = place
  }
}
