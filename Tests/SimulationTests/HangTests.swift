import Glibc
import Multiprocessing
import Simulation
import Testing

/// What a run costs in which nobody can go on: its threads are left in the middle of their stacks.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HangTests {
  /// How many pieces of memory this process has mapped.
  private func mappings() throws -> Int {
    let file = try #require(fopen("/proc/self/maps", "r"))
    defer { fclose(file) }
    var count = 0
    while case let byte = getc(file), byte != EOF { if byte == 10 { count += 1 } }
    return count
  }

  @Test func `the stacks of runs that hang are used again`() throws {
    let program = Program("a queue that stays empty") {
      try withPool(processes: 2) { _ in _ = try SimpleQueue<Int>().get() }
    }
    let sampler = Sampler(Simulation(program), .random, seed: 1)
    sampler.run(10)
    let before = try mappings()
    sampler.run(300)
    #expect(sampler.failures.count == sampler.runs && sampler.runs == 310)
    // One stack a run, and the page below it, would be 600.
    #expect(try mappings() < before + 100)
  }
}
