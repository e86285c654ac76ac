import CMultiprocessing
import Glibc

/// The file that all processes of a run write their events into.
///
/// Each has it open for itself. Whoever writes takes the file's lock, which the system takes back from a process that dies,
/// and puts its events in the place of the closing bracket, with a new one behind them.
struct TraceFile {
  private static let closing = "\n]\n"

  let path: String
  private let file: Descriptor

  /// Begins a new file with its first events.
  init(creating path: String, _ events: [String]) throws(MultiprocessingError) {
    file = Descriptor(try Self.open(path, O_CREAT | O_TRUNC))
    let resolved = realpath(path, nil)
    self.path = resolved.map { String(cString: $0) } ?? path
    free(resolved)
    let text = "[\n" + events.joined(separator: ",\n") + Self.closing
    guard Self.put(text, at: 0, file.number) else { throw System.failure(mp_errno(), "Writing the trace \(path)") }
  }

  /// Joins a file that the main process has begun.
  init(joining path: String) throws(MultiprocessingError) {
    file = Descriptor(try Self.open(path, 0))
    self.path = path
  }

  private static func open(_ path: String, _ flags: Int32) throws(MultiprocessingError) -> Int32 {
    let number = mp_above_standard(Glibc.open(path, O_RDWR | O_CLOEXEC | flags, 0o644))
    guard number >= 0 else { throw System.failure(mp_errno(), "Opening the trace \(path)") }
    return number
  }

  /// Adds events. What cannot be written is lost: a full disk ends no program.
  func append(_ events: [String]) {
    file.use { number in
      while flock(number, LOCK_EX) != 0 { guard mp_errno() == EINTR else { return } }
      defer { flock(number, LOCK_UN) }
      guard let end = Self.end(number) else { return }
      let text = (end > 2 ? ",\n" : "") + events.joined(separator: ",\n") + Self.closing
      _ = Self.put(text, at: end, number)
    }
  }

  /// Where the last event ends; behind it comes what a killed writer has not finished.
  private static func end(_ number: Int32) -> off_t? {
    let size = lseek(number, 0, SEEK_END)
    guard size >= 2 else { return nil }
    let length = Int(min(size, 1 << 16))
    let start = size - off_t(length)
    var tail = [UInt8](repeating: 0, count: min(length, 3))
    guard pread(number, &tail, tail.count, size - off_t(tail.count)) == tail.count else { return nil }
    if tail == Array(closing.utf8) { return size - 3 }
    var bytes = [UInt8](repeating: 0, count: length)
    guard pread(number, &bytes, length, start) == length else { return nil }
    // An event is a line, and every line of one ends with its brace: a line feed inside of an event is escaped.
    let line = UInt8(ascii: "\n")
    var rest = bytes[...]
    while let feed = rest.lastIndex(of: line) {
      rest = rest[..<feed]
      let last = rest.last == UInt8(ascii: ",") ? rest.dropLast() : rest
      if last.last == UInt8(ascii: "}") {
        let end = start + off_t(last.count)
        return ftruncate(number, end) == 0 ? end : nil
      }
    }
    return nil
  }

  private static func put(_ text: String, at place: off_t, _ number: Int32) -> Bool {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { pwrite(number, $0.baseAddress, $0.count, place + off_t(done)) }
      if written < 0, mp_errno() == EINTR { continue }
      guard written > 0 else { return false }
      done += written
    }
    return true
  }
}
