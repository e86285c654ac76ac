import Glibc
import ScenarioKit
import Testing

/// A program on a terminal of its own: what it shows is read here, and what is typed comes from here.
///
/// Every wait has a limit, and the program does not outlive this object.
final class PseudoTerminal {
  private let master: Int32
  private let process: pid_t
  private var isReaped = false
  /// Everything that the program has written, without carriage returns.
  private(set) var written = ""
  private var bytes: [UInt8] = []

  /// POSIX_SPAWN_SETSID, which the C library's module does not show.
  private static let ownSession: Int16 = 0x80

  static let limit = Duration.seconds(40)

  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], width: UInt16 = 80, height: UInt16 = 24
  ) throws {
    var master: Int32 = -1
    var slave: Int32 = -1
    var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
    var name = [CChar](repeating: 0, count: 128)
    try #require(openpty(&master, &slave, &name, nil, &size) == 0)
    defer { close(slave) }
    self.master = master
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The leader of a session gets the first terminal that it opens.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Self.ownSession | Int16(POSIX_SPAWN_SETSIGMASK))
    let base = ["PATH": "/usr/bin:/bin", "TERM": "xterm"].merging(Program.sanitizerOptions) { $1 }.merging(environment) { $1 }
    var texts = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = base.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in texts + variables { free(pointer) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, path, &actions, &attributes, &texts, &variables) == 0)
    self.process = process
  }

  deinit {
    if !isReaped {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    close(master)
  }

  // MARK: Reading and typing

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(write(master, bytes, bytes.count) == bytes.count)
  }

  func send(_ signal: Int32) { kill(process, signal) }

  func resize(width: UInt16, height: UInt16) {
    var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
    #expect(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
  }

  /// Reads what there is, waiting a moment for it.
  private func readSome() {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, 100) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return }
    bytes += buffer[..<count]
    written = String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  }

  /// Waits until what was written fulfils a condition; false when that takes too long.
  func wait(_ condition: (PseudoTerminal) -> Bool) -> Bool {
    let deadline = ContinuousClock.now + Self.limit
    while !condition(self) {
      guard ContinuousClock.now < deadline else { return false }
      readSome()
    }
    return true
  }

  /// The last screen that was shown whole, as text without colours.
  var screen: String {
    guard let end = written.ranges(of: "\u{1b}[J").last else { return "" }
    let frame = written[..<end.lowerBound].split(separator: "\u{1b}[H", omittingEmptySubsequences: false).last ?? ""
    return Self.plain(String(frame))
  }

  /// Waits until the screen shows a text.
  func shows(_ text: String) -> Bool { wait { $0.screen.contains(text) } }

  /// A text without the codes that colour it, clear the rest of a line or move the cursor.
  static func plain(_ text: String) -> String {
    var result = ""
    var isCode = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1b}" {
        isCode = true
      } else if isCode {
        isCode = !scalar.properties.isAlphabetic
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: The terminal and the end

  /// Whether lines are edited by the terminal and typing shows, as a shell expects it.
  var isAsItWas: Bool {
    var settings = termios()
    guard tcgetattr(master, &settings) == 0 else { return false }
    let flags = tcflag_t(ICANON | ECHO | ISIG)
    return settings.c_lflag & flags == flags && settings.c_iflag & tcflag_t(ICRNL) != 0
  }

  /// How the program ended: its exit status, or minus the signal; nil when that takes too long.
  func end() -> Int32? {
    var status: Int32 = 0
    guard wait({ _ in waitpid(process, &status, WNOHANG) == process }) else { return nil }
    isReaped = true
    // What it wrote last may still be on its way.
    readSome()
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : -signal
  }

  /// Waits until the program has stopped; false when that takes too long.
  func stops() -> Bool {
    var status: Int32 = 0
    return wait { _ in waitpid(process, &status, WNOHANG | WUNTRACED) == process && status & 0xFF == 0x7F }
  }
}
