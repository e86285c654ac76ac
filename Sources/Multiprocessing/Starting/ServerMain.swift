import CMultiprocessing
import Glibc

/// A process without threads that forks workers on request: the template of a fork pool, and the fork server.
///
/// It stays single-threaded for its whole life, so what it forks may do anything. It ends when its first client closes the
/// line, or when the main process ends.
struct ServerMain {
  private struct Child {
    /// Its own until it is reaped here.
    var processID: Int32
    var client: Int32
    var id: UInt64
  }

  /// The first client; the others came over it.
  private let master: Int32
  private var clients: [Int32]
  private let main: Int32
  /// Tells of ends. A pidfd of each child would have to be watched as well, and to be closed in each that comes after it.
  private let ends: Int32
  private var children: [Child] = []

  private init(master: Int32, main: Int32, ends: Int32) {
    self.master = master
    self.main = main
    self.ends = ends
    clients = [master]
  }

  /// Serves until the end; never returns.
  static func run(master: Int32, main: Int32) -> Never {
    mp_name_worker("mp-server")
    let ends = mp_child_events()
    guard ends >= 0 else { mp_child_exit(1) }
    rehearse()
    var server = ServerMain(master: master, main: main, ends: ends)
    while true { server.step() }
  }

  /// Does once what every child begins with. The first use of a variable, a type or a function of another library looks up
  /// much: the children find it done.
  private static func rehearse() {
    ChildMain.forgetParent()
    let worker = WorkerStart(area: 0, areas: 1, initializerBytes: [])
    let bytes = ChildStart(
      name: "", identity: [1], method: .fork, process: CurrentWorld.world.process, role: .worker(worker)
    ).bytes
    mp_rehearse()
    guard let start = try? bytes.withUnsafeBytes(ChildStart.init(bytes:)) else { return }
    _ = start.makeProcessState(processID: getpid())
    ProcessEnd.run()
  }

  private mutating func step() {
    let watched = clients + [ends, main]
    var ready = [UInt8](repeating: 0, count: watched.count)
    guard mp_poll(watched, &ready, Int32(watched.count), -1) >= 0, ready.last == 0 else { mp_child_exit(0) }
    let asked = clients.indices.filter { ready[$0] != 0 }.map { clients[$0] }
    // Deaths first: a client that sees its line closed must have heard of every end.
    if ready[clients.count] != 0 { reap() }
    for client in asked { serve(client) }
  }

  private mutating func reap() {
    mp_drain_child_events(ends)
    var status: Int32 = 0
    while case let processID = mp_reap_any(&status), processID > 0 {
      guard let index = children.firstIndex(where: { $0.processID == processID }) else { continue }
      let child = children.remove(at: index)
      send(ServerMessage(.exited, id: child.id, value: status), [], to: child.client)
    }
  }

  private func send(_ message: ServerMessage, _ descriptors: [Int32], to client: Int32) {
    let bytes = message.bytes
    // A client that is gone needs no answer.
    _ = mp_send(client, bytes, bytes.count, descriptors, Int32(descriptors.count), 1)
  }

  private mutating func serve(_ client: Int32) {
    guard let received = try? ReceivedStart.receive(client, head: ServerMessage.size, wait: false),
      let message = ServerMessage(received.head)
    else {
      if client == master { mp_child_exit(0) }
      clients.removeAll { $0 == client }
      _ = mp_close(client)
      return
    }
    switch message.kind {
    case .client: clients += received.descriptors
    case .start: start(message.id, received, client)
    case .unwatched:
      // Its end is not reaped before this returns, so the number is still its own.
      for child in children where child.id == message.id && child.client == client { kill(child.processID, SIGKILL) }
    default: for number in received.descriptors { _ = mp_close(number) }
    }
  }

  /// What the next child does.
  // nonisolated(unsafe): set by the server's only thread, which waits while the one that forks reads it.
  nonisolated(unsafe) private static var leaving: (() -> Never)?

  private mutating func start(_ id: UInt64, _ received: ReceivedStart, _ client: Int32) {
    let own = getpid()
    let foreign = clients + [ends, main]
    Self.leaving = {
      for number in foreign { _ = mp_close(number) }
      ChildMain.runForked(received, server: own)
    }
    // On a thread that has run nothing: a copy of this one would keep its number, and the runtime's locks with it.
    let pid = mp_fresh_fork({ _, _ in Self.leaving?() }, 0, 0)
    let failure = mp_errno()
    Self.leaving = nil
    for number in received.descriptors { _ = mp_close(number) }
    guard pid > 0 else { return send(ServerMessage(.failed, id: id, value: failure), [], to: client) }
    let pidfd = mp_pidfd_open(pid)
    guard pidfd >= 0 else {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      return send(ServerMessage(.failed, id: id, value: -pidfd), [], to: client)
    }
    children.append(Child(processID: pid, client: client, id: id))
    send(ServerMessage(.started, id: id, value: pid), [pidfd], to: client)
    _ = mp_close(pidfd)
  }
}
