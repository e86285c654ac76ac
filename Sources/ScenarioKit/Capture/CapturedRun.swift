package import Golden

/// One run of a program, as seen from outside.
package struct CapturedRun: Sendable {
  /// What the program and its children wrote to standard output until the program exited, and how it ended.
  package var transcript: Transcript

  /// What they wrote to standard error.
  package var standardError: [UInt8]

  /// The id that the program had: the writer of its own lines.
  package var mainProcess: Int32

  /// From the start to the exit of the program, or to the time limit.
  package var duration: Duration

  /// Processes of the program's group that still lived when they had had time to notice that the program was gone.
  ///
  /// They have been killed. After a run that was stopped from here (time limit, output limit) this is empty, for
  /// nobody can say what they would have done.
  package var leftBehind: [Int32]

  /// Lines that such processes wrote after the program had exited; no part of the transcript.
  package var lateLines: [Transcript.Line]

  /// Whether the run was stopped because it printed more than the limit.
  package var exceededOutputLimit: Bool

  /// Whether a process tried to open its standard output by path, which a socket does not allow.
  ///
  /// A program that opens `/dev/stdout` works in a terminal or a pipe and fails in a capture; this says so.
  package var reopenedStandardOutput: Bool {
    let text = String(decoding: standardError, as: UTF8.self)
    let paths = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
    return text.split(separator: "\n").contains { line in
      line.contains("No such device or address") && paths.contains { line.contains($0) }
    }
  }
}
