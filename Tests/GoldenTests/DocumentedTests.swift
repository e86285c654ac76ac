import Testing

@testable import Golden

@Suite struct DocumentedTests {
  @Test(arguments: Goldens.names) func `a golden accepts its documented output`(_ name: String) throws {
    let golden = try Goldens.load(name)
    let verdict = try golden.judge(Transcript(golden.documented))
    #expect(verdict.code == .conforms, "\(verdict.headline)")
    #expect("\(golden.example)-\(golden.name)" == name)
  }
}
