import Testing

@testable import Golden

@Suite struct ExplanationTests {
  @Test func `an illegal output of A2 is explained with lanes, reason, chain and nearest legal output`() throws {
    let golden = try Goldens.load("A2")
    let lines = [
      Variants.initLine(1), Variants.taskLine(2), Variants.initLine(2), Variants.taskLine(1), Variants.taskLine(1),
      Variants.taskLine(2),
    ]
    let verdict = try golden.judge(Transcript(lines))
    let rule = try #require(verdict.goldenLine)
    let source = try Goldens.bytes("A2-initialize-workers-names").split(separator: 10, omittingEmptySubsequences: false)
    #expect(String(decoding: source[rule - 1], as: UTF8.self) == "  in a lane: init before task")
    #expect(
      verdict.explanation() == """
        REJECTED ORDER line 2, task of SpawnPoolWorker-2, comes before line 3, init of SpawnPoolWorker-2
        A2 initialize-workers-names, golden/A2-initialize-workers-names.golden:\(rule)
        rule “in a lane: init before task”
        because a worker runs its initializer before it asks for its first task

               SpawnPoolWorker-1       SpawnPoolWorker-2
           1   Initializing worker     .
           2   .                       Worker executing task   <- too early
           3   .                       Initializing worker
           4   Worker executing task   .
           5   Worker executing task   .
           6   .                       Worker executing task

        why it cannot happen
          init of SpawnPoolWorker-2 is printed before task of SpawnPoolWorker-2   a worker runs its initializer \
        before it asks for its first task
          but here line 2 comes before line 3

        nearest legal output, one of 62
          exchange lines 2 and 3

        lines understood: 2 init, 4 task
        """)
  }

  @Test func `the nearest legal output of every mutant is legal, and as near as any`() throws {
    let golden = try Goldens.load("A2")
    let program = try golden.program()
    let outputs = try golden.outputs()
    let mutants = Mutants(
      program: program, documented: golden.resolver.documented, groupIDs: golden.resolver.syntax.groups.map(\.ids))
    var checked = 0
    for mutation in [Mutation.drop, .double, .swap, .rename, .glue, .secondInit, .wrongMethod] {
      for mutant in mutants.make(mutation, from: [golden.documented]) {
        let nearest = try #require(try Nearest.find(mutant, program))
        #expect(outputs.contains(nearest.lines))
        let texts = mutant.lines.map(\.text)
        let best = outputs.map { Self.distance(texts, $0) }.min()
        // An exchange or a move of distant lines counts as one change here and as two there.
        #expect(nearest.edits.count <= best ?? 0)
        if try golden.judge(mutant).conforms { #expect(nearest.edits.isEmpty) }
        checked += 1
      }
    }
    #expect(checked > 60)
  }

  /// Lines changed, added or left out, or neighbours exchanged.
  private static func distance(_ a: [String], _ b: [String]) -> Int {
    var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = i + j
          continue
        }
        let change = a[i - 1] == b[j - 1] ? 0 : 1
        table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + change)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
        }
      }
    }
    return table[a.count][b.count]
  }

  @Test func `a long transcript shows the lines around the fault`() throws {
    let golden = try Goldens.load("D2")
    let line = "Initialize worker thread: MainThread"
    let lines = Array(repeating: line, count: 300) + ["who?"] + Array(repeating: line, count: 300)
    let verdict = try golden.judge(Transcript(lines), parameters: Parameters(["workers": "1000"]))
    #expect(verdict.code == .unknownLine)
    let picture = verdict.makeExplanation().picture
    #expect(picture.rows.compactMap(\.number) == Array(297...305))
    #expect(picture.rows.first?.number == nil && picture.rows.last?.number == nil)
    #expect(picture.columns.count <= Picture.mostColumns + 1)
  }

  @Test func `where no line tells its lane the picture says that it is one assignment of several`() throws {
    let golden = try Goldens.load("A1")
    let verdict = try golden.judge(Transcript(Array(golden.documented.dropFirst())))
    #expect(verdict.explanation().contains("no line tells its lane"))
    #expect(
      verdict.makeExplanation().picture.columns == ["A", "B", "no lane"]
        || verdict.makeExplanation().picture.columns == ["A", "B"])
  }
}
