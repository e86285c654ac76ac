import CMultiprocessing
import Glibc

/// What a process does before it ends: it waits for its threads, ends its daemons, waits for its other children, and sends what
/// its queues hold.
enum ProcessEnd {
  private static let isPrepared = ProcessLocal(false)

  /// Makes the end of the main process, through `exit` or the return of `main`, do what it must. Children see to it
  /// themselves.
  static func prepare() {
    guard ProcessIdentity.current.identity.isEmpty else { return }
    let isFirst = isPrepared.withValue { prepared in
      defer { prepared = true }
      return !prepared
    }
    // A forked child has the handler too; it ends without running any.
    if isFirst, CurrentWorld.world is SystemWorld { atexit { ProcessEnd.run() } }
  }

  /// Does it, in the calling thread; may block.
  static func run() {
    RunningThreads.joinAll()
    Children.end()
    RunningFeeders.joinAll()
  }
}
