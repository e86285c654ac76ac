import Multiprocessing
import PoolCore

extension Cases {
  /// Start methods and contexts.
  static let contexts: [Case] = [
    Case("the-supported-methods-follow-the-profile", "5.1, M1, M3, 7 get_all", in: [.spawn]) { _ in
      let settings = CurrentWorld.world.process.settings
      for (profile, methods) in [
        (Profile.document, [StartMethod.spawn, .fork, .forkserver]), (.cpython(minor: 8), [.fork, .spawn, .forkserver]),
        (.cpython(minor: 14), [.forkserver, .fork, .spawn]), (.host, [.forkserver, .fork, .spawn]),
      ] {
        settings.with { $0.profile = profile }
        try expectEqual(StartMethod.supported, methods, "The methods under \(profile.name)")
      }
    },

    Case("the-default-method-follows-the-profile", "M2, 5.2", in: [.spawn]) { _ in
      let process = CurrentWorld.world.process
      for (profile, method) in [
        (Profile.document, StartMethod.spawn), (.cpython(minor: 13), .fork), (.cpython(minor: 14), .forkserver),
      ] {
        process.settings.with { $0.profile = profile }
        process.startMethod = nil
        try expectEqual(StartMethod.current, method, "The default under \(profile.name)")
        try expectEqual(Context.default.startMethod, method, "The default context's method under \(profile.name)")
      }
    },

    Case("the-default-is-set-once", "5.5, M4, 7 set_get", in: [.spawn]) { _ in
      try StartMethod.setDefault(.fork)
      try expectEqual(StartMethod.current, .fork, "The method")
      for method in [StartMethod.fork, .spawn] {
        try expectError(.contextAlreadySet, "context has already been set") { try StartMethod.setDefault(method) }
      }
      try expectEqual(StartMethod.current, .fork, "The method after refusals")
      for method in StartMethod.allCases {
        try StartMethod.setDefault(method, force: true)
        try expectEqual(StartMethod.current, method, "The method set by force")
      }
    },

    Case("asking-fixes-the-default", "5.2, 5.3", in: [.spawn]) { _ in
      _ = StartMethod.current
      try expectError(.contextAlreadySet) { try StartMethod.setDefault(.spawn) }
    },

    Case("getting-the-default-context-fixes-the-default", "5.2, 5.3", in: [.spawn]) { _ in
      _ = Context.get()
      try expectError(.contextAlreadySet) { try StartMethod.setDefault(.spawn) }
    },

    Case("a-pool-fixes-the-default", "5.3, M6", in: [.spawn]) { _ in
      let pool = try Pool(processes: 1)
      pool.terminate()
      try expectError(.contextAlreadySet) { try StartMethod.setDefault(.spawn) }
      try StartMethod.setDefault(.spawn, force: true)
    },

    Case("a-concrete-context-fixes-nothing", "5.3", in: [.spawn]) { _ in
      _ = Context.get(.fork)
      _ = Context(.fork).startMethod
      let pool = try Context(.fork).pool(processes: 1)
      pool.terminate()
      _ = ProcessIdentity.current
      _ = Context.processorCount
      try StartMethod.setDefault(.spawn)
      try expectEqual(StartMethod.current, .spawn, "The method")
    },

    Case("unknown-names-are-refused", "5.4", in: [.spawn]) { _ in
      for name in ["bogus", "", "Fork", "fork "] {
        try expectError(.invalidArgument, "cannot find context for '\(name)'") { try StartMethod(named: name) }
      }
      for method in StartMethod.allCases {
        try expectEqual(StartMethod(named: method.rawValue), method, "The method of its name")
        try expectEqual("\(method)", method.rawValue, "The method's description")
      }
    },

    Case("a-context-is-bound-to-its-method", "5.6, M5, 7 TestStartMethod.context", in: [.spawn]) { _ in
      for method in StartMethod.allCases {
        let context = Context.get(method)
        try expectEqual(context.startMethod, method, "The context's method")
        try expectEqual(context, Context(method), "The same context")
        let pool = try context.pool(processes: 1)
        let answer = try pool.apply(WhoAmI())
        pool.terminate()
        try expectEqual(answer.method, method.rawValue, "The method in a worker")
      }
      try StartMethod.setDefault(.spawn, force: true)
      try expectEqual(Context(.fork).startMethod, .fork, "A context whose program's default is set")
    },

    Case("workers-report-their-pool-s-method", "5.7, M4, M7", in: [.spawn]) { _ in
      for main in [nil] + StartMethod.allCases.map(Optional.some) {
        CurrentWorld.world.process.startMethod = main
        for place in Place.processes {
          try place.withPool(1) { pool in
            let answer = try pool.apply(WhoAmI())
            try expectEqual(answer.method, place.rawValue, "The method in a worker of \(place), main's being \(main?.rawValue ?? "unset")")
          }
        }
        // 5.7: main's own value is unchanged.
        try expectEqual(CurrentWorld.world.process.startMethod, main, "Main's method")
      }
    },

    Case("a-pool-without-a-context-uses-the-default", "M6, 5.5", in: Place.processes) { place in
      try StartMethod.setDefault(place.startMethod())
      let pool = try Pool(processes: 1)
      let answer = try pool.apply(WhoAmI())
      pool.terminate()
      try expectEqual(answer.process, "\(place.workerPrefix)-1", "The worker")
      try expectEqual(answer.method, place.rawValue, "The worker's method")
    },

    Case("contexts-are-mixed-in-one-program", "M5, M7, 1.29", in: [.spawn]) { _ in
      try Place.fork.withPool(1) { fork in
        try Place.spawn.withPool(1) { spawn in
          try Place.forkserver.withPool(1) { server in
            for _ in 0..<20 {
              try expectEqual(fork.apply(WorkerName()), "ForkPoolWorker-1", "The forked worker")
              try expectEqual(spawn.apply(WorkerName()), "SpawnPoolWorker-2", "The spawned worker")
              try expectEqual(server.apply(WorkerName()), "ForkServerPoolWorker-3", "The server's worker")
            }
          }
        }
      }
    },

    Case("settings-reach-the-workers-of-every-method", "architecture", in: Place.processes) { place in
      CurrentWorld.world.process.settings.with { $0 = Settings(profile: .cpython(minor: 8), timeScale: 0.5, seed: 7, workers: 3) }
      try place.withPool(1) { pool in
        let settings = try pool.apply(ReadSettings())
        try expectEqual(settings, ["cpython-3.8", "0.5", "7", "3"], "The settings in a worker")
      }
    },
  ]
}

struct ReadSettings: PoolTask {
  func run() -> [String] {
    let settings = CurrentWorld.world.process.settings.with { $0 }
    return [
      settings.profile.name, "\(settings.timeScale)", settings.seed.map { "\($0)" } ?? "none",
      settings.workers.map { "\($0)" } ?? "none",
    ]
  }
}
