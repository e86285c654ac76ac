import Testing

@testable import Golden

@Suite struct MutationTests {
  @Test(arguments: Goldens.names) func `every mutant outside the legal set is rejected with the expected code`(
    _ name: String
  ) throws {
    let score = try Goldens.load(name).mutationScore()
    #expect(score.isPerfect, "\(score)")
    #expect(score.rejected > 0)
    print(score)
  }
}
