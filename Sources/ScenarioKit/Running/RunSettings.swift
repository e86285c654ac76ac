import FoundationEssentials
import Glibc
package import PoolCore

/// What a run is told that its program does not say itself.
package struct RunSettings: Hashable, Sendable {
  /// The conventions of a platform and a version.
  package var profile: Profile
  /// The size of a pool of the default size; nil means the profile's.
  package var workers: Int?
  /// What every sleep is multiplied by.
  package var timeScale: Double
  /// Where random numbers start; nil means anywhere.
  package var seed: UInt64?

  package init(profile: Profile = .document, workers: Int? = nil, timeScale: Double = 1, seed: UInt64? = nil) {
    self.profile = profile
    self.workers = workers
    self.timeScale = timeScale
    self.seed = seed
  }

  /// Large enough for any machine, small enough to end.
  package static let largestPool = 1000

  /// Checks what a person typed.
  package func validate() throws(ScenarioError) {
    if let workers, !(1...Self.largestPool).contains(workers) {
      throw ScenarioError(.invalidNumber, "--workers is \(workers), and must be from 1 to \(Self.largestPool).")
    }
    guard timeScale.isFinite, timeScale > 0, timeScale <= 1000 else {
      throw ScenarioError(.invalidNumber, "--time-scale is \(timeScale), and must be above 0 and at most 1000.")
    }
  }

  /// How many workers a pool of the default size has.
  package var defaultSize: Int { workers ?? profile.defaultSize }
}

extension Profile {
  /// The number of workers of a pool that names none.
  package var defaultSize: Int {
    if let processors { return processors }
    return defaultSizeFollowsAffinity
      ? ProcessInfo.processInfo.activeProcessorCount : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }
}
