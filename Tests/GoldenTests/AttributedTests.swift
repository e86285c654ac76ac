import Testing

@testable import Golden

/// Transcripts whose writers are known: the same goldens, with processes bound to lanes.
@Suite struct AttributedTests {
  private func judge(_ id: String, _ lines: [(Int32?, String)], _ parameters: [String: String] = [:]) throws -> Verdict
  {
    let lines = lines.map { Transcript.Line(bytes: Array($0.1.utf8), writer: $0.0) }
    return try Goldens.load(id).judge(Transcript(lines: lines, ending: .exited(0)), parameters: Parameters(parameters))
  }

  private let initialize = "Initializing worker..."
  private let task = "Worker executing task..."

  @Test func `without names the writer tells the lane`() throws {
    let legal = [(1, initialize), (1, task), (2, initialize), (2, task), (1, task), (1, task)]
    #expect(try judge("A1", legal.map { (Int32($0.0), $0.1) }).conforms)
    // As text this is legal; process 2 has run a task before it initialized.
    let early: [(Int32?, String)] = [(1, initialize), (2, task), (2, initialize), (1, task), (1, task), (1, task)]
    #expect(try judge("A1", early.map { (nil, $0.1) }).conforms)
    #expect(try judge("A1", early).code == .order)
    // One worker initializes twice, the other never.
    let twice: [(Int32?, String)] = [(1, initialize), (1, initialize), (1, task), (1, task), (2, task), (2, task)]
    #expect(try judge("A1", twice).code == .count)
    // A third process prints.
    let third: [(Int32?, String)] = [(1, initialize), (2, initialize), (1, task), (2, task), (3, task), (1, task)]
    #expect(
      try judge("A1", third).headline
        == "REJECTED BINDING line 5 comes from process 3, and 2 others printed before it, but there are 2 lanes")
  }

  @Test func `a worker keeps its process and a process its name`() throws {
    let lines = try Goldens.load("A2").documented
    let writers: [Int32] = [10, 10, 20, 20, 10, 20]
    #expect(try judge("A2", zip(writers, lines).map { ($0, $1) }).conforms)
    #expect(try judge("A2", zip([10, 10, 20, 20, 10, 10], lines).map { ($0, $1) }).code == .binding)
    #expect(try judge("A2", zip([10, 10, 20, 20, 30, 20], lines).map { ($0, $1) }).code == .binding)
    #expect(try judge("A2", zip([10, 10, 10, 10, 10, 10], lines).map { ($0, $1) }).code == .binding)
    let verdict = try judge("A2", zip([10, 10, 20, 20, 30, 20], lines).map { ($0, $1) })
    #expect(verdict.rule?.text == "each lane is one process")
    #expect(verdict.explanation().contains("these lines, printed by the right processes"))
  }

  @Test func `threads share their process`() throws {
    for id in ["B1", "B2"] {
      let lines = try Goldens.load(id).documented
      #expect(try judge(id, lines.map { (5, $0) }).conforms)
      #expect(try judge(id, zip([5, 6, 5, 5, 5, 5], lines).map { ($0, $1) }).code == .binding)
    }
  }

  @Test func `main and worker are two processes, and main alone prints what it gets`() throws {
    for id in ["E2", "E3"] {
      let lines = try Goldens.load(id).documented
      #expect(try judge(id, [(1, lines[0]), (2, lines[1])]).conforms)
      #expect(try judge(id, [(1, lines[0]), (1, lines[1])]).code == .binding)
    }
    let lines = try Goldens.load("C1").documented
    #expect(try judge("C1", lines.map { (1, $0) }).conforms)
    #expect(try judge("C1", lines.enumerated().map { ($0 == 4 ? 2 : 1, $1) }).code == .binding)
  }

  @Test func `each line of D2 comes from another process`() throws {
    let line = "Initialize worker thread: MainThread"
    #expect(try judge("D2", (1...8).map { ($0, line) }).conforms)
    #expect(try judge("D2", (1...3).map { ($0, line) }).conforms)
    #expect(try judge("D2", [(1, line), (2, line), (1, line)]).code == .count)
    #expect(try judge("D2", (1...9).map { ($0, line) }).code == .count)
  }

  @Test func `every legal output of A1 with its writers conforms, and every way to share the lines is judged alike`()
    throws
  {
    // All sixteen lane assignments of every six-line word, against a plain reading of the rules.
    let golden = try Goldens.load("A1")
    for word in 0..<64 {
      for lanes in 0..<64 {
        var initialized: Set<Int> = []
        var isLegal = true
        var tasks = 0
        let lines = (0..<6).map { index -> Transcript.Line in
          let lane = lanes >> index & 1
          if word >> index & 1 == 0 {
            isLegal = isLegal && initialized.insert(lane).inserted
          } else {
            isLegal = isLegal && initialized.contains(lane)
            tasks += 1
          }
          let text = word >> index & 1 == 0 ? initialize : task
          return Transcript.Line(bytes: Array(text.utf8), writer: Int32(lane))
        }
        isLegal = isLegal && tasks == 4 && initialized.count == 2
        let verdict = try golden.judge(Transcript(lines: lines))
        if verdict.conforms != isLegal { Issue.record("\(word) \(lanes) \(verdict.headline)") }
      }
    }
  }
}
