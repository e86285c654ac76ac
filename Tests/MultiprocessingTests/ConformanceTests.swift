import Testing

@testable import probe

/// The conformance suite: every case of `probe` in every place where it makes sense.
@Suite struct ConformanceTests {
  @Test(.timeLimit(.minutes(5)), arguments: ProbeRun.all)
  func `a case holds`(run: ProbeRun) throws {
    try run.check()
  }

  @Test func `cases have names of their own and at least one place`() {
    let names = Cases.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Cases.all.allSatisfy { !$0.places.isEmpty })
  }
}
