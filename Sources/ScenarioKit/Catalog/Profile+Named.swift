package import PoolCore

extension Profile {
  /// The profile that somebody means.
  package init(called name: String) throws(ScenarioError) {
    guard let profile = Profile.named(name.lowercased()) else {
      throw ScenarioError(
        .unknownProfile,
        "“\(name)” is not a profile: it must be document, host or cpython-3.6 to cpython-3.14.")
    }
    self = profile
  }
}
