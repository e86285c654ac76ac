import Multiprocessing

extension Cases {
  /// How far a job is, and what a pool does.
  static let watching: [Case] = [
    Case("a-map-tells-how-far-it-is", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(1, initializer: gates) { pool in
          let seen = Collected<PoolProgress>()
          let map = try pool.mapAsync(
            (0..<10).map { AtGate(value: $0) }, chunkSize: 4, progress: { seen.append($0) },
            callback: { _ in seen.append(PoolProgress.mark) })
          try gates.awaitArrivals(1)
          try expectEqual(map.progress.description, "0/10", "The progress at the beginning")
          for (passes, completed) in [(4, 4), (4, 8), (2, 10)] {
            try gates.open(passes)
            try expect(eventually { map.progress.completed == completed }, "The progress is \(map.progress), not \(completed)")
          }
          _ = try map.get(timeout: .seconds(30))
          try expectEqual(seen.all.map(\.completed), [4, 8, 10, -1], "What was told, and the callback behind it")
          try expectEqual(map.progress.fraction, 1, "The part that is done")
          // The last chunk, which is shorter, may come first.
          let single = try pool.applyAsync(AtGate())
          try gates.awaitArrivals(10)
          try expectEqual(single.progress.description, "0/1", "The progress of a call")
          try gates.open(1)
          _ = try single.get(timeout: .seconds(30))
          try expectEqual(single.progress.description, "1/1", "The progress of a call that is over")
          try expectEqual(pool.mapAsync(Square.self, []).progress.description, "0/0", "The progress of nothing")
        }
      }
    },

    Case("failures-are-progress", "8.14") { place in
      try place.withPool(2) { pool in
        let seen = Collected<PoolProgress>()
        let map = try pool.mapAsync(CheckedSquare.self, [1, -1, 2, -2], chunkSize: 1, progress: { seen.append($0) })
        _ = try? map.get(timeout: .seconds(30))
        try expectEqual(map.progress.description, "4/4", "The progress")
        try expectEqual(seen.all.map(\.completed), [1, 2, 3, 4], "What was told")
      }
    },

    Case(async: "progress-comes-as-a-sequence", "8.14") { place in
      try await Self.withAsyncPool(place) { pool, gates in
        let map = try pool.mapAsync((0..<6).map { AtGate(value: $0) }, chunkSize: 1)
        let updates = map.progressUpdates
        try gates.open(6)
        var last = PoolProgress.mark
        for await progress in updates {
          try expect(progress.completed >= last.completed, "\(progress) after \(last)")
          last = progress
        }
        try expectEqual(last.description, "6/6", "The last that was told")
        var again: [String] = []
        for await progress in map.progressUpdates { again.append(progress.description) }
        try expectEqual(again, ["6/6"], "What is told of a job that is over")
        for _ in 0..<6 { _ = try await gates.arrived.get() }
      }
    },

    Case("a-pool-shows-what-it-does", "8.14") { place in
      try Gates.with { gates in
        try place.withPool(2, initializer: gates) { pool in
          try expect(eventually { pool.snapshot().workers.count == 2 }, "The workers are \(pool.snapshot())")
          try expect(pool.snapshot().workers.allSatisfy { $0.task == nil }, "An idle pool runs \(pool.snapshot())")
          try expectEqual(pool.snapshot().pendingJobs, 0, "The jobs of an idle pool")
          let map = try pool.mapAsync((0..<7).map { AtGate(value: $0) }, chunkSize: 2)
          let pids = try gates.awaitArrivals(2)
          let single = try pool.applyAsync(Square.self, 3)
          let view = pool.snapshot()
          try expectEqual(view.pendingJobs, 2, "The jobs")
          try expectEqual(view.queuedChunks, 3, "The chunks that wait")
          try expectEqual(view.workers.compactMap { $0.task?.function }, ["AtGate", "AtGate"], "The functions")
          try expectEqual(view.workers.compactMap { $0.task?.job }, [0, 0], "The jobs that run")
          try expectEqual(Set(view.workers.compactMap { $0.task?.inputs }), [0..<2, 2..<4], "The inputs that run")
          try expectEqual(Set(view.workers.map(\.processID)), Set(pids), "The processes")
          try expect(view.workers.allSatisfy { $0.name.hasPrefix(place.workerPrefix) }, "The names are \(view)")
          let first = view.workers[0].task?.elapsed ?? .zero
          let grows = eventually { (pool.snapshot().workers[0].task?.elapsed ?? .zero) > first }
          try expect(grows && first < .seconds(30), "The time of a task does not grow from \(first)")
          try expect("\(view)".contains("AtGate, job 0 chunk "), "It is described as \(view)")
          try gates.open(7)
          _ = try map.get(timeout: .seconds(30))
          try expectEqual(single.get(timeout: .seconds(30)), 9, "The single call")
          try expect(eventually { pool.snapshot().workers.allSatisfy { $0.task == nil } }, "The pool runs \(pool.snapshot())")
        }
      }
    },
  ]
}

extension PoolProgress {
  /// Stands for the moment of a callback.
  static var mark: PoolProgress { PoolProgress(completed: -1, total: 0) }
}
