import Glibc
import ScenarioKit

/// A terminal that gives single keys and shows whole screens, and is given back as it was on every way out.
///
/// Signals that end or stop the program are blocked but while it waits for a key, so nothing is ever given back half-way.
struct RawTerminal {
  enum Event: Equatable {
    case key(Key)
    /// The window has another size.
    case resized
    /// Nobody types any more.
    case ended
  }

  enum Key: Equatable {
    case character(Character)
    case left, right, up, down
  }

  private let before: termios
  private let mask: sigset_t
  private var pending: [UInt8] = []

  /// The last signal that came. nonisolated(unsafe): written only by the handler, which runs on the one thread that
  /// reads it, and only inside `pselect`.
  private nonisolated(unsafe) static var caught: Int32 = 0
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH]

  /// Takes the terminal; nil where standard input is none.
  init?() {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    before = settings
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in Self.signals { sigaddset(&blocked, signal) }
    var mask = sigset_t()
    guard sigprocmask(SIG_BLOCK, &blocked, &mask) == 0 else { return nil }
    self.mask = mask
    Self.caught = 0
    for signal in Self.signals { Glibc.signal(signal) { RawTerminal.caught = $0 } }
    take()
  }

  /// Keys come one by one and do not show; the screen is another one, without a cursor.
  private func take() {
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
    withUnsafeMutableBytes(of: &raw.c_cc) { codes in
      codes[Int(VMIN)] = 1
      codes[Int(VTIME)] = 0
    }
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    write("\u{1b}[?1049h\u{1b}[?25l")
  }

  /// Gives the terminal back as it was.
  func giveBack() {
    release()
    for signal in Self.signals { Glibc.signal(signal, SIG_DFL) }
    var mask = mask
    sigprocmask(SIG_SETMASK, &mask, nil)
  }

  private func release() {
    write("\u{1b}[?25h\u{1b}[?1049l")
    var settings = before
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }

  /// The size of the window.
  var size: (width: Int, height: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Shows these lines and nothing else.
  func show(_ lines: [String]) {
    // The last line has no line feed behind it, which would move all others up.
    write("\u{1b}[H" + lines.map { "\($0)\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
  }

  private func write(_ text: String) {
    // A terminal that has gone shows in the next read.
    _ = writeAll(Array(text.utf8), to: STDOUT_FILENO)
  }

  // MARK: Keys

  /// Waits for what happens next.
  ///
  /// A signal that ends a program ends this one, after the terminal has been given back.
  mutating func next() -> Event {
    while true {
      if let key = parse() { return .key(key) }
      switch wait(timeout: nil) {
      case .ready:
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return .ended }
        pending += buffer[..<count]
      case .interrupted:
        if Self.caught == SIGWINCH { return .resized }
        if Self.caught == SIGTSTP { pause() } else { end() }
        return .resized
      case .timedOut: continue
      case .failed: return .ended
      }
    }
  }

  private enum Waited { case ready, interrupted, timedOut, failed }

  /// - Parameter timeout: in milliseconds; nil: for as long as it takes.
  private func wait(timeout: Int?) -> Waited {
    var waiting = fd_set()
    // Standard input is descriptor 0: the first bit.
    waiting.__fds_bits.0 = 1
    var mask = mask
    var time = timespec(tv_sec: 0, tv_nsec: (timeout ?? 0) * 1_000_000)
    let count = withUnsafePointer(to: &time) { pselect(1, &waiting, nil, nil, timeout == nil ? nil : $0, &mask) }
    if count > 0 { return .ready }
    if count == 0 { return .timedOut }
    return errno == EINTR ? .interrupted : .failed
  }

  /// The next key of what was read; nil where more must come.
  private mutating func parse() -> Key? {
    guard let first = pending.first else { return nil }
    guard first == 0x1B else {
      pending.removeFirst()
      return .character(Character(UnicodeScalar(first)))
    }
    // An arrow is three bytes, which come at once; an escape on its own is not.
    if pending.count < 3, wait(timeout: 50) == .ready {
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 { pending += buffer[..<count] }
    }
    guard pending.count >= 3, [UInt8(ascii: "["), UInt8(ascii: "O")].contains(pending[1]) else {
      pending.removeFirst()
      return .character("\u{1b}")
    }
    let last = pending[2]
    pending.removeFirst(3)
    switch last {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    default: return .character("\u{1b}")
    }
  }

  // MARK: Signals

  /// Stops the program, as the terminal asks it to, and takes the terminal again when it goes on.
  private func pause() {
    release()
    raise(SIGSTOP)
    take()
  }

  /// Ends the program by the signal that came.
  private func end() -> Never {
    let signal = Self.caught
    giveBack()
    raise(signal)
    // It ends the process by default; where it is ignored, the process ends all the same.
    exit(128 + signal)
  }
}
