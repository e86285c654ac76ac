import Testing

@testable import Golden

/// The engines against each other, and their bounds.
@Suite struct EngineTests {
  @Test func `each golden is judged by the engine that its rules allow`() throws {
    let engines = [
      "A1": "automaton", "A2": "lanes", "A3": "automaton", "B1": "automaton", "B2": "lanes", "C1": "queue",
      "D1": "sequence",
      "D2": "automaton", "D3": "sequence", "E1": "sequence", "E2": "sequence", "E3": "sequence",
    ]
    for (id, engine) in engines { #expect(try Goldens.load(id).program().engine == engine, "\(id)") }
    #expect(try Variants.golden(Variants.numbered).program().engine == "graph")
  }

  /// For other numbers of lanes and tasks, every listed output conforms and random ones are judged as the automaton does.
  @Test func `linear engines and automaton agree for other numbers of lanes and tasks`() throws {
    let goldens = [
      try Goldens.load("A2"), try Goldens.load("A1"), try Variants.golden(Variants.numbered),
      try Variants.golden(Variants.terminated),
    ]
    var random = FuzzTests.Random(state: 7)
    var legal = 0
    for golden in goldens {
      for (lanes, tasks) in [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2), (4, 1)] {
        let parameters = try Parameters(["lanes": "\(lanes)", "tasks": "\(tasks)"])
        let program = try golden.program(parameters)
        let language = Language(program: program)
        let outputs = try language.sequences()
        #expect(try language.count() == outputs.count)
        for output in outputs {
          let verdict = try golden.judge(Transcript(output.map(program.text)), parameters: parameters)
          if !verdict.conforms { Issue.record("\(golden.name) \(lanes)x\(tasks): \(verdict.headline)") }
        }
        for _ in 0..<100 {
          var word = try #require(outputs.randomElement(using: &random))
          for _ in 0...Int.random(in: 0...2, using: &random) {
            word.swapAt(
              word.indices.randomElement(using: &random) ?? 0, word.indices.randomElement(using: &random) ?? 0)
            if var line = word.last, line.lane >= 0, Bool.random(using: &random) {
              line.lane = Int.random(in: 0..<lanes, using: &random)
              word[word.count - 1] = line
            }
          }
          let isLegal = try language.contains(word)
          if isLegal { legal += 1 }
          let verdict = try golden.judge(Transcript(word.map(program.text)), parameters: parameters)
          if verdict.conforms != isLegal { Issue.record("\(golden.name) \(word) \(verdict.headline)") }
        }
      }
    }
    #expect(legal > 150 && legal < 2400)
  }

  @Test func `lanes that print different lines are told apart by trying all assignments`() throws {
    let golden = try Variants.golden(
      """
      golden 1
      example X different-lanes
      lanes
        A, B, C: processes
      lines
        one: one
        two: two
      documented
        A | one
        A | two
        B | two
        B | one
        C | one
      may vary
        order between lanes
          because "they run at the same time"
      """)
    let legal = Set(try golden.outputs())
    #expect(legal.count == (try golden.count()))
    // Three lanes print 1 2, 2 1 and 1: every word of three ones and two twos, checked by merging the lanes.
    var merged: Set<[String]> = []
    func merge(_ lanes: [[String]], _ word: [String]) {
      if lanes.allSatisfy(\.isEmpty) { merged.insert(word) }
      for (index, lane) in lanes.enumerated() where !lane.isEmpty {
        var rest = lanes
        rest[index].removeFirst()
        merge(rest, word + [lane[0]])
      }
    }
    merge([["one", "two"], ["two", "one"], ["one"]], [])
    #expect(legal == merged)
    for bits in 0..<32 {
      let word = (0..<5).map { bits >> $0 & 1 == 0 ? "one" : "two" }
      #expect(try golden.judge(Transcript(word)).conforms == merged.contains(word))
    }
    // With known writers each lane must print what one of the three does.
    func judge(_ lines: [(Int32, String)]) throws -> Bool {
      let lines = lines.map { Transcript.Line(bytes: Array($0.1.utf8), writer: $0.0) }
      return try golden.judge(Transcript(lines: lines)).conforms
    }
    #expect(try judge([(1, "two"), (2, "one"), (1, "one"), (3, "one"), (3, "two")]))
    #expect(try !judge([(1, "two"), (2, "one"), (1, "one"), (3, "one"), (2, "one")]))
    #expect(try !judge([(1, "two"), (2, "one"), (1, "two"), (3, "one"), (3, "one")]))
  }

