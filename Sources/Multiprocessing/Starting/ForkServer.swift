import CMultiprocessing
import Glibc

/// The program's one fork server: a fresh copy of the program without threads, started when it is first needed.
///
/// It knows nothing of what the program did since; the environment is that of the moment when it started. It ends with the
/// program, and is started anew if it died.
enum ForkServer {
  private struct Running: Sendable {
    var child: Spawner.Child
    var master: ServerConnection
  }
  private static let made = Made()
  private static let running = made.by { Guarded<Running?>(nil) }

  /// A line of a pool's own to the server.
  static func connect() throws(MultiprocessingError) -> ServerConnection {
    try running.with { server throws(MultiprocessingError) -> ServerConnection in
      let (parent, child) = try Descriptor.socketPair()
      if let server {
        do throws(MultiprocessingError) {
          try server.master.send(client: child)
          return ServerConnection(parent, server: "The fork server")
        } catch {
          // It died; the next one takes its place.
          var status: Int32 = 0
          server.child.pidfd.use { _ = mp_pidfd_reap($0, &status, 1) }
        }
      }
      server = nil
      let started = try launch()
      server = started
      try started.master.send(client: child)
      return ServerConnection(parent, server: "The fork server")
    }
  }

  private static func launch() throws(MultiprocessingError) -> Running {
    let process = CurrentWorld.world.process
    let ends = try Descriptor.socketPair()
    let start = ChildStart(
      name: "ForkServer", identity: process.identity.identity, method: .forkserver, process: process, role: .server)
    let child = try Spawner.start(start, [], control: (parent: ends.0, child: ends.1))
    return Running(child: child, master: ServerConnection(ends.0, server: "The fork server"))
  }

  /// The process id of the server; nil if none runs.
  package static var processID: Int32? { running.with { $0?.child.processID } }

  /// In a child: the parent's server is not its own.
  static func forget() {
    guard made.isTrue else { return }
    running.breakLock()
    running.with { $0 = nil }
  }
}
