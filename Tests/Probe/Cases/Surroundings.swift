import Glibc
import Multiprocessing
import Synchronization

extension Cases {
  /// What a worker inherits, and how it lives and dies with its parent.
  static let surroundings: [Case] = [
    Case("a-worker-reads-from-nothing", "2.25, 5.15", in: Place.processes) { place in
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(StandardInput()), "/dev/null", "Standard input of a worker")
        try expectEqual(pool.apply(ReadInput()), 0, "What a worker reads from it")
      }
    },

    Case("a-worker-ignores-ctrl-c", "2.21, 8.11", in: Place.processes) { place in
      try place.withPool(1) { pool in
        let worker = try pool.apply(WhoAmI()).processID
        try expectEqual(pool.apply(SignalSelf(signal: SIGINT)), 1, "The task that sends itself an interrupt")
        kill(worker, SIGINT)
        try expectEqual(pool.apply(WhoAmI()).processID, worker, "The worker afterwards")
      }
    },

    Case("the-server-ignores-ctrl-c", "5.22, 7 forkserver_sigint", in: [.fork, .forkserver]) { place in
      try place.withPool(1, maxTasksPerChild: 1) { pool in
        _ = try pool.apply(WorkerName())
        for server in SystemState.children(of: getpid()) where SystemState.command(of: server) == "mp-server" {
          kill(server, SIGINT)
        }
        for _ in 0..<3 { _ = try pool.apply(WorkerName()) }
      }
    },

    Case("a-worker-has-default-signal-handlers", "2.29, 8.16, 5.21", in: Place.processes) { place in
      signal(SIGTERM) { _ in }
      signal(SIGUSR1, SIG_IGN)
      var blocked = sigset_t()
      sigemptyset(&blocked)
      sigaddset(&blocked, SIGUSR2)
      pthread_sigmask(SIG_BLOCK, &blocked, nil)
      let pool = try place.pool(1)
      try expectEqual(
        pool.apply(Dispositions()), ["SIGTERM default", "SIGUSR1 default", "SIGINT ignored", "SIGPIPE ignored", "none blocked"],
        "The worker's signals")
      try pool.applyAsync(Sleep(seconds: 60))
      try expectWithin(.seconds(3), "terminate") { pool.terminate() }
      // The program's own stay as they were.
      var action = sigaction()
      sigaction(SIGUSR1, nil, &action)
      try expect(action.__sigaction_handler.sa_handler != nil, "SIGUSR1 is no longer ignored here")
    },

    Case("the-user-s-sigpipe-stays", "architecture", in: Place.processes) { place in
      try place.withPool(1) { pool in
        _ = try pool.apply(Square.self, 1)
        var action = sigaction()
        sigaction(SIGPIPE, nil, &action)
        try expect(action.__sigaction_handler.sa_handler == nil, "SIGPIPE is handled or ignored in the main process")
      }
    },

    Case(
      "buffered-text-is-printed-once", "5.11, 5.17, 5.20, 7 TestNoForkBomb",
      in: Place.processes, prints: .exactly(["before the pool", "in a worker", "after"])
    ) { place in
      print("before the pool", flush: false)
      let pool = try place.pool(2, maxTasksPerChild: 1)
      try pool.apply(PrintUnflushed(text: "in a worker"))
      for _ in 0..<5 { _ = try pool.apply(Square.self, 1) }
      pool.close()
      try pool.join()
      print("after", flush: false)
    },

    Case(
      "what-a-worker-printed-is-not-lost", "4.24, 8.21", in: Place.processes,
      prints: .inAnyOrder((0..<20).map { "line \($0)" })
    ) { place in
      try place.withPool(2) { pool in
        _ = try pool.map((0..<20).map { PrintUnflushed(text: "line \($0)") }, chunkSize: 1)
        // Terminated at the end: what was printed before a result was there is out.
      }
    },

    Case("lines-of-many-workers-never-mix", "5.28, 8.21", prints: .inAnyOrder((0..<200).map { longLine($0) })) { place in
      try place.withPool(4) { pool in
        _ = try pool.map((0..<200).map { PrintFlushed(number: $0) }, chunkSize: 1)
      }
    },

    Case("the-directory-and-the-environment-are-those-of-now", "5.13, 5.14, 8.20", in: Place.processes) { place in
      setenv("PROBE_BEFORE", "before", 1)
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(ReadVariable(name: "PROBE_BEFORE")), "before", "A variable set before the first pool")
      }
      chdir("/")
      setenv("PROBE_AFTER", "after", 1)
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(WorkingDirectory()), "/", "The working directory")
        // The fork server keeps the environment of the moment when it started.
        let expected = place == .forkserver ? "" : "after"
        try expectEqual(pool.apply(ReadVariable(name: "PROBE_AFTER")), expected, "A variable set after the first pool")
        try expectEqual(pool.apply(ReadVariable(name: "SWIFT_MULTIPROCESSING_CHILD")), "", "The mark of a child")
        try expectEqual(pool.apply(ArgumentCount()), CommandLine.arguments.count, "The number of arguments")
      }
    },

    Case("a-program-started-by-a-task-is-no-worker", "architecture", in: Place.processes) { place in
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(StartProgram()), 64, "The exit status of this executable, started by a task")
      }
    },

    Case("workers-have-few-descriptors", "2.1, 8.9, 7 child_fd_inflation, 7 TestCloseFds", in: Place.processes) { place in
      let files = (0..<20).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
      defer { for file in files { close(file) } }
      try place.withPool(1) { _ in
        try place.withPool(1) { pool in
          let own = try pool.apply(OwnDescriptors())
          let pools = own.filter { $0.contains("memfd:multiprocessing") || $0.contains("pidfd") || $0.hasPrefix("socket:") }
          // Its pool's memory, and the processes that it watches: the main one, and its server.
          try expect(pools.count <= 3, "A worker holds \(own)")
          if place != .fork { try expect(own.count <= 8, "A worker holds \(own)") }
        }
      }
    },

    Case("workers-have-one-thread-and-a-watcher", "5.26", in: Place.processes) { place in
      try place.withPool(2) { pool in
        try expectEqual(pool.apply(ThreadsOfSystem()), 1, "The number of other threads of a worker")
      }
    },

    Case(
      "a-mutex-of-the-user-s-works-between-threads-of-a-worker", "5.21, 7 TestForkAwareThreadLock", in: Place.processes
    ) { place in
      // Its library is not built for the sanitizer, which does not see what that lock orders and would report every use.
      guard !Sanitizer.watchesThreads else { return }
      // The program has used one before the fork, which leaves its thread's number where the copy finds it.
      try expectEqual(CountWithMutex.count(threads: 2, steps: 1000), 2000, "The count in the main process")
      try place.withPool(2, maxTasksPerChild: 1) { pool in
        let counts = try pool.map(Array(repeating: CountWithMutex(), count: 6), chunkSize: 1)
        try expectEqual(Set(counts), [80_000], "The counts in workers")
      }
    },

    Case("a-killed-program-takes-its-workers-with-it", "2.26, issue 2", in: Place.processes) { place in
      for _ in 0..<5 {
        let program = try Helper("pool-at-work", place)
        let pids = try program.readNumbers()
        try expect(pids.count >= 3, "The helper has only \(pids)")
        kill(program.processID, SIGKILL)
        try expectEqual(program.end(), -SIGKILL, "The end of the program")
        for pid in pids {
          try expect(SystemState.awaitEnd(of: pid, within: .seconds(5)), "The process \(pid) lives on after its program")
        }
      }
    },

    Case("a-program-that-exits-at-once-takes-its-workers-with-it", "2.26, 4.15", in: Place.processes) { place in
      let program = try Helper("pool-at-work", place)
      let pids = try program.readNumbers()
      kill(program.processID, SIGTERM)
      try expectEqual(program.end(), -SIGTERM, "The end of the program")
      for pid in pids {
        try expect(SystemState.awaitEnd(of: pid, within: .seconds(5)), "The process \(pid) lives on after its program")
      }
    },

    Case("nested-workers-end-with-the-main-program", "8.15", in: Place.processes) { place in
      let program = try Helper("nested-pool-at-work", place)
      let pids = try program.readNumbers()
      kill(program.processID, SIGKILL)
      try expectEqual(program.end(), -SIGKILL, "The end of the program")
      for pid in pids {
        try expect(SystemState.awaitEnd(of: pid, within: .seconds(5)), "The process \(pid) lives on after its program")
      }
    },

    Case("a-worker-killed-in-its-nested-pool-takes-that-with-it", "8.15", in: Place.processes) { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let result = try pool.applyAsync(HoldNested(method: place.startMethod()))
          let inner = try gates.awaitArrivals(1)[0]
          guard let outer = parentOfWorker(inner, place) else { throw Failure("The inner worker has no parent.") }
          kill(outer, SIGKILL)
          try expectError(.workerDied) { try result.get(timeout: .seconds(30)) }
          try expect(SystemState.awaitEnd(of: inner, within: .seconds(5)), "The inner worker outlived its pool")
        }
      }
    },
  ]

  /// Programs that other cases start and kill: they print the ids of their workers on one line.
  static let helpers: [Case] = [
    Case("pool-left-open", prints: .exactly([])) { place in
      let pool = try place.pool(2)
      for _ in 0..<100 { try pool.applyAsync(Sleep(seconds: 10)) }
      print(SystemState.descendants(of: getpid()).map { "\($0)" }.joined(separator: " "), flush: true)
      // As a program ends that returns from main.
      exit(0)
    },

    Case("pool-at-work", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.pool(3, initializer: gates)
        for _ in 0..<2 { try pool.applyAsync(AtGate()) }
        try gates.awaitArrivals(2)
        print(SystemState.descendants(of: getpid()).map { "\($0)" }.joined(separator: " "), flush: true)
        _ = try pool.apply(AtGate())
      }
    },

    Case("nested-pool-at-work", in: Place.processes) { place in
      try Gates.with { gates in
        let pool = try place.pool(1, initializer: gates)
        try pool.applyAsync(HoldNested(method: place.startMethod()))
        try gates.awaitArrivals(1)
        print(SystemState.descendants(of: getpid()).map { "\($0)" }.joined(separator: " "), flush: true)
        _ = try pool.apply(AtGate())
      }
    },
  ]

  /// The worker that made the pool of an inner worker.
  private static func parentOfWorker(_ inner: Int32, _ place: Place) -> Int32? {
    SystemState.descendants(of: getpid()).first { SystemState.descendants(of: $0).contains(inner) && SystemState.command(of: $0) != "mp-server" }
  }

  static func longLine(_ number: Int) -> String { String(repeating: "\(number) ", count: 200) }

  static func killProcess(_ process: Int32) { kill(process, SIGKILL) }
}

