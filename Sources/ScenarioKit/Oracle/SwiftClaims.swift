import CMultiprocessing
import FoundationEssentials
import Glibc
import Multiprocessing

/// The claims of the documents, checked on this package's own pools.
///
/// As in `claims.py`, a check does what the claim speaks of and looks. Each runs in a process of its own.
package enum SwiftClaims {
  /// Checks one claim and prints what it found as one JSON text; the main function of such a process.
  @available(*, noasync, message: "main blocks until the check has ended")
  package static func main(claim id: String) throws {
    print(String(decoding: try JSONEncoder().encode(check(id)), as: UTF8.self), flush: true)
  }

  /// Checks one claim; a check that throws is a finding, too.
  @available(*, noasync, message: "check blocks until the check has ended")
  static func check(_ id: String) -> ClaimFinding {
    guard let check = poolChecks[id] ?? otherChecks[id] else {
      return ClaimFinding(.failed, "There is no check of \(id) on this package.")
    }
    do {
      return try check()
    } catch {
      return ClaimFinding(.failed, "The check threw: \(error)")
    }
  }

  typealias Check = @Sendable () throws -> ClaimFinding

  static func outcome(_ holds: Bool, _ observation: String) -> ClaimFinding {
    ClaimFinding(holds ? .holds : .refuted, observation)
  }

  // MARK: Pools of processes

  private static let poolChecks: [String: Check] = [
    "P1": {
      try withPool(processes: 2) { pool in
        let first = Set(try pool.map(WorkerID.self, 0..<60, chunkSize: 1))
        let all = first.union(try pool.map(WorkerID.self, 0..<60, chunkSize: 1))
        return outcome(all.count <= 2, "120 tasks ran in \(all.count) processes")
      }
    },
    "P2": {
      let gate = try Multiprocessing.Event()
      return try withPool(processes: 2, initializer: KeepGates(gates: [gate])) { pool in
        let called = try SimpleQueue<Int>()
        let direct = (try pool.apply(SquareItem.self, 3), try pool.map(SquareItem.self, 0..<4))
        let handle = try pool.applyAsync(PassGate.self, 0, callback: { try? called.put($0) })
        let many = try pool.mapAsync(SquareItem.self, 0..<3)
        let early = handle.isReady
        var limited = false
        do { _ = try handle.get(timeout: .milliseconds(10)) } catch let error as MultiprocessingError {
          limited = error.code == .timeout
        }
        gate.set()
        let late = (try handle.get(), try many.get())
        let right = direct == (9, [0, 1, 4, 9]) && late == (0, [0, 1, 4]) && !early && limited
        return outcome(
          try right && called.get() == 0 && called.isEmpty,
          "values at once, a handle before the task is done, a timeout of get, one call of the callback")
      }
    },
    "P3": {
      try withPool(processes: 1) { pool in
        let state = try pool.apply(AddState.self, 0)
        return outcome(state == 0, "without one, a worker's global keeps its initial value")
      }
    },
    "P4": {
      let events = try initializations(values: ["a", "2"])
      let right =
        events.count == 3 && Set(events.map(\.process)).count == 3 && events.allSatisfy { $0.values == ["a", "2"] }
      return outcome(right, "\(events.count) initializations in \(Set(events.map(\.process)).count) processes")
    },
    "P5": {
      let arrived = try initializations(values: ["1", "two", "3.0"]).map(\.values)
      return outcome(
        arrived.allSatisfy { $0 == ["1", "two", "3.0"] },
        "initial arguments are the stored properties of one value, and arrive as \(arrived.first ?? [])")
    },
    "P6": {
      let events = try SimpleQueue<Event>()
      try withPool(processes: 2, initializer: Announce(events: events, values: [])) { pool in
        _ = try pool.map(AnnounceSpan.self, 0..<12, chunkSize: 1)
      }
      var running = 0
      var highest = 0
      for event in drain(events) where event.kind != "init" {
        running += event.kind == "begin" ? 1 : -1
        highest = max(highest, running)
      }
      return outcome(highest <= 2, "at most \(highest) of 12 tasks ran at a time")
    },
    "P7": {
      let events = try SimpleQueue<Event>()
      let pool = try Pool(processes: 3, initializer: Announce(events: events, values: []), maxTasksPerChild: 2)
      _ = try pool.map(AnnounceTask.self, 0..<12, chunkSize: 1)
      pool.close()
      try pool.join()
      let workers = Dictionary(grouping: drain(events), by: \.process).mapValues { $0.map(\.kind) }
      let right = workers.values.allSatisfy { kinds in kinds.first == "init" && kinds.count { $0 == "init" } == 1 }
      return outcome(
        right && workers.count > 3,
        "replacements included, each is initialized \(right ? "once and first" : "otherwise")")
    },
    "P8": {
      for method in StartMethod.allCases {
        let places = try withPool(
          processes: 1, initializer: KeepPlace(), maxTasksPerChild: 1, context: Context(method)
        ) { pool in try [pool.apply(Places.self, 1), pool.apply(Places.self, 2)] }
        for place in places {
          let fits = place.count == 2 && place[0] == place[1] && place[1].hasSuffix(" MainThread main")
          if !fits { return outcome(false, "under \(method): \(place.joined(separator: ", then "))") }
        }
      }
      return outcome(true, "same process, main thread, named MainThread, under all methods, replacements included")
    },
    "P9": {
      // Each of the two tasks waits for the other: they run in two workers.
      let barrier = try Barrier(2)
      let names = try withPool(processes: 2, initializer: KeepBarrier(barrier: barrier), context: Context(.spawn)) { pool in
        Set(try pool.map(NameAtBarrier.self, 0..<2, chunkSize: 1))
      }
      return outcome(
        names == ["SpawnPoolWorker-1", "SpawnPoolWorker-2"],
        "workers are named \(names.sorted().joined(separator: ", "))")
    },
    "P10": {
      let seen = try withPool(processes: 2, initializer: SetState(value: 10)) { pool in
        try pool.map(CountUp.self, 0..<8, chunkSize: 1)
      }
      let workers = Dictionary(grouping: seen, by: { $0[0] }).mapValues { $0.map { $0[1] }.sorted() }
      let right = workers.values.allSatisfy { $0 == Array(11...(10 + $0.count)) }
      return outcome(
        right && ProgramState.initial.value == 0,
        "each of \(workers.count) workers counted on from its initializer's value; main's stayed 0")
    },
    "P11": {
      for method in StartMethod.allCases {
        let events = try SimpleQueue<Event>()
        try withPool(processes: 2, initializer: Announce(events: events, values: []), context: Context(method)) {
          pool in
          _ = try pool.map(AnnounceTask.self, 0..<4, chunkSize: 1)
        }
        let tasks = drain(events).count { $0.kind == "task" }
        if tasks != 4 { return outcome(false, "\(tasks) of 4 values came through a queue under \(method)") }
      }
      return outcome(true, "a queue in the initializer's value worked under all methods")
    },
    "P12": {
      let pool = try Pool(processes: 2)
      let results = try (0..<10).map { _ in try pool.applyAsync(Nap.self, 20) }
      pool.close()
      try pool.join()
      let done = try results.count { try $0.isReady && $0.successful() }
      return outcome(done == 10, "\(done) of 10 tasks were done after join")
    },
    "P13": {
      // Initialized before any task: each worker says so by itself.
      let events = try SimpleQueue<Event>()
      return try withPool(processes: 3, initializer: Announce(events: events, values: [])) { _ in
        let kinds = try (0..<3).map { _ in try events.get().kind }
        return outcome(
          kinds != ["init", "init", "init"], "3 of 3 workers initialized themselves before any task was issued")
      }
    },
  ]

  private static func initializations(values: [String]) throws -> [Event] {
    let events = try SimpleQueue<Event>()
    let pool = try Pool(processes: 3, initializer: Announce(events: events, values: values))
    _ = try pool.map(SquareItem.self, 0..<9, chunkSize: 1)
    pool.close()
    try pool.join()
    return drain(events)
  }

  private static func drain(_ events: SimpleQueue<Event>) -> [Event] {
    var result: [Event] = []
    while !events.isEmpty, let event = try? events.get() { result.append(event) }
    return result
  }
}
