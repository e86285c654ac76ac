import CMultiprocessing
import Glibc

/// The process that children of every kind watch: when it ends, they end.
enum MainProcess {
  private static let descriptor = Guarded<Descriptor?>(nil)

  /// A pidfd of the calling process for its children, opened once.
  static func pidfd() throws(MultiprocessingError) -> Descriptor {
    try descriptor.with { held throws(MultiprocessingError) -> Descriptor in
      if let held { return held }
      let made = Descriptor(try System.check(mp_pidfd_open(getpid()), "pidfd_open"))
      held = made
      return made
    }
  }

  /// In a child: its own children will watch it, not its parent.
  static func forget() {
    descriptor.breakLock()
    descriptor.with { $0 = nil }
  }
}
