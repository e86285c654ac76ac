import CMultiprocessing
import Glibc
import Multiprocessing

/// What the system knows of a process, read from /proc.
enum SystemState {
  /// The children of a process, those that wait to be reaped included.
  static func children(of process: Int32) -> [Int32] {
    names(in: "/proc/\(process)/task").flatMap { thread in
      (contents(of: "/proc/\(process)/task/\(thread)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }
  }

  /// The children of a process, theirs, and so on.
  static func descendants(of process: Int32) -> [Int32] {
    children(of: process).flatMap { [$0] + descendants(of: $0) }
  }

  /// The name that a process gave itself.
  static func command(of process: Int32) -> String {
    (contents(of: "/proc/\(process)/comm") ?? "").trimmingNewline
  }

  /// Whether a process runs: it exists and does not wait to be reaped.
  static func isRunning(_ process: Int32) -> Bool {
    guard let state = state(of: process) else { return false }
    return state != "Z" && state != "X"
  }

  /// Whether a process, or a thread of one, waits for something.
  static func isAsleep(_ process: Int32) -> Bool { state(of: process) == "S" }

  /// The threads of a process.
  static func threads(of process: Int32) -> [Int32] { names(in: "/proc/\(process)/task").compactMap { Int32($0) } }

  private static func state(of process: Int32) -> Substring? {
    guard let stat = contents(of: "/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
    return stat[stat.index(after: end)...].split(separator: " ").first
  }

  /// The open descriptors of this process and what they stand for.
  static func descriptors() -> [Int32: String] {
    var result: [Int32: String] = [:]
    for name in names(in: "/proc/self/fd") {
      // The one that lists the folder is closed by now and has no target.
      guard let number = Int32(name), let target = link("/proc/self/fd/\(name)") else { continue }
      result[number] = target
    }
    return result
  }

  /// The lines of /proc/self/maps that name the memory of a pool.
  static func poolMappings() -> [String] {
    (contents(of: "/proc/self/maps") ?? "").split(separator: "\n").filter { $0.contains("memfd:multiprocessing") }
      .map { String($0) }
  }

  /// The threads of this process, without a sanitizer's own.
  static func threadCount() -> Int { names(in: "/proc/self/task").count - Int(mp_sanitizer_thread_count()) }

  static func usableProcessors() -> Int { Int(mp_usable_processors()) }

  static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func contents(of path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(file, &buffer, buffer.count)
      guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
      bytes += buffer[..<count]
    }
  }

  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var result: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { result.append(name) }
    }
    return result
  }

  /// Waits until the process has ended, at most for the time limit; whether it has.
  static func awaitEnd(of process: Int32, within limit: Duration) -> Bool {
    let pidfd = mp_pidfd_open(process)
    guard pidfd >= 0 else { return true }
    defer { close(pidfd) }
    var number = pidfd
    var ready: UInt8 = 0
    let deadline = mp_now_ns() + Int64(limit / .nanoseconds(1))
    return mp_poll(&number, &ready, 1, deadline) > 0
  }
}

extension String {
  var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}

/// Asks again and again, a little slower each time, until the answer is yes or the time is over; for what the system does
/// in its own time and nobody can wait for.
func eventually(within limit: Duration = .seconds(5), _ isTrue: () throws -> Bool) rethrows -> Bool {
  let end = ContinuousClock.now + limit
  var pause: UInt32 = 500
  while try !isTrue() {
    guard ContinuousClock.now < end else { return false }
    usleep(pause)
    pause = min(pause * 2, 20_000)
  }
  return true
}
