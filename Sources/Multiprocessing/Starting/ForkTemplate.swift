import CMultiprocessing
import Glibc

/// A copy of the program as it is now, without threads, from which a fork pool's workers are forked.
///
/// Forking a program with threads is not safe: whatever lock another thread holds at that moment is held in the child for
/// ever. The library's own helper threads are parked for the fork; threads of the program's own are warned about, once.
enum ForkTemplate {
  /// Forks a template; takes about as long as one fork of the program.
  static func start() throws(MultiprocessingError) -> (template: Spawner.Child, connection: ServerConnection) {
    let (parent, child) = try Descriptor.socketPair()
    let main = try MainProcess.pidfd()
    warnOfThreads()
    _ = mp_flush()
    var allParked: Int32 = 1
    let pid = mp_gated_fork(1000, &allParked, { ForkTemplate.run($0, $1) }, child.number, main.number)
    withExtendedLifetime((child, main)) {}
    guard pid > 0 else { throw System.failure(mp_errno(), "fork") }
    if allParked == 0 {
      warn("a callback of another pool was still running when the workers' template was forked")
    }
    let pidfd = mp_pidfd_open(pid)
    guard pidfd >= 0 else {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw System.failure(-pidfd, "pidfd_open")
    }
    return (
      Spawner.Child(processID: pid, pidfd: Descriptor(pidfd)), ServerConnection(parent, server: "The template of the pool")
    )
  }

  private static func run(_ socket: Int32, _ main: Int32) -> Never {
    let socket = fcntl(socket, F_DUPFD_CLOEXEC, 3)
    let main = fcntl(main, F_DUPFD_CLOEXEC, 3)
    becomeChild()
    mp_reset_signals()
    mp_detach_input()
    guard socket >= 0, main >= 0 else { mp_child_exit(1) }
    ServerMain.run(master: socket, main: main)
  }

  /// What every forked copy of the program does first.
  static func becomeChild() {
    mp_close_owned()
    SystemWorld.shared.breakLock()
    TypeName.breakLock()
    CallKind.breakLock()
    PoolEngines.breakLock()
    Trace.becomeChild()
  }

  private static let hasWarned = Guarded(false)

  static func warnOfThreads() {
    // One warning is all there is, and a program with threads would be looked at for 10 ms each time.
    if hasWarned.with({ $0 }) { return }
    let others = mp_foreign_thread_count()
    if others > 0 {
      warn(
        "the program has \(others) thread\(others == 1 ? "" : "s") besides the calling one; a fork copies only the calling "
          + "thread, and what the others hold at that moment is held for ever in the workers. "
          + "Use spawn or forkserver, or make the pool before the first thread")
    }
  }

  static func warn(_ what: String) {
    let isFirst = hasWarned.with { warned in
      defer { warned = true }
      return !warned
    }
    guard isFirst else { return }
    System.complain("warning: \(what).")
  }
}
