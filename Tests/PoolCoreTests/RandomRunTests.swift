import Foundation
import PoolCore
import Testing

/// Random lives of the pool's machine in a model of its world; see `ModelWorld`.
@Suite struct RandomRunTests {
  /// How many lives; a longer run sets another number.
  static let runs = ProcessInfo.processInfo.environment["POOL_CORE_RUNS"].flatMap { UInt64($0) } ?? 20_000

  @Test(.timeLimit(.minutes(5)))
  func `every life of a pool keeps its promises`() {
    for seed in 1...Self.runs {
      var world = ModelWorld(seed: seed)
      world.live()
      guard world.faults.isEmpty else {
        Issue.record(
          """
          Seed \(seed): \(world.faults.joined(separator: " "))
          The last events of \(world.events.count): \(world.events.suffix(30).map { "\($0)" }.joined(separator: "\n"))
          """)
        return
      }
    }
  }

  @Test func `the same events lead to equal states`() {
    for seed in UInt64(1)...200 {
      var world = ModelWorld(seed: seed)
      for _ in 0..<200 { _ = world.step(isCalm: false) }
      var machine = PoolMachine(size: world.machine.size)
      var actions: [PoolAction] = []
      for event in world.events { machine.handle(event, &actions) }
      #expect(machine == world.machine, "Seed \(seed)")
      #expect(machine.hashValue == world.machine.hashValue, "Seed \(seed)")
    }
  }
}
