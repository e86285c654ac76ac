import Multiprocessing
import Simulation
import Testing

/// The table of independence, on which every claim of an exploration rests, held against running everything.
@Suite(.serialized, .timeLimit(.minutes(3))) struct IndependenceTests {
  /// Small enough to run every order of them without leaving anything out.
  static let programs = (1...28).map { RandomProgram(seed: $0) }

  @Test(arguments: programs) func `leaving dependent orders out loses no output`(_ random: RandomProgram) throws {
    let whole = Explorer(Simulation(random.program), reduces: false)
    whole.explore(runLimit: 1200)
    let reduced = Explorer(Simulation(random.program))
    reduced.explore(runLimit: 20_000)
    #expect(reduced.isComplete && reduced.fault == nil && reduced.failures.isEmpty, "\(reduced.failures.map(\.ending))")
    // Runs that recognise no state print nothing else.
    let sampler = Sampler(Simulation(random.program), .random, seed: 1)
    sampler.run(100)
    #expect(Set(sampler.outputs.keys).isSubset(of: reduced.graph.outputs()))
    // The largest programs are only explored with reduction.
    guard whole.isComplete else { return }
    #expect(Set(whole.graph.outputs()) == Set(reduced.graph.outputs()))
    #expect(reduced.runs <= whole.runs)
  }

  @Test func `steps that are called independent change places without a trace`() throws {
    var independent = 0
    var dependent = 0
    for (seed, random) in Self.programs.enumerated() {
      let check = CommutationCheck(Simulation(random.program), seed: UInt64(seed), runLimit: 1500)
      guard check.isReady else { continue }
      check.run(60)
      #expect(check.differences.isEmpty, "\(random): \(check.differences.first ?? "")")
      independent += check.independent
      dependent += check.dependent
    }
    // Both kinds must have come, or nothing has been tested.
    #expect(independent > 200 && dependent > 50, "\(independent) and \(dependent)")
  }

  enum Named: PoolFunction {
    static func call(_ number: Int) { print("\(ProcessIdentity.current.name) \(number)", flush: true) }
  }

  @Test(arguments: [CommutationCheck.Subject.tableWithoutPrints, .tableWithoutClaims])
  func `a hole in the table is found`(_ subject: CommutationCheck.Subject) {
    let program = Program("two printing workers") {
      try withPool(processes: 2) { pool in
        for number in 0..<2 { try pool.applyAsync(Named.self, number) }
        pool.close()
        try pool.join()
      }
    }
    let check = CommutationCheck(Simulation(program), subject, seed: 1)
    check.run(400)
    #expect(check.isReady && !check.differences.isEmpty)
  }
}
