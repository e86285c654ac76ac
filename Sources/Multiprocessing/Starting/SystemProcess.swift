import CMultiprocessing
import Glibc

/// A real process of its own.
final class SystemProcess: ProcessHandle {
  private let child: Spawner.Child

  fileprivate struct State {
    var status: Int32?
    /// The line to the server that forked it and reports its end; nil where it is this process's own child.
    var connection: ServerConnection?
  }
  private let state: Guarded<State>

  /// How long the report of a server is waited for: a busy machine must not make one up.
  private static let patience: Duration = .seconds(5)

  var processID: Int32 { child.processID }
  var sentinel: Int32 { child.pidfd.number }

  init(_ request: ProcessRequest) throws {
    let target = try EncodedInitializer(request.target)
    var start = ChildStart(
      name: request.name, identity: request.identity, method: request.method, process: CurrentWorld.world.process,
      role: .process(ProcessStart(target: target.name, targetBytes: target.bytes)))
    start.isDaemon = request.isDaemon
    // What is in a buffer now would be printed by the child as well, or out of order with what it prints.
    _ = mp_flush()
    var connection: ServerConnection?
    switch request.method {
    case .spawn: child = try Spawner.start(start, target.descriptors, control: Descriptor.socketPair())
    case .fork:
      start.threadsCreated = CurrentWorld.world.process.threadsCreated
      start.mainThread = ThreadIdentity.current.name
      child = try Self.fork(start, target.descriptors)
    case .forkserver:
      start.workingDirectory = Self.workingDirectory()
      let server = try ForkServer.connect()
      child = try server.start(id: 0, start, target.descriptors)
      connection = server
    }
    state = Guarded(State(connection: connection))
  }

  static func workingDirectory() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  // MARK: Forking

  /// What comes before the start: nothing that matters, for the child of a fork knows who sent it.
  static let head: [UInt8] = [0]

  /// Forks the program as it is now; see `ForkTemplate` for what makes that safe.
  private static func fork(_ start: ChildStart, _ descriptors: [Descriptor]) throws -> Spawner.Child {
    let (parent, child) = try Descriptor.socketPair()
    // In the socket before the child exists.
    try StartMessage(start, descriptors).send(Self.head, over: parent)
    ForkTemplate.warnOfThreads()
    var allParked: Int32 = 1
    let pid = mp_gated_fork(1000, &allParked, { socket, _ in SystemProcess.runForked(socket) }, child.number, -1)
    withExtendedLifetime((parent, child)) {}
    guard pid > 0 else { throw System.failure(mp_errno(), "fork") }
    if allParked == 0 { ForkTemplate.warn("a callback of a pool was still running when a process was forked") }
    let pidfd = mp_pidfd_open(pid)
    guard pidfd >= 0 else {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw System.failure(-pidfd, "pidfd_open")
    }
    return Spawner.Child(processID: pid, pidfd: Descriptor(pidfd))
  }

  private static func runForked(_ socket: Int32) -> Never {
    let socket = fcntl(socket, F_DUPFD_CLOEXEC, 3)
    ForkTemplate.becomeChild()
    guard socket >= 0 else { mp_child_exit(1) }
    ChildMain.runForked(socket)
  }

  // MARK: Ending

  func signal(_ signal: Signal) { child.pidfd.use { _ = mp_pidfd_signal($0, signal.number) } }

  func wait(until deadline: Duration?) -> Int32? {
    if let status = state.with({ $0.status }) { return status }
    let hasEnded = child.pidfd.use { number in
      var number = number
      var ready: UInt8 = 0
      return mp_poll(&number, &ready, 1, System.deadline(at: deadline)) > 0
    }
    guard hasEnded else { return nil }
    let limit = System.deadline(after: Self.patience)
    while true {
      let (status, line) = state.with { ($0.collect(child), $0.connection?.isClosed == false ? $0.connection?.socket : nil) }
      if let status { return status }
      // A server reports a moment later how its child ended. Nobody can say any more if it is gone or stopped.
      var ready: UInt8 = 0
      let isReported = line?.use { number in
        var number = number
        return mp_poll(&number, &ready, 1, limit) > 0
      }
      if isReported != true { return state.with { $0.collect(child) ?? $0.settle(-SIGKILL) } }
    }
  }
}

extension SystemProcess.State {
  /// How the process ended, if that can be told now. It has ended.
  fileprivate mutating func collect(_ child: Spawner.Child) -> Int32? {
    if let status { return status }
    if let connection { return connection.takeExits().first.map { settle($0.value) } }
    var status: Int32 = 0
    return child.pidfd.use { mp_pidfd_reap($0, &status, 1) } == 1 ? settle(status) : nil
  }

  fileprivate mutating func settle(_ status: Int32) -> Int32 {
    self.status = status
    connection = nil
    return status
  }
}
