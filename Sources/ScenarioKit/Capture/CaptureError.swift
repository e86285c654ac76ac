/// Why a program could not be run or observed.
///
/// A program that starts and then fails, crashes or hangs is no error: its `CapturedRun` says so.
package struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The program could not be started: no such file, not executable, a NUL in an argument.
    case cannotStart
    /// The system refused a descriptor, a socket or a place in the list of groups.
    case noResources
    /// A system call failed that does not fail on a healthy system.
    case systemCall
  }

  package var code: Code

  /// A full sentence with the values involved.
  package var description: String
}
