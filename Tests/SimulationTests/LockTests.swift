import Multiprocessing
import PoolCore
import Simulation
import Testing

/// Locks between simulated processes: the same algorithms as on shared memory, explored between any two of their steps.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LockTests {
  /// Everything that a worker may get from its initializer.
  struct Shared: Initializer {
    static let current = ProcessLocal<Shared?>(nil)
    var lock: Lock?
    var other: Lock?
    var reentrant: RLock?
    var semaphore: CountingSemaphore?
    var event: Event?
    var condition: Condition?
    var barrier: Barrier?
    var counter: SharedValue<Int>?
    func run() { Self.current.value = self }
  }

  enum Deed: String, Codable, Sendable {
    case nothing, lock, semaphore, reentrant, count, countUnlocked, event, condition, barrier, forth, back
  }

  enum Work: PoolFunction {
    static func call(_ deed: Deed) throws {
      guard let shared = Shared.current.value else { return }
      switch deed {
      case .nothing: critical()
      case .lock: try shared.lock?.withLock { critical() }
      case .semaphore:
        shared.semaphore?.acquire()
        critical()
        try shared.semaphore?.release()
      case .reentrant: try shared.reentrant?.withLock { try shared.reentrant?.withLock { critical() } }
      case .count: shared.counter?.withValue { $0 += 1 }
      case .countUnlocked:
        // Reading and writing one after the other is two steps, each with the value's own lock.
        if let value = shared.counter?.value { shared.counter?.value = value + 1 }
      case .event:
        shared.event?.wait()
        print("told", flush: true)
      case .condition:
        try shared.condition?.withLock {
          try shared.condition?.wait(for: { shared.semaphore?.value == 1 })
          print("told", flush: true)
        }
      case .barrier:
        print("before", flush: true)
        _ = try shared.barrier?.wait()
        print("after", flush: true)
      case .forth: try shared.lock?.withLock { try shared.other?.withLock { critical() } }
      case .back: try shared.other?.withLock { try shared.lock?.withLock { critical() } }
      }
    }

    static func critical() {
      print("enters", flush: true)
      print("leaves", flush: true)
    }
  }

  /// Runs these tasks on a pool of as many workers, in every order.
  private func explored(
    _ deeds: [Deed], _ make: @escaping @Sendable () throws -> Shared,
    _ meanwhile: @escaping @Sendable (Shared) throws -> Void = { _ in }, location: SourceLocation = #_sourceLocation
  ) -> Explorer {
    let explorer = Explorer(Simulation(program(deeds, make, meanwhile)))
    explorer.explore(runLimit: 40_000)
    #expect(explorer.isComplete && explorer.fault == nil, sourceLocation: location)
    return explorer
  }

  private func program(
    _ deeds: [Deed], _ make: @escaping @Sendable () throws -> Shared,
    _ meanwhile: @escaping @Sendable (Shared) throws -> Void = { _ in }
  ) -> Program {
    Program("locks") {
      let shared = try make()
      try withPool(processes: deeds.count, initializer: shared) { pool in
        let results = try deeds.map { try pool.applyAsync(Work.self, $0) }
        try meanwhile(shared)
        for result in results { try result.get() }
        if let counter = shared.counter { print("counted \(counter.value)", flush: true) }
      }
    }
  }

  private func outputs(_ explorer: Explorer, location: SourceLocation = #_sourceLocation) -> Set<[String]> {
    #expect(explorer.failures.isEmpty, "\(explorer.failures.map(\.ending))", sourceLocation: location)
    return Set(explorer.graph.outputs())
  }

  static let twice = ["enters", "leaves", "enters", "leaves"]

  @Test func `without a lock two processes are inside at once, with one never`() throws {
    let free = outputs(explored([.nothing, .nothing]) { Shared() })
    #expect(free == [Self.twice, ["enters", "enters", "leaves", "leaves"]])
    #expect(outputs(explored([.lock, .lock]) { Shared(lock: try Lock()) }) == [Self.twice])
    #expect(
      outputs(explored([.semaphore, .semaphore]) { Shared(semaphore: try CountingSemaphore(1)) }) == [Self.twice])
    #expect(outputs(explored([.semaphore, .semaphore]) { Shared(semaphore: try CountingSemaphore(2)) }) == free)
    #expect(outputs(explored([.reentrant, .reentrant]) { Shared(reentrant: try RLock()) }) == [Self.twice])
  }

  @Test func `a shared value loses no update under its lock, and some without`() throws {
    #expect(outputs(explored([.count, .count]) { Shared(counter: try SharedValue(0)) }) == [["counted 2"]])
    // Many more steps: a sample shows that an update can be lost.
    let sampler = Sampler(
      Simulation(program([.countUnlocked, .countUnlocked], { Shared(counter: try SharedValue(0)) })), .random, seed: 1)
    sampler.run(200)
    #expect(Set(sampler.outputs.keys) == [["counted 1"], ["counted 2"]] && sampler.failures.isEmpty)
  }

  @Test func `events, conditions and barriers wake everybody in every order`() throws {
    let event = explored([.event, .event]) {
      Shared(event: try Event())
    } _: {
      print("tells", flush: true)
      $0.event?.set()
    }
    #expect(outputs(event) == [["tells", "told", "told"]])
    let condition = explored([.condition]) {
      Shared(semaphore: try CountingSemaphore(0), condition: try Condition())
    } _: { shared in
      try shared.condition?.withLock {
        try shared.semaphore?.release()
        print("tells", flush: true)
        try shared.condition?.notify()
      }
    }
    #expect(outputs(condition) == [["tells", "told"]])
    let barrier = outputs(explored([.barrier, .barrier]) { Shared(barrier: try Barrier(2)) })
    #expect(barrier == [["before", "before", "after", "after"]])
  }

  @Test func `two locks taken in opposite orders hang, and the shortest schedule shows it`() throws {
    let make: @Sendable () throws -> Shared = { Shared(lock: try Lock(), other: try Lock()) }
    #expect(outputs(explored([.forth, .forth], make)) == [Self.twice])
    let explorer = explored([.forth, .back], make)
    let failure = try #require(explorer.failures.first)
    guard case .hang(let waiting) = failure.ending else {
      Issue.record("ended as \(failure.ending)")
      return
    }
    // Who waits for whom: each of the two for a lock that the other has.
    #expect(waiting.count { $0.hasPrefix("w1 waits for Lock ") && $0.contains(", which w2 has in task ") } == 1, "\(waiting)")
    #expect(waiting.count { $0.hasPrefix("w2 waits for Lock ") && $0.contains(", which w1 has in task ") } == 1, "\(waiting)")
    #expect(!failure.schedule.labels.isEmpty)
  }
}
