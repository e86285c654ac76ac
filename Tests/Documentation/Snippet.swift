/// A block of the documentation whose output stands behind it.
struct Snippet: Sendable {
  /// The name of the text and the line, as in `GettingStarted:34`.
  let name: String
  /// What the text shows.
  let output: String
  /// How it is compared, if not as it is: `in any order`, or `judged as A2`.
  let check: String
  let body: Body

  enum Body: Sendable {
    case blocking(@Sendable () throws -> Void)
    case suspending(@Sendable () async throws -> Void)
  }
}
