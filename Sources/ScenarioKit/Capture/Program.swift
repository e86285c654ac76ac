import FoundationEssentials

/// What to start: an executable, its arguments, its whole environment and where it runs.
package struct Program: Hashable, Sendable {
  /// The path of the executable; no search path is consulted.
  package var path: String

  /// The arguments without the program's own name, which is `path`.
  package var arguments: [String]

  /// The complete environment: nothing is inherited from this process unless it is put here.
  package var environment: [String: String]

  /// The working directory; nil means this process's own.
  package var directory: String?

  package init(
    path: String, arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// What this process's environment says to a sanitizer; empty without one. A test that gives a program an environment of its
  /// own adds this, so that nothing found there goes unseen.
  package static let sanitizerOptions = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
}
