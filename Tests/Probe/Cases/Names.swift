import Glibc
import Multiprocessing
import PoolCore

extension Cases {
  /// Names of threads and processes.
  static let names: [Case] = [
    Case("helper-threads-have-the-documented-names", "1.17, 1.22, 1.23, 1.25, 1.27, H1") { place in
      let settings = CurrentWorld.world.process.settings
      let helpers = ["_handle_workers", "_handle_tasks", "_handle_results"]
      let functions = place == .thread ? ["worker", "worker"] + helpers : helpers
      var number = 0
      for profile in [Profile.document, .cpython(minor: 9), .cpython(minor: 10), .host] {
        settings.with { $0.profile = profile }
        let names = functions.map { function -> String in
          number += 1
          return profile.threadNamesCarryFunction ? "Thread-\(number) (\(function))" : "Thread-\(number)"
        }
        try place.withPool(2) { _ in
          try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread"] + names, "The threads under \(profile.name)")
          try expectEqual(
            ThreadIdentity.live.map(\.isDaemon), [false] + functions.map { _ in true }, "Which threads are daemons")
        }
        // 1.26: none is left.
        try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread"], "The threads afterwards")
      }
    },

    Case("closing-and-joining-leaves-the-main-thread-only", "1.20, 1.26, 4.8") { place in
      let pool = try place.pool(3)
      try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "The squares")
      pool.close()
      try pool.join()
      try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread"], "The threads after join")
      let servers = place == .forkserver ? 1 : 0
      try expectEqual(SystemState.descendants(of: getpid()).count, servers, "The processes after join")
    },

    Case("one-counter-numbers-the-threads-of-all-pools", "1.24") { place in
      try place.withPool(1) { _ in
        try withThreadPool(processes: 2) { pool in
          let names = ThreadIdentity.live.map(\.name).suffix(5)
          let first = place == .thread ? 5 : 4
          let functions = ["worker", "worker", "_handle_workers", "_handle_tasks", "_handle_results"]
          try expectEqual(
            Array(names), functions.enumerated().map { "Thread-\(first + $0.offset) (\($0.element))" }, "The second pool")
          pool.close()
          try pool.join()
        }
      }
    },

    Case("worker-threads-are-told-apart-by-their-names", "1.34, 1.38, T2", in: [.thread]) { _ in
      CurrentWorld.world.process.settings.with { $0.profile = .document }
      try Gates.with { gates in
        let pool = try ThreadPool(processes: 2, initializer: gates)
        let tasks = try (0..<2).map { _ in
          try pool.applyAsync { () throws -> WhoAmI.Answer in
            _ = try AtGate().run()
            return WhoAmI.answer
          }
        }
        try gates.awaitArrivals(2)
        try gates.open(2)
        let answers = try tasks.map { try $0.get() }
        try expectEqual(Set(answers.map(\.thread)), ["Thread-1", "Thread-2"], "The threads of the workers")
        try expectEqual(Set(answers.map(\.process)), ["MainProcess"], "The process of the workers")
        try expectEqual(Set(answers.map(\.processID)), [getpid()], "The process id of the workers")
        pool.close()
        try pool.join()
      }
    },

    Case(
      "worker-processes-tell-who-they-are", "1.28, 1.32, 1.33, 1.35, 1.36, 5.7, 5.26, 7 parent_process_attributes",
      in: Place.processes
    ) { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          let tasks = try (0..<2).map { _ in try pool.applyAsync(WhoIsAtGate()) }
          let pids = try gates.awaitArrivals(2)
          try gates.open(2)
          let answers = try tasks.map { try $0.get() }
          for answer in answers {
            let number = answer.identity.first ?? 0
            try expectEqual(answer.process, "\(place.workerPrefix)-\(number)", "The worker's name")
            try expectEqual(answer.identity, [number], "The worker's identity")
            try expect(answer.isDaemon, "The worker is no daemon")
            try expectEqual(answer.parent, "MainProcess", "The parent's name")
            try expectEqual(answer.parentIdentity, [], "The parent's identity")
            try expectEqual(answer.parentProcessID, getpid(), "The parent's process id")
            try expectEqual(answer.thread, "MainThread", "The worker's thread")
            try expectEqual(answer.threads, ["MainThread"], "The worker's live threads")
            try expectEqual(answer.method, place.rawValue, "The worker's start method")
          }
          try expectEqual(Set(answers.map(\.identity)), [[1], [2]], "The numbers")
          try expectEqual(Set(answers.map(\.processID)), Set(pids), "The process ids")
        }
      }
    },

    Case("the-main-process-tells-who-it-is", "1.32, 1.33, 1.34, 1.35, 7 current", in: [.spawn]) { _ in
      let main = ProcessIdentity.current
      try expectEqual(main.name, "MainProcess", "The name")
      try expectEqual(main.identity, [], "The identity")
      try expectEqual(main.processID, getpid(), "The process id")
      try expect(!main.isDaemon, "The main process is a daemon")
      try expect(main.parent == nil, "The main process has a parent")
      try expectEqual(ThreadIdentity.current.name, "MainThread", "The thread")
      try expect(!ThreadIdentity.current.isDaemon, "The main thread is a daemon")
    },

    Case("threads-made-in-a-worker-are-numbered", "1.21, 1.37", in: Place.processes) { place in
      // A fork goes on where its parent was when the pool was made; a fresh program starts at 1.
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(FirstThread()), "Thread-1 (worker)", "The first thread in a first worker")
      }
      try place.withPool(1) { pool in
        let number = place == .fork ? 4 : 1
        try expectEqual(pool.apply(FirstThread()), "Thread-\(number) (worker)", "The first thread in a later worker")
      }
    },

    Case("a-pool-describes-its-state", "4.1, 4.2") { place in
      let pool = try place.pool(2)
      let name = place == .thread ? "ThreadPool" : "Pool"
      try expectEqual("\(pool)", "<\(name) state=RUN pool_size=2>", "A running pool")
      pool.close()
      try expectEqual("\(pool)", "<\(name) state=CLOSE pool_size=2>", "A closed pool")
      try pool.join()
      pool.terminate()
      try expectEqual("\(pool)", "<\(name) state=TERMINATE pool_size=2>", "A terminated pool")
    },
  ]
}

/// Tells who it is once it may pass.
struct WhoIsAtGate: PoolTask {
  func run() throws -> WhoAmI.Answer {
    _ = try AtGate().run()
    return WhoAmI.answer
  }
}

/// The name of a thread pool's thread that the worker makes.
struct FirstThread: PoolTask {
  func run() throws -> String {
    let pool = try ThreadPool(processes: 1)
    defer {
      pool.close()
      try? pool.join()
    }
    return try pool.apply { ThreadIdentity.current.name }
  }
}
