import CMultiprocessing
import Glibc

/// A case that runs as a program of its own, started by another case and heard through a pipe.
struct Helper {
  let processID: Int32
  private let output: Int32

  /// Starts this executable with the helper case.
  init(_ name: String, _ place: Place) throws {
    var ends: [Int32] = [-1, -1]
    guard mp_pipe(&ends) == 0 else { throw Failure("No pipe for a helper.") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let arguments: [String] = ["probe", "run", name, place.rawValue]
    let texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { for text in texts { free(text) } }
    var process: pid_t = 0
    let result = posix_spawn(&process, "/proc/self/exe", &actions, nil, texts + [nil], environ)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw Failure("The helper \(name) cannot be started.")
    }
    processID = process
    output = ends[0]
  }

  /// Reads one line of numbers, which the helper prints.
  func readNumbers() throws -> [Int32] {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { bytes.append(byte) }
    guard byte == UInt8(ascii: "\n") else { throw Failure("The helper ended before it said anything.") }
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
  }

  /// Waits for the end of the helper: its exit status, or its signal negated.
  func end() -> Int32 {
    close(output)
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, mp_errno() == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
  }
}
