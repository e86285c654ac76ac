/// What a pool does where programs may depend on what CPython's does, though it could do better.
package struct PoolRules: Hashable, Sendable {
  /// Whether a task whose worker dies fails; in CPython nobody hears of it again.
  package var deadWorkersFailTasks: Bool

  /// Whether the first initializer that fails breaks the pool; in CPython its worker ends and is replaced.
  package var failedInitializersBreakPools: Bool

  /// How many chunks an imap may be ahead of its consumer if nobody says; nil for as many as the inputs have.
  package var lookAhead: Int?

  /// Nothing hangs, nothing is lost silently.
  package static let better = PoolRules(
    deadWorkersFailTasks: true, failedInitializersBreakPools: true, lookAhead: 1024)

  /// As CPython's.
  package static let cpython = PoolRules(
    deadWorkersFailTasks: false, failedInitializersBreakPools: false, lookAhead: nil)
}
