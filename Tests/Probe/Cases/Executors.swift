import Glibc
import Multiprocessing

extension Cases {
  /// ProcessPoolExecutor.
  static let executors: [Case] = [
    Case("an-executor-runs-calls", "S7", in: Place.processes) { place in
      let executor = try place.executor(2)
      let futures = try (0..<20).map { try executor.submit(Square.self, $0) }
      try expectEqual(futures.map { try $0.result(timeout: .seconds(30)) }, (0..<20).map { $0 * $0 }, "The results")
      try expect(futures.allSatisfy { $0.isDone && !$0.isRunning && !$0.isCancelled }, "Some call is not over")
      try expectEqual(executor.submit(WhoAmI()).result().isDaemon, false, "Whether a worker is a daemon")
      try executor.shutdown()
      try expectError(.poolNotRunning, "cannot schedule new futures after shutdown") { try executor.submit(Square.self, 1) }
      try executor.shutdown()
    },

    Case("an-executor-s-initializer-sets-a-global", "S7", in: Place.processes) { place in
      try Gates.with { gates in
        try place.withExecutor(2, initializer: GlobalSetup(value: 100, gates: gates)) { executor in
          let futures = try (0..<2).map { _ in try executor.submit(BumpGlobal()) }
          try gates.awaitArrivals(2)
          try gates.open(2)
          try expectEqual(futures.map { try $0.result(timeout: .seconds(30)) }, [101, 101], "The values")
          try expectEqual(GlobalSetup.global.value, 0, "The value in the main process")
        }
      }
    },

    Case("an-executor-s-workers-are-named-like-processes", "1.28, S7", in: Place.processes) { place in
      let prefix = try place.process(Park()).name.dropLast(2)
      try place.withExecutor(1) { executor in
        try expectEqual(executor.submit(WorkerName()).result(timeout: .seconds(30)), "\(prefix)-2", "The name")
      }
    },

    Case("a-call-that-throws-fails-its-future", "S7", in: Place.processes) { place in
      try place.withExecutor(1) { executor in
        let future = try executor.submit(CheckedSquare.self, -3)
        let error = try expectError(.taskFailed) { try future.result(timeout: .seconds(30)) }
        try expectEqual((error.cause as? Negative)?.value, -3, "The cause")
        try expectEqual((future.exception() as? MultiprocessingError)?.code, .taskFailed, "The exception")
        let good = try executor.submit(CheckedSquare.self, 3)
        try expect(good.exception(timeout: .seconds(30)) == nil, "A call that went well has an exception")
        try expectEqual(good.result(), 9, "The next call")
        let bad = try executor.submit(GiveLock())
        try expectError(.notEncodable) { try bad.result(timeout: .seconds(30)) }
      }
    },

    Case("a-future-is-cancelled-before-it-begins", "S7", in: Place.processes) { place in
      try Gates.with { gates in
        try place.withExecutor(1, initializer: gates) { executor in
          let futures = try (0..<5).map { try executor.submit(AtGate(value: $0)) }
          try gates.awaitArrivals(1)
          // One runs, and one more is with the pool.
          try expect(futures[0].isRunning && !futures[0].cancel(), "A call that runs was cancelled")
          try expect(futures[1].isRunning && !futures[1].cancel(), "A call that is with the pool was cancelled")
          let order = Collected<Int>()
          for (index, future) in futures.enumerated() { future.addDoneCallback { _ in order.append(index) } }
          try expect(futures[3].cancel() && futures[3].cancel(), "A call that waits was not cancelled")
          try expect(futures[3].isCancelled && futures[3].isDone, "It is not cancelled")
          try expectError(.cancelled) { try futures[3].result() }
          try expectError(.cancelled) { try futures[3].exception() }
          try expectError(.timeout) { try futures[0].result(timeout: .milliseconds(20)) }
          try expectError(.timeout) { try futures[0].result(timeout: .seconds(-1)) }
          try gates.open(4)
          for index in [0, 1, 2, 4] { try expectEqual(futures[index].result(timeout: .seconds(30)), index, "The value") }
          try expectEqual(order.wait(for: 5), [3, 0, 1, 2, 4], "The order of the callbacks")
          futures[0].addDoneCallback { order.append($0.isDone ? 10 : 11) }
          try expectEqual(order.all.last, 10, "A callback that comes late")
        }
      }
    },

    Case("an-executor-s-map-keeps-the-order", "S7", in: Place.processes) { place in
      try place.withExecutor(3) { executor in
        for size in [1, 7, 1000] {
          let outputs = try executor.map(Square.self, 0..<100, chunkSize: size)
          try expectEqual(outputs.collect(), (0..<100).map { $0 * $0 }, "The outputs of chunks of \(size)")
        }
        try expectEqual(executor.map(Square.self, []).collect(), [], "The outputs of nothing")
        try expectError(.invalidArgument, "chunksize must be >= 1.") { try executor.map(Square.self, [1], chunkSize: 0) }
        let failing = try executor.map(CheckedSquare.self, [2, -2, 3])
        try expectEqual(failing.next(), 4, "The first output")
        try expectError(.taskFailed) { try failing.next() }
        try expect(failing.next() == nil, "An iteration goes on after a failure")
        let slow = try executor.map(Run<Sleep>.self, [Sleep(seconds: 0.5)], timeout: .milliseconds(30))
        try expectError(.timeout) { try slow.next() }
        try expectEqual(executor.map(Ignore.self, [1, 2]).collect().count, 2, "Outputs without a value")
      }
    },

    Case("a-shutdown-without-waiting-lets-everything-finish", "S7", in: Place.processes) { place in
      try Gates.with { gates in
        let executor = try place.executor(1, initializer: gates)
        let futures = try (0..<4).map { try executor.submit(AtGate(value: $0)) }
        try gates.awaitArrivals(1)
        try executor.shutdown(wait: false)
        try expect(!futures[0].isDone, "It did wait")
        try expectError(.poolNotRunning) { try executor.submit(AtGate()) }
        try gates.open(4)
        try executor.shutdown()
        try expectEqual(futures.map { try $0.result(timeout: .zero) }, [0, 1, 2, 3], "The values")
      }
    },

    Case("a-shutdown-cancels-what-has-not-begun", "S7", in: Place.processes) { place in
      try Gates.with { gates in
        let executor = try place.executor(1, initializer: gates)
        let futures = try (0..<5).map { try executor.submit(AtGate(value: $0)) }
        try gates.awaitArrivals(1)
        try executor.shutdown(wait: false, cancelFutures: true)
        try expectEqual(futures.map(\.isCancelled), [false, false, true, true, true], "What is cancelled")
        try gates.open(2)
        try executor.shutdown()
        try expectEqual(futures[..<2].map { try $0.result() }, [0, 1], "The values")
      }
    },

    Case("an-executor-that-is-dropped-finishes", "S7", in: Place.processes) { place in
      func submit() throws -> [Future<Int>] {
        let executor = try place.executor(1)
        return try (0..<30).map { try executor.submit(Square.self, $0) }
      }
      let futures = try submit()
      try expectEqual(futures.map { try $0.result(timeout: .seconds(30)) }, (0..<30).map { $0 * $0 }, "The results")
    },

    Case("a-worker-that-dies-breaks-its-executor", "S7", in: Place.processes) { place in
      try Gates.with { gates in
        let executor = try place.executor(1, initializer: gates)
        // The worker dies when all calls are there: a broken executor takes none.
        let first = try executor.submit(AtGate(value: 9))
        try gates.awaitArrivals(1)
        let dying = try executor.submit(KillOneself(signal: SIGKILL))
        let others = try (0..<4).map { try executor.submit(AtGate(value: $0)) }
        try gates.open(1)
        try expectEqual(first.result(timeout: .seconds(30)), 9, "The call before the death")
        for future in others {
          let error = try expectError(.brokenProcessPool) { try future.result(timeout: .seconds(30)) }
          try expect(error.message.contains("signal 9"), "The error does not say how: \(error)")
        }
        try expectError(.brokenProcessPool) { try dying.result(timeout: .seconds(30)) }
        try expectError(
          .brokenProcessPool, "A child process terminated abruptly, the process pool is not usable anymore"
        ) { try executor.submit(AtGate()) }
        try executor.shutdown()
      }
    },

    Case("an-executor-may-survive-its-workers", "S7", in: Place.processes) { place in
      let executor = try place.executor(1, survivesDeaths: true)
      let dying = try executor.submit(KillOneself(signal: SIGKILL))
      let others = try (0..<4).map { try executor.submit(Square.self, $0) }
      try expectError(.workerDied) { try dying.result(timeout: .seconds(30)) }
      try expectEqual(others.map { try $0.result(timeout: .seconds(30)) }, [0, 1, 4, 9], "The other calls")
      try executor.shutdown()
    },

    Case("an-initializer-that-throws-breaks-its-executor", "S7", in: Place.processes) { place in
      let executor = try place.executor(2, initializer: FailingSetup(value: -5))
      let futures = (0..<3).compactMap { _ in try? executor.submit(Nothing()) }
      for future in futures {
        let error = try expectError(.brokenProcessPool) { try future.result(timeout: .seconds(30)) }
        try expect(error.message.contains("neg -5"), "The error does not say why: \(error)")
      }
      try expect(
        eventually {
          do {
            _ = try executor.submit(Nothing()).result(timeout: .seconds(30))
            return false
          } catch let error as MultiprocessingError {
            return error.code == .brokenProcessPool
          }
        }, "The executor takes calls")
      try executor.shutdown()
    },

    Case("what-an-executor-refuses", "S7", in: Place.processes) { place in
      for number in [0, -1] {
        try expectError(.invalidArgument, "max_workers must be greater than 0") { try place.executor(number) }
        try expectError(.invalidArgument, "max_tasks_per_child must be >= 1") {
          try ProcessPoolExecutor(maxWorkers: 1, maxTasksPerChild: number, context: Context(place.startMethod()))
        }
      }
      try place.withExecutor(1) { executor in
        let told = Collected<String>()
        let future = try executor.submit(Square.self, 2)
        future.addDoneCallback { _ in
          do {
            try executor.shutdown()
            told.append("done")
          } catch {
            told.append((error as? MultiprocessingError)?.code.description ?? "\(error)")
          }
        }
        _ = try future.result(timeout: .seconds(30))
        // Called in this thread if the call was over already: then the shutdown is an ordinary one.
        try expect(["wouldDeadlock", "done"].contains(told.first()), "The callback's shutdown: \(told.all)")
      }
    },

    Case(async: "an-executor-in-async-code", "S7", in: [.spawn, .forkserver]) { place in
      let context = Context(try place.startMethod())
      let sum = try await withProcessPoolExecutor(maxWorkers: 2, context: context) { executor in
        let futures = try (0..<10).map { try executor.submit(Square.self, $0) }
        var sum = 0
        for future in futures { sum += try await future.value }
        let outputs = try await executor.map(Square.self, 0..<10, chunkSize: 3).collect()
        return sum + outputs.reduce(0, +)
      }
      try expectEqual(sum, 570, "The sum")
    },
  ]
}

extension Place {
  /// An executor in this place.
  func executor(_ workers: Int, initializer: (any Initializer)? = nil, survivesDeaths: Bool = false) throws -> ProcessPoolExecutor {
    try ProcessPoolExecutor(
      maxWorkers: workers, initializer: initializer, survivesDeaths: survivesDeaths, context: Context(startMethod()))
  }

  func withExecutor<R>(
    _ workers: Int, initializer: (any Initializer)? = nil, _ body: (ProcessPoolExecutor) throws -> R
  ) throws -> R {
    try withProcessPoolExecutor(maxWorkers: workers, initializer: initializer, context: Context(startMethod()), body)
  }
}

/// A function without a result.
enum Ignore: PoolFunction {
  static func call(_ input: Int) {}
}