/// Counts with several threads and a lock of the standard library, which knows its owner by the number of its thread.
struct CountWithMutex: PoolTask {
  func run() throws -> Int { try Self.count(threads: 4, steps: 20_000) }

  static func count(threads: Int, steps: Int) throws -> Int {
    let counter = Counter()
    let pool = try ThreadPool(processes: threads)
    defer {
      pool.close()
      try? pool.join()
    }
    let results = try (0..<threads).map { _ in
      try pool.applyAsync { for _ in 0..<steps { counter.value.withLock { $0 += 1 } } }
    }
    // The main thread counts nothing but takes part.
    while !results.allSatisfy(\.isReady) { counter.value.withLock { $0 += 0 } }
    return counter.value.withLock { $0 }
  }

  private final class Counter: Sendable {
    let value = Mutex(0)
  }
}

struct StandardInput: PoolTask {
  func run() -> String { SystemState.link("/proc/self/fd/0") ?? "nothing" }
}

struct ReadInput: PoolTask {
  func run() -> Int {
    var byte: UInt8 = 0
    return read(0, &byte, 1)
  }
}

struct SignalSelf: PoolTask {
  var signal: Int32
  func run() -> Int {
    kill(getpid(), signal)
    return 1
  }
}

struct Dispositions: PoolTask {
  func run() -> [String] {
    var texts = [("SIGTERM", SIGTERM), ("SIGUSR1", SIGUSR1), ("SIGINT", SIGINT), ("SIGPIPE", SIGPIPE)].map { name, number in
      var action = sigaction()
      sigaction(number, nil, &action)
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      return "\(name) \(handler == 0 ? "default" : handler == 1 ? "ignored" : "handled")"
    }
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &mask)
    let blocked = (1..<32).filter { sigismember(&mask, $0) == 1 }
    texts.append(blocked.isEmpty ? "none blocked" : "blocked \(blocked)")
    return texts
  }
}

