import CMultiprocessing
import Glibc

/// A file descriptor that is closed exactly once, when its owner goes away.
///
/// Its number is above 2, so that it never is in the way when a program's own 0, 1 and 2 are set up.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes over the result of a system call that opened a descriptor closed on exec.
  init(_ opened: Int32, from call: String) throws(CaptureError) {
    guard opened >= 0 else { throw Self.failure(of: call, mp_errno()) }
    guard opened <= 2 else {
      number = opened
      return
    }
    // Happens where this process itself runs with a standard stream closed.
    let moved = fcntl(opened, F_DUPFD_CLOEXEC, 3)
    let error = mp_errno()
    close(opened)
    guard moved >= 0 else { throw Self.failure(of: "fcntl", error) }
    number = moved
  }

  deinit { close(number) }

  private static func failure(of call: String, _ error: Int32) -> CaptureError {
    CaptureError(code: .noResources, description: "\(call) gave no descriptor: \(String(cString: strerror(error))).")
  }
}
