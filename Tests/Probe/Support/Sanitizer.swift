import CMultiprocessing
import Glibc

/// The sanitizer with which this program may be built; without one there is nothing to ask or to tell it.
enum Sanitizer {
  /// Whether it is ThreadSanitizer; asked in the main process.
  static var watchesThreads: Bool { mp_sanitizer_thread_count() > 0 }

  /// How many bytes the program has from malloc now: a sanitizer keeps what was given back, and its pages say nothing.
  static func allocatedBytes() -> Int? {
    guard let address = dlsym(nil, "__sanitizer_get_current_allocated_bytes") else { return nil }
    // What its header says of it.
    return unsafeBitCast(address, to: (@convention(c) () -> Int).self)()
  }

  /// Lets the sanitizer's reports of this process go to its standard error: for a process that is to run out of memory, which
  /// would be reported where nothing may be found.
  static func reportToStandardError() {
    guard let address = dlsym(nil, "__sanitizer_set_report_fd") else { return }
    // What its header says of it; the descriptor is handed over as a pointer.
    unsafeBitCast(address, to: (@convention(c) (UnsafeRawPointer?) -> Void).self)(UnsafeRawPointer(bitPattern: 2))
  }
}

/// The sanitizer asks whether it shall leave lost memory alone at the program's end. In a fork it shall: the threads that
/// hold the parent's memory do not exist there, and everything that they hold would be called lost.
@_cdecl("__lsan_is_turned_off")
func isForked() -> Int32 { mp_generation() > 0 ? 1 : 0 }
