import Testing

@testable import Golden

@Suite struct TranscriptTests {
  @Test func `text splits at line feeds and keeps a missing last one`() {
    let transcript = Transcript(text: Array("one\ntwo".utf8))
    #expect(transcript.lines.map(\.text) == ["one", "two"])
    #expect(transcript.lines.map(\.isTerminated) == [true, false])
    #expect(Transcript(text: []).lines.isEmpty)
    #expect(Transcript(text: Array("\n\n".utf8)).lines.map(\.text) == ["", ""])
  }
}
