import CMultiprocessing
import Glibc

/// The one place where results of system calls become values or errors.
enum System {
  /// A result that is negated errno on failure, as every mp_ function returns it.
  @discardableResult
  static func check<T: SignedInteger>(_ result: T, _ call: @autoclosure () -> String) throws(MultiprocessingError) -> T {
    guard result < 0 else { return result }
    throw failure(Int32(truncatingIfNeeded: -result), call())
  }

  /// The error of a call that failed with this errno.
  static func failure(_ code: Int32, _ call: String) -> MultiprocessingError {
    MultiprocessingError(.system, "\(call) failed: \(text(code)) (errno \(code)).")
  }

  static func text(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { room in
      room.initialize(repeating: 0)
      guard let text = room.baseAddress, strerror_r(code, text, room.count - 1) == 0 else {
        return "error \(code)"
      }
      return String(cString: text)
    }
  }

  /// Writes a line to standard error, without a buffer and in one piece.
  static func complain(_ line: String) {
    let text = line + "\n"
    _ = text.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
  }

  /// Looks a few times, and on until a moment of the system's clock, and lets others run in between; whether it was true.
  ///
  /// To be found awake spares both sides a system call. On a busy processor those others have more to say afterwards; on an
  /// idle one this takes a moment.
  @discardableResult
  static func look(until end: Int64 = 0, for isTrue: () -> Bool) -> Bool {
    var looks = 0
    while looks < 4 || (end != 0 && mp_now_ns() < end) {
      if isTrue() { return true }
      mp_yield()
      looks += 1
    }
    return false
  }

  /// A point on the system's clock as waits take it; negative for never.
  static func deadline(at time: Duration?) -> Int64 { time.map { Int64($0 / .nanoseconds(1)) } ?? -1 }

  /// The absolute time at which a wait ends; negative for never.
  static func deadline(after timeout: Duration?) -> Int64 {
    guard let timeout else { return -1 }
    let now = mp_now_ns()
    guard timeout > .zero else { return now }
    let (seconds, attoseconds) = timeout.components
    guard seconds < 9_000_000_000 else { return -1 }
    return now + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

extension Duration {
  /// A number of nanoseconds from the system's clock.
  init(clock nanoseconds: Int64) { self = .nanoseconds(nanoseconds) }
}
