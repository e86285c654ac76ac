import CMultiprocessing
import Glibc
import Multiprocessing

extension SwiftClaims {
  // MARK: Threads, sharing, helpers, start methods

  static let otherChecks: [String: Check] = [
    "T1": {
      // The methods are inherited: what compiles for a Pool compiles for a ThreadPool.
      let pool: Pool = try ThreadPool(processes: 2)
      let squares = try pool.map(SquareItem.self, 0..<4)
      let stream = try pool.imap(SquareItem.self, 0..<3).collect()
      let sums = try pool.starmap(AddTwo.self, [(1, 2)])
      pool.terminate()
      return outcome(
        squares == [0, 1, 4, 9] && stream == [0, 1, 4] && sums == [3],
        "a subclass, used through its superclass; its initializer takes neither maxTasksPerChild nor context")
    },
    "T2": {
      let seen = try withThreadPool(processes: 2, initializer: KeepThreadName()) { pool in
        try pool.map(ThreadNames.self, 0..<8, chunkSize: 1)
      }
      let names = Set(seen.map { $0[1] }).sorted()
      let same = seen.allSatisfy { $0[0] == $0[1] }
      return outcome(
        same && Set(names).isSubset(of: ["Thread-1", "Thread-2"]),
        "threads named \(names.joined(separator: ", "))\(same ? "" : ", not the initializer's")")
    },
    "T3": {
      let seen = try withThreadPool(processes: 2, initializer: SetState(value: 5)) { pool in
        try pool.map(AddState.self, 0..<8, chunkSize: 1)
      }
      return outcome(seen == (0..<8).map { $0 + 5 }, "all of 8 tasks saw the global that the initializer set")
    },
    "S1": {
      let events = try SimpleQueue<Event>()
      return try withPool(processes: 3, initializer: Announce(events: events, values: [])) { pool in
        try pool.mapAsync(AnnounceTask.self, 0..<20, chunkSize: 1)
        var tasks = 0
        var all = 0
        while tasks < 20, all < 23 {
          tasks += try events.get().kind == "task" ? 1 : 0
          all += 1
        }
        return outcome(tasks == 20, "\(tasks) values of 20 came through")
      }
    },
    "S2": {
      let events = try SimpleQueue<Event>()
      return try withPool(processes: 1, initializer: Announce(events: events, values: [])) { pool in
        _ = try events.get()
        let start = ContinuousClock.now
        try pool.applyAsync(AnnounceLater.self, 300)
        let kind = try events.get().kind
        let waited = ContinuousClock.now - start
        return outcome(
          kind == "late" && waited >= .milliseconds(250), "get waited until the value was put, 0.3 s later")
      }
    },
    "S3": {
      let gates = try (0..<3).map { _ in try Multiprocessing.Event() }
      return try withPool(processes: 3, initializer: KeepGates(gates: gates)) { pool in
        let outputs = try pool.imapUnordered(PassGate.self, [2, 0, 1])
        var order: [Int] = []
        for gate in gates {
          gate.set()
          if let output = try outputs.next() { order.append(output) }
        }
        return outcome(order == [0, 1, 2], "tasks 2, 0 and 1, each let go once the one before it is back, came back as \(order)")
      }
    },
    "S4": {
      let result = try withPool(processes: 1) { pool in
        _ = try pool.apply(SquareItem.self, 1)
        return try pool.applyAsync(Nap.self, 5000)
      }
      do {
        return outcome(try result.get(timeout: .seconds(10)) == 5000, "the task that was under way was finished")
      } catch let error as MultiprocessingError {
        return outcome(false, "the task that was under way at the end of the block was dropped: \(error.code)")
      }
    },
    "S5": {
      let seen = try withPool(processes: 1, initializer: SetState(value: 7)) { pool in try pool.apply(AddState.self, 0)
      }
      return outcome(seen == 7, "a task read \(seen); a Swift function declares no global that it uses")
    },
    "S6": {
      try withThreadPool(processes: 1) { pool in
        let inner = try pool.applyAsync { try pool.applyAsync(SquareItem.self, 2).get(timeout: .milliseconds(300)) }
        do {
          _ = try inner.get(timeout: .seconds(20))
          return outcome(false, "a task waited for a task behind it and got its result")
        } catch let error as MultiprocessingError {
          let ended = error.code == .timeout || error.code == .wouldDeadlock || error.code == .taskFailed
          return outcome(ended, "a wait for oneself only ended by \(error.code)")
        }
      }
    },
    "S7": { ClaimFinding(.absent, "this package has no ProcessPoolExecutor; Pool has the initializer") },
    "H1": {
      let live = try withPool(processes: 2) { _ in ThreadIdentity.live.map(\.name) }
      let helpers = live.dropFirst().map { $0 }
      let bare = helpers.map { String($0.prefix { $0 != " " }) }
      return outcome(
        live.first == "MainThread" && bare == ["Thread-1", "Thread-2", "Thread-3"],
        "besides the main thread: \(helpers.joined(separator: ", "))")
    },
    "H2": {
      let size = try withPool { $0.processes }
      let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
      return outcome(
        size == processors, "\(size) workers on \(processors) logical CPUs of which \(mp_usable_processors()) are allowed")
    },
    "H3": {
      let gate = try Multiprocessing.Event()
      return try withPool(processes: 1, initializer: KeepGates(gates: [gate])) { pool in
        let result = try pool.applyAsync(PassGate.self, 0)
        let before = result.isReady
        gate.set()
        result.wait()
        return outcome(!before && result.isReady, "ready was \(before) before wait and \(result.isReady) after")
      }
    },
    "M1": {
      ProgramState.initial.value = 1
      var seen: [String] = []
      for method in [StartMethod.fork, .spawn, .forkserver] {
        let value = try withPool(processes: 1, context: Context(method)) { try $0.apply(AddState.self, 0) }
        seen.append("\(value == 1 ? "changed" : "initial") under \(method)")
      }
      return outcome(
        seen == ["changed under fork", "initial under spawn", "initial under forkserver"],
        "a global that main changed is, in a worker: \(seen.joined(separator: ", "))")
    },
    "M2": {
      let method = StartMethod.current
      return outcome(method == .fork, "the default on Linux is \(method)")
    },
    "M3": {
      let methods = StartMethod.supported
      return outcome(
        Set(methods) == Set(StartMethod.allCases),
        "offered on Linux: \(methods.map(\.rawValue).joined(separator: ", "))")
    },
    "M4": {
      let seen = try reports { method in try StartMethod.setDefault(method, force: true) }
      let expected = StartMethod.allCases.map { "\($0) and \($0)" }
      return outcome(seen == expected, "main and worker reported \(seen.joined(separator: ", "))")
    },
    "M5": {
      let pools = try StartMethod.allCases.map { try Context($0).pool(processes: 1) }
      defer { pools.forEach { $0.terminate() } }
      let seen = try pools.map { try $0.apply(MethodName.self, 0) }
      return outcome(
        seen == StartMethod.allCases.map(\.rawValue), "three pools at once reported \(seen.joined(separator: ", "))")
    },
    "M6": {
      let seen = try reports { method in try StartMethod.setDefault(method, force: true) }
      let workers = seen.map { String($0.split(separator: " ").last ?? "") }
      return outcome(
        workers == StartMethod.allCases.map(\.rawValue),
        "with those defaults, workers reported \(workers.joined(separator: ", "))")
    },
    "M7": {
      try StartMethod.setDefault(.spawn, force: true)
      let worker = try withPool(processes: 1, context: Context(.fork)) { try $0.apply(MethodName.self, 0) }
      return outcome(
        StartMethod.current == .spawn && worker == "fork",
        "main reported \(StartMethod.current) and the worker \(worker)")
    },
    "M8": {
      var best: [StartMethod: Duration] = [:]
      for method in StartMethod.allCases {
        for _ in 0..<5 {
          let start = ContinuousClock.now
          try withPool(processes: 1, context: Context(method)) { pool in
            _ = try pool.apply(SquareItem.self, 1)
            best[method] = min(best[method] ?? .seconds(1000), ContinuousClock.now - start)
          }
        }
      }
      let order = best.sorted { $0.value < $1.value }
      let times = order.map { "\($0.key) \($0.value.components.attoseconds / 1_000_000_000_000_000) ms" }
      return ClaimFinding(
        order.first?.key == .fork ? .measured : .refuted, "first result after \(times.joined(separator: ", "))")
    },
  ]

  /// What main and a worker of a pool without context report after each way of setting the default.
  private static func reports(_ set: (StartMethod) throws -> Void) throws -> [String] {
    try StartMethod.allCases.map { method in
      try set(method)
      return try withPool(processes: 1) { "\(StartMethod.current) and \(try $0.apply(MethodName.self, 0))" }
    }
  }
}
