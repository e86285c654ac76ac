import CMultiprocessing
import Glibc

/// Starting this program anew.
enum Spawner {
  struct Child: Sendable {
    var processID: Int32
    /// Fires when the process ends.
    var pidfd: Descriptor
  }

  /// Starts a fresh copy of the calling program, which is taken over before its `main`, or where the program calls the
  /// explicit entry. Takes 2 to 5 ms, in which the calling thread is blocked.
  ///
  /// - Parameter control: the end of a socket pair that the child keeps; the other end stays with the caller.
  static func start(
    _ start: ChildStart, _ descriptors: [Descriptor], control: (parent: Descriptor, child: Descriptor)
  ) throws(MultiprocessingError) -> Child {
    var start = start
    start.backtrace = Environment.value(of: Environment.backtrace)
    let message = try StartMessage(start, descriptors)
    let nonce = Self.nonce()
    // In the socket before the child exists: it takes over only if the nonce is there already.
    try message.send(Array(nonce.utf8), over: control.parent)

    let isDeferred = CurrentWorld.world.process.hasExplicitEntry
    let mark = "\(MP_CHILD_SOCKET) \(nonce)\(isDeferred ? " deferred" : "")"
    let environment = Environment.with([MP_CHILD_MARK: mark, Environment.backtrace: "enable=no"])
    // Its own buffer is a new one, so nothing comes twice.
    _ = mp_flush_soon()
    let pid = try System.check(
      CStrings.with(CommandLine.arguments) { arguments in
        CStrings.with(environment) { mp_spawn("/proc/self/exe", arguments, $0, control.child.number) }
      }, "posix_spawn")
    do {
      return Child(processID: pid, pidfd: Descriptor(try System.check(mp_pidfd_open(pid), "pidfd_open")))
    } catch {
      // Nobody could watch it: it must not stay. Our own child cannot be reaped by anybody else, so the pid is still its.
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw error
    }
  }

  private static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    let digits = (0..<4).map { _ in String(UInt32.random(in: .min ... .max, using: &generator), radix: 16) }
    return digits.map { String(repeating: "0", count: 8 - $0.count) + $0 }.joined()
  }
}

/// The program's environment.
enum Environment {
  /// Steers the report that the runtime makes of a crash.
  static let backtrace = "SWIFT_BACKTRACE"

  static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

  static func set(_ name: String, _ value: String?) {
    if let value { setenv(name, value, 1) } else { unsetenv(name) }
  }

  /// The environment with some variables set, as `NAME=value`.
  static func with(_ changes: [String: String]) -> [String] {
    var result: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if !changes.keys.contains(where: { line.hasPrefix($0 + "=") }) { result.append(line) }
      entry += 1
    }
    return result + changes.map { "\($0)=\($1)" }
  }
}

/// Lists of C strings.
enum CStrings {
  /// Calls `body` with a null-terminated list of C strings.
  static func with<R>(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
    var list = texts.map { strdup($0) }
    list.append(nil)
    defer { for text in list { free(text) } }
    return list.withUnsafeBufferPointer { body($0.baseAddress!) }  // Proof: the list has its final nil at least.
  }
}
