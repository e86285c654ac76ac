import Golden
import Testing

@testable import ScenarioKit

@Suite struct LineAssemblerTests {
  private func lines(_ pieces: [(writer: Int32, text: String)]) -> [String] {
    var assembler = LineAssembler()
    for (index, piece) in pieces.enumerated() {
      Array(piece.text.utf8).withUnsafeBufferPointer {
        _ = assembler.append($0, writer: piece.writer, arrival: .milliseconds(index))
      }
    }
    return assembler.finish().map { line in
      let milliseconds = line.arrival.map { $0.components.attoseconds / 1_000_000_000_000_000 } ?? -1
      return "\(line.writer ?? 0) \(milliseconds) \(line.text)\(line.isTerminated ? "" : "…")"
    }
  }

  @Test func `pieces are joined for each writer and a line arrives with its last piece`() {
    #expect(lines([(1, "a"), (2, "x\n"), (1, "b\nc"), (1, "\n")]) == ["2 1 x", "1 2 ab", "1 3 c"])
  }

  @Test func `an unfinished line stands where its last piece arrived`() {
    #expect(lines([(1, "cut"), (2, "x\ny"), (3, "z\n")]) == ["1 0 cut…", "2 1 x", "2 1 y…", "3 2 z"])
  }

  @Test func `a piece without known writer is a line without writer`() {
    #expect(lines([(0, "a\n"), (0, "b")]) == ["0 0 a", "0 1 b…"])
  }

  @Test func `a line feed alone is an empty line`() {
    #expect(lines([(1, "\n\n"), (1, "")]) == ["1 0 ", "1 0 "])
  }
}
