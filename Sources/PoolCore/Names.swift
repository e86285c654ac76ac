/// The place of a process in the tree of processes: `[6, 1]` is the first child of the sixth child of main.
///
/// One counter a process numbers every child *created*, pool workers and others together; in a child it starts at 1
/// again and the child's identity goes before it (CPython, all versions).
package struct ProcessNumbering: Hashable, Sendable {
  /// The identity of the process that counts; empty in the main process.
  package var parent: [Int]

  /// How many children it has created.
  package private(set) var created = 0

  package init(parent: [Int] = []) { self.parent = parent }

  /// The identity of the next child.
  package mutating func next() -> [Int] {
    created += 1
    return parent + [created]
  }
}

/// The names of processes.
package enum ProcessName {
  package static let main = "MainProcess"

  /// `SpawnPoolWorker-1`, in a child `SpawnPoolWorker-6:1`.
  package static func worker(_ method: StartMethodName, identity: [Int]) -> String {
    "\(method.processPrefix)PoolWorker-\(text(identity))"
  }

  /// `ForkProcess-1`; without a method, for a process of the default context, `Process-1`.
  package static func process(_ method: StartMethodName?, identity: [Int]) -> String {
    "\(method?.processPrefix ?? "")Process-\(text(identity))"
  }

  private static func text(_ identity: [Int]) -> String {
    // By hand: this names every worker, and the general way looks a few types up when it is first used.
    var text = ""
    for number in identity {
      if !text.isEmpty { text += ":" }
      text += number.description
    }
    return text
  }
}

/// The names of threads, and the one counter a process that numbers those without a name of their own.
package struct ThreadNumbering: Hashable, Sendable {
  package static let main = "MainThread"

  /// How many threads have been created without a name.
  package var created: Int

  package init(created: Int = 0) { self.created = created }

  /// The next default name: `Thread-1`, from 3.10 on `Thread-1 (function)` for a thread that has one.
  package mutating func next(function: String?, profile: Profile) -> String {
    created += 1
    guard profile.threadNamesCarryFunction, let function else { return "Thread-\(created)" }
    return "Thread-\(created) (\(function))"
  }

  /// The number in a default name; nil for any other name.
  package static func number(in name: String) -> Int? {
    let prefix = "Thread-"
    guard name.hasPrefix(prefix) else { return nil }
    return Int(name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber })
  }
}

/// The functions of a pool's threads, by the names that CPython's thread list shows.
package enum HelperRole: String, Hashable, Sendable, CaseIterable {
  /// Keeps the workers.
  case workerHandler = "_handle_workers"
  /// Sends tasks.
  case taskHandler = "_handle_tasks"
  /// Handles results.
  case resultHandler = "_handle_results"

  /// The function of a thread pool's worker.
  package static let worker = "worker"
}
