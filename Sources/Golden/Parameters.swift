/// What a golden is told from outside: the start method, the pool's size, how a platform names its threads.
///
/// A golden knows nothing of pools or platforms. Whoever runs an example passes these as plain texts, and gets an
/// error for a key or a value without a meaning, so that a misspelt one never goes unnoticed.
package struct Parameters: Hashable, Sendable {
  /// A start method that a golden can print, as a word and as the beginning of a worker's name.
  package enum Method: String, CaseIterable, Sendable {
    case spawn, fork, forkserver

    /// How the names of worker processes begin.
    package var prefix: String {
      switch self {
      case .spawn: "Spawn"
      case .fork: "Fork"
      case .forkserver: "ForkServer"
      }
    }
  }

  /// The start method in force; key `method`.
  ///
  /// Nil for threads and where none was given: then the default counts.
  package var method: Method?
  /// The default start method of the profile; key `default`.
  package var defaultMethod: Method = .spawn
  /// The pool's size where the example uses the default; key `workers`.
  package var workers: Int?
  /// Whether a thread's name carries its function behind it; key `functions`, `yes` or `no`.
  package var functions = false
  /// The profile's name, for messages only; key `profile`.
  package var profile: String?
  /// How sleeps were scaled in a live run; key `time-scale`.
  package var timeScale: Double?
  /// Whether timed rules are judged; key `timed`, `yes` or `no`.
  ///
  /// They are never part of the legal set.
  package var timed = true
  /// Another number of lanes than the documented one, to explore smaller or larger cases; key `lanes`.
  package var lanes: Int?
  /// Another number of tasks than the documented one; key `tasks`.
  package var tasks: Int?

  /// The parameters that give the documented output.
  package init() {}

  /// The parameters in `values`.
  ///
  /// - Throws: a `GoldenError` with the code `parameter` that names the key at fault.
  package init(_ values: [String: String]) throws(GoldenError) {
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      switch key {
      case "method":
        guard value != "thread" else { continue }
        method = try Self.method(value, key: key)
      case "default": defaultMethod = try Self.method(value, key: key)
      case "workers": workers = try Self.count(value, key: key)
      case "lanes": lanes = try Self.count(value, key: key)
      case "tasks": tasks = try Self.count(value, key: key)
      case "functions": functions = try Self.flag(value, key: key)
      case "timed": timed = try Self.flag(value, key: key)
      case "profile": profile = value
      case "time-scale":
        guard let scale = Double(value), scale.isFinite, scale > 0 else {
          throw GoldenError(.parameter, "time-scale is “\(value)”, and must be a number above 0")
        }
        timeScale = scale
      default:
        throw GoldenError(
          .parameter,
          "“\(key)” is not a parameter: method, default, workers, functions, profile, time-scale, timed, lanes, tasks")
      }
    }
  }

  /// The largest number that a pool's size, a number of lanes or of tasks may have.
  package static let largest = 1_000_000

  var methodInForce: Method { method ?? defaultMethod }

  private static func method(_ value: String, key: String) throws(GoldenError) -> Method {
    guard let method = Method(rawValue: value) else {
      throw GoldenError(.parameter, "\(key) is “\(value)”, and must be spawn, fork or forkserver")
    }
    return method
  }

  private static func count(_ value: String, key: String) throws(GoldenError) -> Int {
    guard let count = Int(value), (1...largest).contains(count) else {
      throw GoldenError(.parameter, "\(key) is “\(value)”, and must be a number from 1 to \(largest)")
    }
    return count
  }

  private static func flag(_ value: String, key: String) throws(GoldenError) -> Bool {
    switch value {
    case "yes": true
    case "no": false
    default: throw GoldenError(.parameter, "\(key) is “\(value)”, and must be yes or no")
    }
  }
}
