import Glibc
import ScenarioKit

/// Reading what people name on the command line.
enum Files {
  /// A golden file.
  static func golden(_ path: String) throws(ScenarioError) -> ScenarioJudge {
    try ScenarioJudge(read(path), file: path)
  }

  /// All bytes of a file.
  static func read(_ path: String) throws(ScenarioError) -> [UInt8] {
    let descriptor = withArgument(path) { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    return try readAll(descriptor, name: path)
  }

  static func exists(_ path: String) -> Bool { withArgument(path) { access($0, F_OK) } == 0 }

  static func standardInput() throws(ScenarioError) -> [UInt8] {
    try readAll(STDIN_FILENO, name: "Standard input")
  }

  private static func readAll(_ descriptor: Int32, name: String) throws(ScenarioError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(name, errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func unreadable(_ name: String, _ error: Int32) -> ScenarioError {
    ScenarioError(.unreadable, "\(name) cannot be read: \(String(cString: strerror(error))).")
  }

  /// Calls `body` with an argument as it was given: a file's name is bytes, and Swift mends what is not UTF-8.
  static func withArgument<R>(_ text: String, _ body: (UnsafePointer<CChar>) -> R) -> R {
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      if text.unicodeScalars.contains("\u{fffd}"), String(cString: argument) == text { return body(argument) }
    }
    return text.withCString(body)
  }
}

/// A file that is made at once and written later.
struct OutputFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(ScenarioError) {
    self.path = path
    descriptor = Files.withArgument(path) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else {
      throw ScenarioError(.unwritable, "\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
  }

  func write(_ text: String) throws(ScenarioError) {
    defer { close(descriptor) }
    if let failure = writeAll(Array(text.utf8), to: descriptor) {
      throw ScenarioError(.unwritable, "\(path) cannot be written: \(String(cString: strerror(failure))).")
    }
  }
}
