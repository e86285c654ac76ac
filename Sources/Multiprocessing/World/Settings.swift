package import PoolCore

/// What a scenario sets for a whole run; every process of the run has the same.
package struct Settings: Hashable, Sendable {
  /// The conventions of a platform and a version.
  package var profile: Profile
  /// What every sleep is multiplied by.
  package var timeScale: Double
  /// Where `random` starts; nil for the system's generator.
  package var seed: UInt64?
  /// The default size of a pool, where the scenario sets one.
  package var workers: Int?

  package init(profile: Profile = .host, timeScale: Double = 1, seed: UInt64? = nil, workers: Int? = nil) {
    self.profile = profile
    self.timeScale = timeScale
    self.seed = seed
    self.workers = workers
  }
}