  /// A golden whose lanes all print something else, without a name: the automaton must follow very many assignments.
  static func tangled(_ lanes: Int) -> String {
    var text = "golden 1\nexample X tangled\nlanes\n  L1...L\(lanes): processes\nlines\n  a: a\n  b: b\ndocumented\n"
    for lane in 1...lanes {
      for bit in 0..<7 { text += "  L\(lane) | \(lane >> (bit % 5) & 1 == bit & 1 ? "a" : "b")\n" }
    }
    return text + "may vary\n  order between lanes\n    because \"they run at the same time\"\n"
  }

  @Test(.timeLimit(.minutes(1))) func `past its bound the automaton refuses, soon and clearly`() throws {
    let error = #expect(throws: GoldenError.self) { try Variants.golden(Self.tangled(30)) }
    #expect(error?.code == .bound)
    #expect(
      error?.message == "the automaton is for few lanes: X with 30 lanes has too many ways to give lines to lanes")
    let a2 = try Goldens.load("A2")
    let many = #expect(throws: GoldenError.self) { try a2.count(parameters: Parameters(["lanes": "40"])) }
    #expect(many?.code == .bound)
    let listing = #expect(throws: GoldenError.self) { try Goldens.load("C1").outputs() }
    #expect(listing?.message == "C1 has more than 100000 legal outputs: they are counted, not listed")
    // Judging stays possible where counting is not.
    let parameters = try Parameters(["lanes": "40", "tasks": "4"])
    let lines = (1...40).map(Variants.initLine) + (1...4).map { Variants.taskLine($0) }
    #expect(try a2.judge(Transcript(lines), parameters: parameters).conforms)
  }

  @Test(.timeLimit(.minutes(1))) func `large pools of nameless lanes are judged, for they are alike`() throws {
    let line = "Initialize worker thread: MainThread"
    for workers in [500, 2000] {
      let parameters = try Parameters(["workers": "\(workers)"])
      let d2 = try Goldens.load("D2")
      #expect(try d2.judge(Transcript(Array(repeating: line, count: workers)), parameters: parameters).conforms)
      #expect(
        try d2.judge(Transcript(Array(repeating: line, count: workers + 1)), parameters: parameters).code == .count)
      #expect(try d2.count(parameters: parameters) == workers)
    }
  }

  @Test func `outputs fall into classes, and what no line tells apart is said`() throws {
    func classes(_ id: String) throws -> [String: Int] {
      let golden = try Goldens.load(id)
      let program = try golden.program()
      return Dictionary(try golden.outputs().map { (program.outcomeClass(of: $0), 1) }, uniquingKeysWith: +)
    }
    #expect(try classes("A2") == ["4 + 0": 12, "3 + 1": 30, "2 + 2": 20])
    #expect(
      try classes("A1")
        == Dictionary(uniqueKeysWithValues: (0...4).map { ("\($0) of 4 before the last lane starts", 1) }))
    #expect(try classes("D2").count == 8)
    #expect(
      try Goldens.load("A1").program().interchangeable
        == "no line tells which of 2 lanes printed it; no line tells which of 4 “task” it is")
    #expect(try Goldens.load("C1").program().interchangeable == "the 8 workers print nothing")
    #expect(try Variants.golden(Variants.numbered).program().interchangeable == nil)
  }
}
