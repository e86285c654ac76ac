import PoolCore

/// A process of its own that runs one target; Python's `multiprocessing.Process`, whose name Foundation has.
///
/// Every method may be called from any thread of the process that made the object. A process that ends waits for its
/// children, but ends its daemons; one that is killed takes all of them along, which differs from CPython, where the others go
/// on. Ctrl-C is the main process's to handle. Not for a simulated scenario.
public final class ChildProcess: Sendable, CustomStringConvertible {
  /// The name: `Process-1`, in a context that names its start method `SpawnProcess-1`, in a child `Process-1:2`.
  public let name: String

  /// The place in the tree of processes.
  public let identity: [Int]

  /// Whether the process ends with its parent instead of being waited for. It may have no children of its own but pools'.
  public let isDaemon: Bool

  private let target: any ProcessTarget
  private let context: Context
  /// The process that made the object.
  private let creator: Int32

  private enum State {
    case initial
    case starting
    case started(any ProcessHandle)
    case ended(Int32, processID: Int32)
    case closed
  }
  private let state = Guarded(State.initial)

  /// A process that is not started yet; takes its number at once.
  ///
  /// - Parameters:
  ///   - target: what it runs; encoded when it starts.
  ///   - name: nil for one with its number.
  ///   - isDaemon: nil for what the calling process is.
  ///   - context: the start method; nil for the program's default.
  public init(_ target: some ProcessTarget, name: String? = nil, isDaemon: Bool? = nil, context: Context? = nil) {
    let process = CurrentWorld.world.process
    identity = process.nextChild()
    self.context = context ?? .default
    self.name = name ?? ProcessName.process(self.context.ownMethod?.name, identity: identity)
    self.isDaemon = isDaemon ?? process.identity.isDaemon
    self.target = target
    creator = process.identity.processID
  }

  /// Starts the process: 2 to 5 ms for spawn, for which the calling thread is blocked, less for the others.
  ///
  /// - Throws: `wrongState` the second time, in another process than the object's own, and in a daemon; `typeNotReachable`
  ///   for a private target; what kept the process from starting, after which it may be tried again.
  @available(*, noasync, message: "Starting a process blocks the thread.")
  public func start() throws {
    let process = CurrentWorld.world.process.identity
    guard process.processID == creator else {
      throw Self.wrong("can only start a process object created by current process")
    }
    guard !process.isDaemon else { throw Self.wrong("daemonic processes are not allowed to have children") }
    try state.with { state throws(MultiprocessingError) in
      switch state {
      case .initial: state = .starting
      case .closed: throw Self.wrong("process object is closed")
      default: throw Self.wrong("cannot start a process twice")
      }
    }
    // Whoever has ended meanwhile is reaped, as in CPython.
    _ = Self.activeChildren
    do {
      let handle = try CurrentWorld.world.startProcess(
        ProcessRequest(name: name, identity: identity, isDaemon: isDaemon, method: context.startMethod, target: target))
      state.with { $0 = .started(handle) }
      Children.add(self)
    } catch {
      state.with { $0 = .initial }
      throw error
    }
  }

  private static func wrong(_ message: String) -> MultiprocessingError { MultiprocessingError(.wrongState, message) }

  /// What refers to the process while it may run; nil once it is known to have ended.
  private func handle(or notStarted: String) throws -> (any ProcessHandle)? {
    guard CurrentWorld.world.process.identity.processID == creator else { throw Self.wrong("can only join a child process") }
    return try state.with { state throws(MultiprocessingError) in
      switch state {
      case .started(let handle): return handle
      case .ended: return nil
      case .closed: throw Self.wrong("process object is closed")
      case .initial, .starting: throw Self.wrong(notStarted)
      }
    }
  }

  // MARK: Ending

  /// Blocks until the process has ended, at most for the time-out; whether it has. Python's `join`.
  ///
  /// Zero or less does not wait.
  ///
  /// - Throws: `wrongState` before the start, after `close`, and in another process.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  @discardableResult
  public func join(timeout: Duration? = nil) throws -> Bool { try wait(sharedDeadline(timeout)) }

