import Glibc

/// The ways to end a process from outside.
package enum Signal: Sendable {
  case terminate, kill

  var number: Int32 {
    switch self {
    case .terminate: SIGTERM
    case .kill: SIGKILL
    }
  }

  private static let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
    SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
  ]

  /// An exit code as Python shows it: a signal by its name.
  static func text(exitCode: Int32) -> String {
    guard exitCode < 0, let name = names[-exitCode] else { return "\(exitCode)" }
    return "-\(name)"
  }
}
