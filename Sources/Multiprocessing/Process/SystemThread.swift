import CMultiprocessing

/// Starting real threads.
enum SystemThread {
  private final class Start {
    let identity: ThreadIdentity
    let process: ProcessState
    let body: @Sendable () -> Void

    init(identity: ThreadIdentity, process: ProcessState, body: @escaping @Sendable () -> Void) {
      self.identity = identity
      self.process = process
      self.body = body
    }
  }

  /// Starts a detached thread; it is listed from before this call returns until its body has returned.
  static func start(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws {
    let process = SystemWorld.shared.process
    let start = Unmanaged.passRetained(Start(identity: identity, process: process, body: body))
    process.add(identity)
    let result = mp_start_thread({ SystemThread.run($0) }, start.toOpaque())
    guard result == 0 else {
      process.remove(identity)
      start.release()
      throw System.failure(-result, "Starting the thread \(identity.name)")
    }
  }

  private static func run(_ argument: UnsafeMutableRawPointer?) {
    guard let argument else { return }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    mp_set_thread_identity(Unmanaged.passUnretained(start.identity).toOpaque())
    mp_name_thread(String(start.identity.name.prefix(15)))
    start.body()
    start.process.remove(start.identity)
    mp_set_thread_identity(nil)
  }
}
