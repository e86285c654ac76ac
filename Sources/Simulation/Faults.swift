/// What may go wrong in a run at any moment: each is one more choice wherever it can happen.
package struct Faults: Hashable, Sendable {
  /// How many worker processes may be killed from outside.
  ///
  /// It happens at any step of theirs, while they wait too: the channel closes, and what is buffered is lost.
  package var deaths: Int

  package init(deaths: Int = 0) { self.deaths = deaths }

  /// The code of the choice that a worker dies here.
  static let death = -1
}
