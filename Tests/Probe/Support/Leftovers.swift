import Glibc
import Multiprocessing

/// What a process had open before a case, against what it has afterwards.
struct Leftovers {
  private static let schedule = "memfd:multiprocessing-gate"

  private let before = SystemState.descriptors()

  /// Fails unless nothing is left of the case: no process, descriptor, memory or thread.
  ///
  /// What stays by design: one pidfd of the process itself, which its children watch; of the fork server its socket, its
  /// pidfd, and the server, which has no children; and the memory of the schedule that the process keeps to.
  func check(isAsync: Bool) throws {
    var found: [String] = []
    // A thread leaves the system's list a moment after it has told that it ends, and a pool that nobody refers to any more
    // is not waited for.
    let isClean = eventually(within: .seconds(3)) {
      found = remains(isAsync)
      return found.isEmpty
    }
    if !isClean { throw Failure("Left behind: " + found.joined(separator: "; ")) }
  }

  private func remains(_ isAsync: Bool) -> [String] {
    var found: [String] = []
    let children = SystemState.children(of: getpid())
    let servers = children.filter { SystemState.command(of: $0) == "mp-server" && SystemState.isRunning($0) }
    for child in children where !servers.contains(child) {
      found.append("the child \(child) (\(SystemState.command(of: child)))")
    }
    if servers.count > 1 { found.append("\(servers.count) servers") }
    for worker in servers.flatMap({ SystemState.children(of: $0) }) {
      found.append("the server's child \(worker) (\(SystemState.command(of: worker)))")
    }

    let new = SystemState.descriptors().filter { before[$0.key] == nil && !(isAsync && Self.isRuntimes($0.value)) }
    let pidfds = new.filter { $0.value.contains("pidfd") }
    let sockets = new.filter { $0.value.hasPrefix("socket:") }
    if pidfds.count > 1 + servers.count { found.append("\(pidfds.count) pidfds") }
    if sockets.count > servers.count { found.append("\(sockets.count) sockets") }
    let schedules = new.filter { $0.value.contains(Self.schedule) }
    if schedules.count > 1 { found.append("\(schedules.count) schedules") }
    for (number, target) in new
    where !target.contains("pidfd") && !target.hasPrefix("socket:") && !target.contains(Self.schedule) {
      found.append("descriptor \(number) (\(target))")
    }
    let mappings = SystemState.poolMappings()
    let ofSchedules = mappings.count { $0.contains(Self.schedule) }
    if ofSchedules != schedules.count { found.append("\(ofSchedules) mappings of schedules") }
    found += mappings.filter { !$0.contains(Self.schedule) }.map { "mapping \($0)" }

    let threads = ThreadIdentity.live.map(\.name)
    if threads != ["MainThread"] { found.append("the threads \(threads)") }
    // Swift's concurrency keeps its threads.
    if !isAsync, SystemState.threadCount() != 1 { found.append("\(SystemState.threadCount()) threads of the system") }
    return found
  }

  /// Whether it belongs to the dispatcher of Swift's concurrency, which keeps it.
  private static func isRuntimes(_ target: String) -> Bool {
    target.contains("[eventpoll]") || target.contains("[eventfd]") || target.contains("[timerfd]")
  }
}
