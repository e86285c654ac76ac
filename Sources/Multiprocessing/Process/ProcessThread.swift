import CMultiprocessing
import Glibc

/// A thread of the calling process that the end of the process waits for, unless it is a daemon; Python's `threading.Thread`.
///
/// A process that is about to end, the main one included, first waits for these threads to return. Threads made by other means
/// it knows nothing of: they end with it.
///
/// ```swift
/// let thread = ProcessThread { print("in a thread", flush: true) }
/// try thread.start()
/// try thread.join()
/// ```
public final class ProcessThread: Sendable {
  /// The thread's name: `Thread-N` unless it was given one. One counter numbers all threads of a process.
  public var name: String { identity.name }

  /// Whether the process ends without waiting for it.
  public var isDaemon: Bool { identity.isDaemon }

  private let identity: ThreadIdentity
  private let body: @Sendable () throws -> Void

  private struct State {
    var hasStarted = false
    var hasEnded = false
    var waiters: [Waiter] = []
  }
  private let state = Guarded(State())

  /// Makes a thread that does not run yet.
  ///
  /// - Parameters:
  ///   - name: its name; nil for the next number.
  ///   - isDaemon: whether the process ends without waiting for it; nil for what the calling thread is.
  ///   - body: what it runs. What it throws is printed to standard error, and ends the thread only.
  public init(name: String? = nil, isDaemon: Bool? = nil, _ body: @escaping @Sendable () throws -> Void) {
    identity = ThreadIdentity(
      name: name ?? CurrentWorld.world.process.nextThreadName(function: nil),
      isDaemon: isDaemon ?? ThreadIdentity.current.isDaemon)
    self.body = body
  }

  /// Starts the thread. Never waits for it.
  ///
  /// - Throws: `wrongState` if it was started before, Python's RuntimeError; what kept it from starting.
  public func start() throws {
    let isFirst = state.with { state in
      defer { state.hasStarted = true }
      return !state.hasStarted
    }
    guard isFirst else { throw MultiprocessingError(.wrongState, "threads can only be started once") }
    if !isDaemon { RunningThreads.add(self) }
    do {
      try CurrentWorld.world.startThread(identity) { [self] in
        do { try body() } catch { complain(error) }
        end()
      }
    } catch {
      end()
      throw error
    }
  }

  /// Whether it runs: it was started and has not returned.
  public var isAlive: Bool { state.with { $0.hasStarted && !$0.hasEnded } }

  /// Blocks until the thread has returned, at most for the time-out; whether it has.
  ///
  /// - Throws: `wrongState` before it was started; `wouldDeadlock` in the thread itself. Both are Python's RuntimeError.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  @discardableResult
  public func join(timeout: Duration? = nil) throws -> Bool {
    try checkJoinable()
    return wait(until: sharedDeadline(timeout))
  }

  /// The same without blocking a thread.
  public func join() async throws {
    try checkJoinable()
    await withCheckedContinuation { continuation in
      if !add(.task(continuation)) { continuation.resume() }
    }
  }

  private func checkJoinable() throws {
    guard state.with({ $0.hasStarted }) else {
      throw MultiprocessingError(.wrongState, "cannot join thread before it is started")
    }
    guard ThreadIdentity.current !== identity else {
      throw MultiprocessingError(.wouldDeadlock, "cannot join current thread")
    }
  }

  /// For the end of the process; the thread that ends it does not wait for itself.
  fileprivate func joinAtEnd() { if ThreadIdentity.current !== identity { _ = wait(until: nil) } }

  private func wait(until deadline: Duration?) -> Bool {
    let parker = CurrentWorld.world.makeParker()
    guard add(.thread(parker)) else { return true }
    return parker.park(until: deadline) || state.with { $0.hasEnded }
  }

  private func add(_ waiter: Waiter) -> Bool {
    state.with { state in
      guard !state.hasEnded else { return false }
      state.waiters.append(waiter)
      return true
    }
  }

  private func end() {
    RunningThreads.remove(self)
    let waiters = state.with { state in
      state.hasEnded = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.wake() }
  }

  private func complain(_ error: any Error) {
    System.complain("Exception in thread \(name): \(error)")
  }
}

/// The threads for which the end of the calling process waits.
enum RunningThreads {
  private static let made = Made()
  private static let threads = made.by { ProcessLocal<[ProcessThread]>([]) }

  static func add(_ thread: ProcessThread) {
    ProcessEnd.prepare()
    threads.withValue { $0.append(thread) }
  }

  static func remove(_ thread: ProcessThread) { threads.withValue { $0.removeAll { $0 === thread } } }

  /// In a forked child: its parent's threads are not its own.
  static func forget() {
    guard made.isTrue else { return }
    threads.storage.breakLock()
    threads.storage.with { $0 = [] }
  }

  /// Waits until none is left; they may start others meanwhile.
  static func joinAll() {
    guard made.isTrue else { return }
    var joined: [ProcessThread] = []
    while let next = threads.value.first(where: { thread in !joined.contains { $0 === thread } }) {
      next.joinAtEnd()
      joined.append(next)
    }
  }
}
