import CMultiprocessing
import Glibc

/// A thread of the calling process, as its name and its place in the list of threads; Python's `threading.Thread` as seen
/// from outside.
public final class ThreadIdentity: Sendable, CustomStringConvertible {
  /// The name: `MainThread`, or `Thread-N` with the thread's function in brackets, as in CPython from 3.10 on.
  ///
  /// A thread that this library did not start is `Dummy-N`.
  public let name: String

  /// Whether the process ends without waiting for this thread.
  public let isDaemon: Bool

  /// Whether the list of live threads shows it; the library's threads that serve one `await` are not shown.
  package let isListed: Bool

  /// The thread's values of `ThreadLocal` variables, by their numbers; only the thread itself touches them.
  let locals = Guarded<[UInt64: any Sendable]>([:])

  package init(name: String, isDaemon: Bool, isListed: Bool = true) {
    self.name = name
    self.isDaemon = isDaemon
    self.isListed = isListed
  }

  /// The name.
  public var description: String { name }

  /// The calling thread; Python's `threading.current_thread()`. Never blocks.
  public static var current: ThreadIdentity {
    if let pointer = mp_thread_identity() {
      return Unmanaged<ThreadIdentity>.fromOpaque(pointer).takeUnretainedValue()
    }
    let process = CurrentWorld.world.process
    if mp_thread_id() == process.identity.processID { return process.mainThread }
    let identity = process.adoptForeignThread()
    let pointer = Unmanaged.passRetained(identity).toOpaque()
    mp_set_thread_identity(pointer)
    // Kept as long as the thread lives, whose end nothing else tells; where the system has no key left, for ever.
    if let key = endOfForeignThread { pthread_setspecific(key, pointer) }
    return identity
  }

  private static let endOfForeignThread: pthread_key_t? = {
    var key = pthread_key_t()
    let result = pthread_key_create(&key) { pointer in
      guard let pointer else { return }
      // The end of one of its values may ask for the thread, which is another one by then.
      mp_set_thread_identity(nil)
      Unmanaged<ThreadIdentity>.fromOpaque(pointer).release()
    }
    return result == 0 ? key : nil
  }()

  /// The live threads of the calling process that the library knows; Python's `threading.enumerate()`.
  ///
  /// The main thread first, the others in order of their start. Threads that the program made by other means are not listed.
  public static var live: [ThreadIdentity] { CurrentWorld.world.process.liveThreads }
}
