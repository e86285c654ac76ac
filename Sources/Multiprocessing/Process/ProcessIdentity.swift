import Glibc
import PoolCore

/// A process, as its name and its place in the tree of processes; what Python's `current_process()` and
/// `parent_process()` tell.
public struct ProcessIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The name: `MainProcess`, or for a worker of a pool `SpawnPoolWorker-1` and the like.
  public let name: String

  /// The place in the tree: empty for the main process, `[6, 1]` for the first child of its sixth child.
  public let identity: [Int]

  /// The process id.
  public let processID: Int32

  /// Whether the process ends with its parent instead of being waited for; true for workers of a pool.
  public let isDaemon: Bool

  /// The parent as it was when this process was created; nil in the main process. Python's `parent_process()`, since 3.8.
  public var parent: ProcessIdentity? { parents.first }

  private let parents: [ProcessIdentity]

  package init(name: String, identity: [Int], processID: Int32, isDaemon: Bool, parent: ProcessIdentity?) {
    self.name = name
    self.identity = identity
    self.processID = processID
    self.isDaemon = isDaemon
    parents = parent.map { [$0] } ?? []
  }

  static func main() -> ProcessIdentity {
    ProcessIdentity(name: ProcessName.main, identity: [], processID: getpid(), isDaemon: false, parent: nil)
  }

  /// The calling process; Python's `current_process()`. In a worker of a ThreadPool it is the process that made the pool.
  public static var current: ProcessIdentity { CurrentWorld.world.process.identity }

  /// The name.
  public var description: String { name }
}
