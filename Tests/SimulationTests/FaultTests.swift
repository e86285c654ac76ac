import Multiprocessing
import PoolCore
import Simulation
import Testing

/// Faults as choices, explored without leaving an order out, at the sizes that each test states: no order hangs, no result is
/// lost, none comes twice.
@Suite(.serialized, .timeLimit(.minutes(3))) struct FaultTests {
  enum Work: PoolFunction {
    static func call(_ number: Int) -> Int {
      print("ran \(number)", flush: true)
      return number
    }
  }

  /// What came of one result, in a word.
  static func outcome(_ body: () throws -> Int) -> String {
    do {
      return "\(try body())"
    } catch let error as MultiprocessingError {
      return error.code.description
    } catch {
      return "\(error)"
    }
  }

  /// Every output of a program in every order, with so many workers that may die.
  private func outputs(
    deaths: Int = 0, timers: Timers = .patient, workers: Int, _ main: @escaping @Sendable () throws -> Void,
    location: SourceLocation = #_sourceLocation
  ) -> [[String]] {
    // With one worker, also between what a worker prints and what it reports.
    let granularity: Granularity = workers == 1 ? .fine : .calls
    let explorer = Explorer(
      Simulation(
        Program("faults", main: main), timers: timers, granularity: granularity, faults: Faults(deaths: deaths)))
    explorer.explore(runLimit: 50_000)
    #expect(explorer.isComplete && explorer.fault == nil, sourceLocation: location)
    let failures = explorer.failures.map { "\($0.ending), \($0.schedule)" }
    #expect(failures.isEmpty, "\(failures.first ?? "")", sourceLocation: location)
    let outputs = explorer.graph.outputs()
    #expect(!outputs.isEmpty, sourceLocation: location)
    return outputs
  }

  /// Each task ran at most once, each result came once, is the right one or says that the worker died, and as many failed as
  /// died at most.
  private func check(_ outputs: [[String]], tasks: Int, deaths: Int, location: SourceLocation = #_sourceLocation) {
    for output in outputs {
      var failed = 0
      for task in 0..<tasks {
        let runs = output.count { $0 == "ran \(task)" }
        let results = output.filter { $0.hasPrefix("result \(task): ") }
        #expect(runs <= 1 && results.count == 1, "\(output)", sourceLocation: location)
        if results == ["result \(task): \(task)"] {
          #expect(runs == 1, "\(output)", sourceLocation: location)
        } else {
          #expect(results == ["result \(task): workerDied"], "\(output)", sourceLocation: location)
          failed += 1
        }
      }
      #expect(failed <= deaths && output.last == "joined", "\(output)", sourceLocation: location)
    }
  }

  @Test(arguments: [(1, 2, 1), (1, 3, 1), (2, 2, 1)])
  func `a worker dies at any step of single tasks`(_ workers: Int, _ tasks: Int, _ deaths: Int) {
    let outputs = outputs(deaths: deaths, workers: workers) {
      try withPool(processes: workers) { pool in
        let results = try (0..<tasks).map { try pool.applyAsync(Work.self, $0) }
        pool.close()
        for (number, result) in results.enumerated() {
          print("result \(number): \(Self.outcome { try result.get() })", flush: true)
        }
        try pool.join()
        print("joined", flush: true)
      }
    }
    check(outputs, tasks: tasks, deaths: deaths)
    // Deaths cost a result in some orders, and none in others.
    #expect(outputs.contains { $0.contains("result 0: workerDied") } && outputs.contains { $0.contains("result 0: 0") })
  }

  @Test(arguments: [(1, 2, 1), (2, 2, 1)])
  func `a worker dies at any step of an imap`(_ workers: Int, _ tasks: Int, _ deaths: Int) {
    let outputs = outputs(deaths: deaths, workers: workers) {
      try withPool(processes: workers) { pool in
        let results = try pool.imap(Work.self, 0..<tasks)
        for number in 0..<tasks {
          print("result \(number): \(Self.outcome { try results.next() ?? -1 })", flush: true)
        }
        #expect(try results.next() == nil)
        pool.close()
        try pool.join()
        print("joined", flush: true)
      }
    }
    check(outputs, tasks: tasks, deaths: deaths)
  }

  @Test(arguments: [(1, 2), (2, 2)])
  func `terminate arrives at any moment, from another thread`(_ workers: Int, _ tasks: Int) {
    let outputs = outputs(workers: workers) {
      try withPool(processes: workers) { pool in
        let results = try (0..<tasks).map { number in
          try pool.applyAsync(Work.self, number, callback: { print("callback \($0)", flush: true) })
        }
        try CurrentWorld.world.startThread(ThreadIdentity(name: "other", isDaemon: true)) { pool.terminate() }
        for (number, result) in results.enumerated() {
          print("result \(number): \(Self.outcome { try result.get() })", flush: true)
        }
        pool.terminate()
        try pool.join()
        print("joined", flush: true)
      }
    }
    for output in outputs {
      for task in 0..<tasks {
        let results = output.filter { $0.hasPrefix("result \(task): ") }
        let callbacks = output.count { $0 == "callback \(task)" }
        #expect(output.count { $0 == "ran \(task)" } <= 1 && output.last == "joined", "\(output)")
        #expect(results == ["result \(task): \(task)"] || results == ["result \(task): terminated"], "\(output)")
        #expect(callbacks == (results == ["result \(task): \(task)"] ? 1 : 0), "\(output)")
      }
    }
    #expect(outputs.contains { $0.contains("result 1: 1") } && outputs.contains { $0.contains("result 0: terminated") })
  }

  @Test(arguments: [(1, 2), (2, 2)])
  func `a deadline passes at any moment, and nothing is lost or doubled`(_ workers: Int, _ tasks: Int) {
    let outputs = outputs(timers: .racy, workers: workers) {
      try withPool(processes: workers) { pool in
        let single = try pool.applyAsync(Work.self, 7)
        print("early \(Self.outcome { try single.get(timeout: .seconds(1)) })", flush: true)
        print("late \(Self.outcome { try single.get() })", flush: true)
        let results = try pool.imap(Work.self, 0..<tasks)
        var found: [Int] = []
        var timeouts = 0
        while found.count < tasks {
          do {
            // After two that came too early, wait.
            if let value = try results.next(timeout: timeouts < 2 ? .seconds(1) : nil) { found.append(value) }
          } catch {
            timeouts += 1
          }
        }
        print("found \(found) end \(try results.next() == nil)", flush: true)
      }
    }
    #expect(Set(outputs.map { $0.filter { $0.hasPrefix("early") } }) == [["early 7"], ["early timeout"]])
    for output in outputs {
      #expect(output.contains("late 7") && output.last == "found \(Array(0..<tasks)) end true", "\(output)")
      #expect(output.count { $0.hasPrefix("ran ") } == tasks + 1, "\(output)")
    }
  }

  @Test func `workers that die before they are ready break the pool, and nobody waits for ever`() {
    // As many deaths, at one worker, as a pool bears in a row.
    let outputs = outputs(deaths: PoolMachine.deathsBeforeReadyLimit, workers: 2) {
      try withPool(processes: 1, initializer: RandomProgram.Hello()) { pool in
        let result = try pool.applyAsync(Work.self, 0)
        print("result 0: \(Self.outcome { try result.get() })", flush: true)
        pool.terminate()
        try pool.join()
        print("joined", flush: true)
      }
    }
    let results = Set(outputs.flatMap { $0.filter { $0.hasPrefix("result") } })
    #expect(results == ["result 0: 0", "result 0: workerDied", "result 0: workerCouldNotStart"])
  }
}
