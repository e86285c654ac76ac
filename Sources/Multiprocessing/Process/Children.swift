/// The processes that the calling one has started and that may run.
enum Children {
  private static let made = Made()
  private static let children = made.by { ProcessLocal<[ChildProcess]>([]) }

  static var all: [ChildProcess] { made.isTrue ? children.value : [] }

  static func add(_ child: ChildProcess) {
    ProcessEnd.prepare()
    children.withValue { $0.append(child) }
  }

  static func remove(_ child: ChildProcess) { children.withValue { $0.removeAll { $0 === child } } }

  /// In a forked child: its parent's children are not its own.
  static func forget() {
    guard made.isTrue else { return }
    children.storage.breakLock()
    children.storage.with { $0 = [] }
  }

  /// How long a daemon may take to end when it is asked; then it is killed.
  private static let patience: Duration = .milliseconds(500)

  /// Ends the daemons, then waits for all others.
  static func end() {
    guard made.isTrue else { return }
    let daemons = all.filter(\.isDaemon)
    // What fails here has ended.
    for child in daemons { try? child.terminate() }
    for child in daemons where (try? child.join(timeout: patience)) == false {
      try? child.kill()
      _ = try? child.join()
    }
    for child in all { _ = try? child.join() }
  }
}
