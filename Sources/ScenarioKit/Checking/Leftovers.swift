import FoundationEssentials
import Glibc

/// What could be left behind by runs, counted.
package struct Leftovers: Hashable, Sendable, Codable {
  /// The living processes that carry the runner's mark, in whatever group or session they are.
  package var processes: [Int32]
  /// The open descriptors of this process: files, sockets, shared memory; nil where others use the process, too.
  package var descriptors: Int?
  /// The names of shared memory and semaphores on this machine, other programs' included.
  package var sharedMemory: Int

  /// Counts now.
  package static func count(markedBy runner: ScenarioRunner, isAlone: Bool = true) -> Leftovers {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: "/proc")) ?? []
    let mark = Data("\(ScenarioRunner.variable)=\(runner.mark)\0".utf8)
    let marked = names.compactMap(Int32.init).filter { process in
      // What a process got at its start; unreadable for others' processes, which are none of ours. A zombie has none.
      manager.contents(atPath: "/proc/\(process)/environ").map { contains($0, mark) } ?? false
    }
    return Leftovers(
      processes: marked.sorted(),
      // Reading the folder takes one itself.
      descriptors: isAlone ? ((try? manager.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 1) - 1 : nil,
      sharedMemory: (try? manager.contentsOfDirectory(atPath: "/dev/shm"))?.count ?? 0)
  }

  private static func contains(_ environment: Data, _ mark: Data) -> Bool {
    environment.split(separator: 0).contains { $0 == mark.dropLast() }
  }
}