struct PrintUnflushed: PoolTask {
  var text: String
  func run() { print(text, flush: false) }
}

struct PrintFlushed: PoolTask {
  var number: Int
  func run() { print(Cases.longLine(number), flush: true) }
}

struct ReadVariable: PoolTask {
  var name: String
  func run() -> String { getenv(name).map { String(cString: $0) } ?? "" }
}

struct WorkingDirectory: PoolTask {
  func run() -> String { SystemState.link("/proc/self/cwd") ?? "" }
}

struct ArgumentCount: PoolTask {
  func run() -> Int { CommandLine.arguments.count }
}

/// Starts this executable without arguments, which is an error of usage.
struct StartProgram: PoolTask {
  func run() -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let name = strdup("probe")
    defer { free(name) }
    var process: pid_t = 0
    guard posix_spawn(&process, "/proc/self/exe", &actions, nil, [name, nil], environ) == 0 else { return -1 }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return (status >> 8) & 0xff
  }
}

struct OwnDescriptors: PoolTask {
  func run() -> [String] { SystemState.descriptors().sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } }
}

struct ThreadsOfSystem: PoolTask {
  func run() -> Int { SystemState.threadCount() - 1 }
}

/// A pool in a worker whose own worker stands at the gate.
struct HoldNested: PoolTask {
  var method: StartMethod
  func run() throws {
    guard let gates = Gates.current.value else { throw Gates.Missing.noGates }
    _ = try withPool(processes: 1, initializer: gates, context: Context(method)) { try $0.apply(AtGate()) }
  }
}
