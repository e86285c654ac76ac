package import PoolCore

/// Whether a pool does better than CPython's, or keeps its choices where a program may depend on them.
///
/// What it switches, and nothing else:
///
/// | | `.better` | `.cpython` |
/// | --- | --- | --- |
/// | a task whose worker dies | throws `workerDied` | is never ready; only `terminate` ends the wait, and joining after `close` |
/// | an initializer that fails | breaks the pool at once | its worker ends and is replaced; eight failures in a row break the pool |
/// | the look-ahead of `imap` by default | 1,024 chunks | all inputs are drawn as they come |
///
/// CPython starts workers with a failing initializer for ever; a pool of this library does not, whatever is chosen. Conventions
/// of names and versions belong to the profile, not here.
public enum Fidelity: Hashable, Sendable, CaseIterable {
  /// Nothing hangs that need not, and nothing is lost silently.
  case better
  /// What CPython's pool does, waits without an end included.
  case cpython

  package var rules: PoolRules {
    switch self {
    case .better: .better
    case .cpython: .cpython
    }
  }
}
