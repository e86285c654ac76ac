import CMultiprocessing
import Glibc

/// Who starts a captured program and reaps it in the end.
protocol ProgramStarter: Sendable {
  /// Starts the program as the leader of a new process group, with these descriptors as 0, 1 and 2, and returns its id.
  ///
  /// The group is on the list of groups that go down with this process before anything of the program runs.
  func start(_ program: Program, input: Int32, output: Int32, errors: Int32) throws(CaptureError) -> Int32

  /// Waits until a program has ended and takes its status; nil where that cannot be had any more.
  ///
  /// From then on its id may be given to another process.
  func reap(_ process: Int32) -> Int32?
}

/// Starts programs as children of this process.
struct DirectStarter: ProgramStarter {
  func start(_ program: Program, input: Int32, output: Int32, errors: Int32) throws(CaptureError) -> Int32 {
    let assignments = program.assignments
    try program.validate()
    var process: Int32 = 0
    let error = withCStrings([program.path] + program.arguments) { arguments in
      withCStrings(assignments) { environment in
        mp_capture_spawn(program.path, arguments, environment, program.directory, input, output, errors, &process)
      }
    }
    guard error == 0 else { throw CaptureError(starting: program, error: error) }
    return process
  }

  func reap(_ process: Int32) -> Int32? {
    var status: Int32 = 0
    var reaped: pid_t
    repeat { reaped = waitpid(process, &status, 0) } while reaped < 0 && mp_errno() == EINTR
    return reaped == process ? status : nil
  }
}

extension Program {
  /// The environment as the system has it, in an order that does not depend on anything else.
  var assignments: [String] { environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

  /// - Throws: when a text contains a NUL, where the system would take it to end.
  func validate() throws(CaptureError) {
    let texts = [path] + arguments + assignments + [directory ?? ""]
    if let text = texts.first(where: { $0.utf8.contains(0) }) {
      throw CaptureError(
        code: .cannotStart, description: "\(path) cannot be started: \(text.debugDescription) contains a NUL.")
    }
  }
}

extension CaptureError {
  /// What a start has failed by: an error number, or that the list of groups is full.
  init(starting program: Program, error: Int32) {
    guard error != Int32(MP_CAPTURE_FULL) else {
      self.init(code: .noResources, description: "More than \(MP_CAPTURE_GROUPS) captures run at the same time.")
      return
    }
    let place = program.directory.map { " in \($0)" } ?? ""
    self.init(
      code: .cannotStart,
      description: "\(program.path) cannot be started\(place): \(String(cString: strerror(error))).")
  }
}

/// Calls `body` with a null-terminated array of C strings, valid during the call.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) }
  pointers.append(nil)
  defer { pointers.forEach { free($0) } }
  return pointers.withUnsafeBufferPointer { buffer in
    // The array has at least the null at its end, so it has an address.
    body(buffer.baseAddress.unsafelyUnwrapped)
  }
}
