import Foundation
import Multiprocessing
import PoolCore
import Simulation
import Synchronization
import Testing

/// What a program may not do under simulation is found, and named.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DeterminismTests {
  struct Nothing: PoolTask {
    func run() {}
  }

  struct Count: PoolTask {
    /// Shared by all processes and runs, which a global of a program must not be.
    static let runs = Mutex(0)
    func run() {
      let number = Self.runs.withLock { runs in
        runs += 1
        return runs
      }
      print("run \(number)", flush: true)
    }
  }

  struct Branch: PoolTask {
    static let runs = Mutex(0)
    func run() {
      let number = Self.runs.withLock { runs in
        runs += 1
        return runs
      }
      if number.isMultiple(of: 2) { print("another line", flush: true) }
    }
  }

  struct Forbidden: PoolTask {
    enum Deed: String, Codable, CaseIterable {
      case thread, clock, date, sleep, nap
    }
    var deed: Deed
    func run() {
      switch deed {
      case .thread:
        let thread = Thread {}
        thread.start()
      case .clock: _ = ContinuousClock.now
      case .date: _ = Date().timeIntervalSince1970
      case .sleep: Thread.sleep(forTimeInterval: 0.0001)
      case .nap: usleep(1)
      }
    }
  }

  private func explored(_ task: some PoolTask) -> Explorer {
    let explorer = Explorer(
      Simulation(
        Program("the program") {
          try withPool(processes: 1) { pool in _ = try pool.apply(task) }
        }), guardInterval: 2)
    explorer.explore(runLimit: 1000)
    return explorer
  }

  @Test func `a program that is deterministic is found to be so`() {
    let explorer = explored(Nothing())
    #expect(explorer.fault == nil && explorer.isComplete && explorer.checked > 0 && explorer.failures.isEmpty)
  }

  @Test func `a global of all processes is found, and the step named`() throws {
    for explorer in [explored(Count()), explored(Branch())] {
      let fault = try #require(explorer.fault)
      #expect(fault.code == .notDeterministic && !explorer.isComplete)
      #expect(fault.description.hasPrefix("the program is not deterministic: "))
      #expect(fault.description.contains("step"))
    }
  }

  @Test(arguments: [
    (Forbidden.Deed.thread, "w1 starts a thread that the library does not know"), (.clock, "w1 reads the real clock"),
    (.date, "w1 reads the real clock"), (.sleep, "w1 "), (.nap, "w1 sleeps in real time (usleep)"),
  ])
  func `a thread, a clock or a sleep of the real world is found, and named`(_ deed: Forbidden.Deed, _ text: String)
    throws
  {
    let failure = try #require(explored(Forbidden(deed: deed)).failures.first)
    guard case .forbidden(let found) = failure.ending else {
      Issue.record("ended as \(failure.ending)")
      return
    }
    #expect(found.hasPrefix(text))
  }
}
