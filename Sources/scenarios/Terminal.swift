import Glibc
import ScenarioKit
import Synchronization

/// Standard output and standard error of the command.
enum Terminal {
  private static let pending = Mutex<[UInt8]>([])

  static let environment = environmentOfProcess()
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var style: Style { Style(isTerminal: outputIsTerminal, environment: environment) }

  /// Makes a reader that has gone an error of the write: dying there would leave runs without anybody to end them.
  ///
  /// Runs do not inherit this: they start with all signals as usual.
  static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Whether there is a person to ask: both what they read and what they type are a terminal.
  static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && outputIsTerminal }

  /// Asks on standard error and waits for a line; nil where no answer can come any more.
  static func ask(_ question: String) -> String? {
    note(question)
    return readLine()
  }

  /// How many characters fit into a line; plenty where there is no terminal to fit into.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Adds to what standard output will get.
  static func write(_ text: String) { write(bytes: Array(text.utf8)) }

  static func write(bytes: [UInt8]) { pending.withLock { $0 += bytes } }

  /// Writes what was added; a reader that has gone is no error.
  static func flush() throws(ScenarioError) {
    let bytes = pending.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    guard let failure = writeAll(bytes, to: STDOUT_FILENO), failure != EPIPE else { return }
    throw ScenarioError(.unwritable, "Standard output cannot be written: \(String(cString: strerror(failure))).")
  }

  /// Writes a sentence to standard error.
  static func complain(_ sentence: String) {
    // Nobody is left to tell when this fails.
    _ = writeAll(Array("scenarios: \(sentence)\n".utf8), to: STDERR_FILENO)
  }

  /// The end of a command whose input was wrong.
  static func fail(_ sentence: String) -> Int32 {
    complain(sentence)
    return 2
  }

  /// Writes to standard error as it is.
  static func note(_ text: String) {
    _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func environmentOfProcess() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return result
  }
}
