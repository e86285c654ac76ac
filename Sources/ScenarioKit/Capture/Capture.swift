import CMultiprocessing
import Glibc
package import Golden

/// Runs a program as a process of its own and records what it prints, who printed it and when.
///
/// The program's standard output is one end of a local socket pair whose other end asks the kernel for credentials, so
/// that each piece of output has the id of the process that wrote it. Threads of one process share its id. The record
/// ends when the program has exited and the socket is drained, not at end-of-file: helper processes may outlive it.
package struct Capture: Sendable {
  package var program: Program

  /// After this the whole process group is killed and the run counts as timed out.
  package var timeLimit: Duration

  /// More output than this ends the run, standard output and standard error counted separately.
  package var outputLimit = 256 << 20

  /// How long processes that outlive the program may take to notice it before they count as left behind.
  package var grace: Duration = .seconds(1)

  /// How long processes that are to end may take to do it by themselves before they are killed.
  var politeness: Duration = .milliseconds(500)

  /// Who starts the program.
  private let starter: any ProgramStarter

  package init(_ program: Program, timeLimit: Duration) { self.init(program, timeLimit: timeLimit, starter: DirectStarter()) }

  init(_ program: Program, timeLimit: Duration, starter: any ProgramStarter) {
    self.program = program
    self.timeLimit = timeLimit
    self.starter = starter
  }

  /// Runs the program and waits for its end, at most for the time limit and the grace.
  ///
  /// Nothing is left when this returns: the program's process group has been killed. Nothing is left either when this
  /// process is ended meanwhile, however that happens. Several captures may run at the same time on different threads.
  /// `onLine` is called on the calling thread for each complete line as it arrives.
  /// - Throws: when the program cannot be started. That it failed, crashed or hung is part of the result.
  @available(*, noasync, message: "run() blocks until the program has ended")
  package func run(onLine: (Transcript.Line) -> Void = { _ in }) throws(CaptureError) -> CapturedRun {
    var receivingEnd: Int32 = -1
    var sendingEnd: Int32 = -1
    let pair = mp_capture_pair(&receivingEnd, &sendingEnd)
    let output = try Descriptor(pair == 0 ? receivingEnd : -1, from: "socketpair")
    let outputOfProgram = try Descriptor(sendingEnd, from: "socketpair")
    var ends: [Int32] = [-1, -1]
    let pipe = mp_pipe(&ends)
    let errors = try Descriptor(pipe == 0 ? ends[0] : -1, from: "pipe2")
    let errorsOfProgram = try Descriptor(ends[1], from: "pipe2")
    // Only our end: the two ends of a pipe are separate, so the program's writes still wait.
    _ = fcntl(errors.number, F_SETFL, O_NONBLOCK)
    let nothing = try Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC), from: "open")

    let start = ContinuousClock.now
    let process = try starter.start(
      program, input: nothing.number, output: outputOfProgram.number, errors: errorsOfProgram.number)
    // Our copies of the program's ends must go, or no end-of-file would ever be seen.
    _ = consume outputOfProgram
    _ = consume errorsOfProgram

    var session = CaptureSession(process: process, starter: starter, start: start, outputLimit: outputLimit, politeness: politeness)
    let group = ProcessGroup(id: process)
    defer { mp_capture_remove_group(process) }
    let exit: Descriptor
    do {
      exit = try Descriptor(mp_capture_open_process(process), from: "pidfd_open")
    } catch {
      session.stop(group)
      throw error
    }
    session.observe(
      output: output.number, errors: errors.number, exit: exit.number, until: start + timeLimit, onLine: onLine)
    session.settle(group, output: output.number, errors: errors.number, grace: grace)
    return session.result()
  }
}