  /// Suspends until the process has ended, at most for the time-out; whether it has.
  @discardableResult
  public func join(timeout: Duration? = nil) async throws -> Bool {
    let deadline = sharedDeadline(timeout)
    return try await Blocking.run { try self.wait(deadline) }
  }

  private func wait(_ deadline: Duration?) throws -> Bool {
    guard let handle = try handle(or: "can only join a started process") else { return true }
    return look(handle, deadline)
  }

  private func look(_ handle: any ProcessHandle, _ deadline: Duration?) -> Bool {
    guard let status = handle.wait(until: deadline) else { return false }
    state.with { if case .started = $0 { $0 = .ended(status, processID: handle.processID) } }
    Children.remove(self)
    return true
  }

  /// Asks the process to end, by SIGTERM; Python's `terminate()`. Never blocks, and nothing happens if it has ended.
  ///
  /// - Throws: `wrongState` before the start and after `close`.
  public func terminate() throws { try handle(or: "process not started")?.signal(.terminate) }

  /// Ends the process by force, by SIGKILL; Python's `kill()`, since 3.7. Never blocks, and throws what `terminate` throws.
  public func kill() throws { try handle(or: "process not started")?.signal(.kill) }

  /// Forgets a process that has ended; Python's `close()`, since 3.7. May be called again.
  ///
  /// - Throws: `wrongState` while the process runs.
  public func close() throws {
    guard !isAlive else {
      throw Self.wrong(
        "Cannot close a process while it is still running. You should first call join() or terminate().")
    }
    state.with { $0 = .closed }
  }

  /// What refers to the process, for a wait besides `join`; nil once the end is known.
  func handleToWatch() throws -> (any ProcessHandle)? { try handle(or: "process not started") }

  // MARK: Looking

  /// Whether the process was started and has not ended; Python's `is_alive()`.
  ///
  /// Does not block; only when a server's process is seen to have ended, the server's report is waited for, 5 s at most.
  public var isAlive: Bool {
    guard case .started(let handle) = state.with({ $0 }) else { return false }
    return !look(handle, .zero)
  }

  /// How the process ended: its exit status, or the number of the signal that killed it, negated; nil before.
  ///
  /// Blocks no longer than `isAlive`.
  public var exitCode: Int32? {
    _ = isAlive
    guard case .ended(let status, _) = state.with({ $0 }) else { return nil }
    return status
  }

  /// The process id; nil before the start and after `close`. Python's `pid` and `ident`.
  public var processID: Int32? {
    switch state.with({ $0 }) {
    case .started(let handle): handle.processID
    case .ended(_, let processID): processID
    case .initial, .starting, .closed: nil
    }
  }

  /// A descriptor that can be read as soon as the process has ended, for `poll` and its like; Python's `sentinel`.
  ///
  /// Nil before the start and once the end is known. It is this object's: do not close it.
  public var sentinel: Int32? {
    guard case .started(let handle) = state.with({ $0 }) else { return nil }
    return handle.sentinel
  }

  /// The processes that the calling one has started and that run. Python's `active_children()`, without the workers of pools.
  ///
  /// Those that have ended are reaped. Blocks no longer than `isAlive`.
  public static var activeChildren: [ChildProcess] { Children.all.filter(\.isAlive) }

  /// As Python writes it: `<SpawnProcess name='SpawnProcess-1' pid=7 parent=6 started daemon>`.
  public var description: String {
    _ = isAlive
    var words = ["<\(context.ownMethod?.name.processPrefix ?? "")Process name='\(name)'"]
    if let processID { words.append("pid=\(processID)") }
    words.append("parent=\(creator)")
    switch state.with({ $0 }) {
    case .initial, .starting: words.append("initial")
    case .started: words.append("started")
    case .ended(let status, _): words.append("stopped exitcode=\(Signal.text(exitCode: status))")
    case .closed: words.append("closed")
    }
    if isDaemon { words.append("daemon") }
    return words.joined(separator: " ") + ">"
  }
}
