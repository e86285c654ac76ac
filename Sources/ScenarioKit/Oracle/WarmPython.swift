import CMultiprocessing
import Glibc
import Synchronization

/// An interpreter that has imported what pools need, and starts each script in a forked copy of itself.
///
/// To start an interpreter and to import its pools takes tens of milliseconds of processor time, a copy one. What runs in
/// the copy finds what it would find in a fresh interpreter (see `warm.py`), down to the end of the process; workers that are
/// spawned, the fork server and the tracker are fresh interpreters as ever. What the copies share is what a start draws
/// once: the seed of the hashes and where the libraries lie in memory.
///
/// The interpreter itself is a captured process of this one. It ends when this is released, or with this process.
final class WarmPython: ProgramStarter {
  private let process: Int32
  /// Our end of the socket that messages go over.
  private let control: Descriptor
  /// The reading end of the interpreter's standard error: it would be ended by a write with nobody there.
  private let errors: Descriptor
  /// Held from a question to its answer; false once an answer did not come.
  private let answers = Mutex<Bool>(true)

  /// More than any interpreter takes for an answer, so that one that hangs is given up.
  private static let patience: Duration = .seconds(30)

  /// Starts the interpreter and waits until it is ready.
  /// - Parameter program: the interpreter with the environment that all runs have in common.
  /// - Throws: when it does not start or does not get ready.
  init(_ program: Program) throws(CaptureError) {
    var ends: [Int32] = [-1, -1]
    let pair = mp_socket_pair(&ends, 0)
    control = try Descriptor(pair == 0 ? ends[0] : -1, from: "socketpair")
    // Its standard streams are of the same kinds as a run's: Python looks at that when it starts.
    let output = try Descriptor(pair == 0 ? ends[1] : -1, from: "socketpair")
    let pipe = mp_pipe(&ends)
    errors = try Descriptor(pipe == 0 ? ends[0] : -1, from: "pipe2")
    let errorsOfProgram = try Descriptor(pipe == 0 ? ends[1] : -1, from: "pipe2")
    let nothing = try Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC), from: "open")
    var warm = program
    warm.arguments = ["-c", "import \(Self.module); \(Self.module).serve()"]
    process = try DirectStarter().start(
      warm, input: nothing.number, output: output.number, errors: errorsOfProgram.number)
    // Its end must be closed with it, or its own end would never be noticed.
    _ = consume output
    guard answer() == "ready" else {
      throw CaptureError(code: .cannotStart, description: "\(program.path) does not get ready to be copied.")
    }
  }

  /// The name that `warm.py` has as a module.
  static let module = "scenarios_warm"

  deinit {
    shutdown(control.number, Int32(SHUT_RDWR))
    let exit = mp_capture_open_process(process)
    if exit >= 0 {
      var watched = pollfd(fd: exit, events: Int16(POLLIN), revents: 0)
      _ = poll(&watched, 1, 2000)
      close(exit)
    }
    // Also for one that hangs; of one that has ended only the status is left.
    kill(-process, SIGKILL)
    _ = DirectStarter().reap(process)
    mp_capture_remove_group(process)
  }

  func start(_ program: Program, input: Int32, output: Int32, errors: Int32) throws(CaptureError) -> Int32 {
    try program.validate()
    var ends: [Int32] = [-1, -1]
    let pair = mp_socket_pair(&ends, 0)
    let go = try Descriptor(pair == 0 ? ends[0] : -1, from: "socketpair")
    let wait = try Descriptor(pair == 0 ? ends[1] : -1, from: "socketpair")
    let words = ["run", "\(program.arguments.count)"] + program.arguments + program.assignments
    let text = words.joined(separator: "\0")
    guard let process = ask(text, descriptors: [input, output, errors, wait.number]).flatMap({ Int32($0) }) else {
      throw CaptureError(code: .cannotStart, description: "\(program.path) does not copy itself.")
    }
    let error = mp_capture_add_group(process)
    guard error == 0 else {
      // Without the word to go the copy ends by itself.
      _ = consume go
      _ = reap(process)
      throw CaptureError(starting: program, error: error)
    }
    _ = mp_send(go.number, "g", 1, nil, 0, 1)
    return process
  }

  func reap(_ process: Int32) -> Int32? { ask("reap\0\(process)").flatMap { Int32($0) } }

  /// Sends a message and returns the answer; nil from the first on that did not come.
  private func ask(_ text: String, descriptors: [Int32] = []) -> String? {
    answers.withLock { isThere in
      guard isThere else { return nil }
      let bytes = Array(text.utf8)
      let sent = mp_send(control.number, bytes, bytes.count, descriptors, Int32(descriptors.count), 1)
      let result = sent == bytes.count ? answer() : nil
      isThere = result != nil
      return result
    }
  }

  /// The next message of the interpreter; nil when it has ended or says nothing for too long.
  private func answer() -> String? {
    let deadline = ContinuousClock.now + Self.patience
    while ContinuousClock.now < deadline {
      var watched = pollfd(fd: control.number, events: Int16(POLLIN), revents: 0)
      let ready = poll(&watched, 1, 1000)
      guard ready != 0 else { continue }
      guard ready > 0 || mp_errno() == EINTR else { return nil }
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = recv(control.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 { return String(decoding: buffer.prefix(count), as: UTF8.self) }
      if count == 0 || mp_errno() != EAGAIN { return nil }
    }
    return nil
  }
}

/// The warm interpreters of a runner, each started when it is first asked for.
final class WarmPythons: Sendable {
  private final class Place: Sendable {
    /// Nothing yet; an interpreter; or the knowledge that there is none.
    let python = Mutex<WarmPython??>(nil)
  }

  private let places = Mutex<[Python: Place]>([:])

  /// The warm interpreter of a Python; nil where it could not be started or has been given up.
  func python(_ python: Python, program: () -> Program) -> WarmPython? {
    place(of: python).python.withLock { known in
      if let known { return known }
      let started = try? WarmPython(program())
      known = .some(started)
      return started
    }
  }

  /// Never asks for this one again: its runs start afresh from now on.
  func giveUp(_ python: Python) { place(of: python).python.withLock { $0 = .some(nil) } }

  private func place(of python: Python) -> Place {
    places.withLock { places in
      let place = places[python] ?? Place()
      places[python] = place
      return place
    }
  }
}
