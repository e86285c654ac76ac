import Testing

@testable import Golden

@Suite struct LegalSetTests {
  /// What a person would write to decide A2: each worker initializes once, before its tasks; four tasks in all.
  private static func isLegal(_ lines: [String]) -> Bool {
    var initialized: Set<Int> = []
    var tasks = 0
    for line in lines {
      guard let worker = [1, 2].first(where: { line.contains("PoolWorker-\($0),") }) else { return false }
      if line.hasPrefix("Init") {
        guard initialized.insert(worker).inserted else { return false }
      } else {
        guard initialized.contains(worker) else { return false }
        tasks += 1
      }
    }
    return tasks == 4 && initialized.count == 2
  }

  private static let alphabet = [
    Variants.initLine(1), Variants.initLine(2), Variants.taskLine(1), Variants.taskLine(2),
  ]

  private static func words(of length: Int) -> [[String]] {
    (0..<length).reduce([[]]) { words, _ in words.flatMap { word in alphabet.map { word + [$0] } } }
  }

  @Test func `of all 4,096 six-line outputs of A2 exactly the 62 legal ones are accepted`() throws {
    let golden = try Goldens.load("A2")
    var accepted: Set<[String]> = []
    let words = Self.words(of: 6)
    #expect(words.count == 4096)
    for word in words {
      let conforms = try golden.judge(Transcript(word)).conforms
      if conforms != Self.isLegal(word) { Issue.record("\(word)") }
      if conforms { accepted.insert(word) }
    }
    #expect(accepted.count == 62)
    #expect(accepted == Set(try golden.outputs()))
  }

  @Test func `every legal output of A2 with one line lost or one too many is rejected for its count`() throws {
    let golden = try Goldens.load("A2")
    var variants: Set<[String]> = []
    for output in try golden.outputs() {
      for index in output.indices {
        var shorter = output
        shorter.remove(at: index)
        variants.insert(shorter)
      }
      for index in 0...output.count {
        for line in Self.alphabet {
          var longer = output
          longer.insert(line, at: index)
          variants.insert(longer)
        }
      }
    }
    #expect(variants.count == 1086)
    for variant in variants where try golden.judge(Transcript(variant)).code != .count { Issue.record("\(variant)") }
  }

  @Test func `of all five-line and seven-line outputs of A2 none is accepted`() throws {
    let golden = try Goldens.load("A2")
    for word in Self.words(of: 5) where try golden.judge(Transcript(word)).code != .count { Issue.record("\(word)") }
    for word in Self.words(of: 7) where try golden.judge(Transcript(word)).code != .count { Issue.record("\(word)") }
  }

  @Test func `the counts of the design are what the engine counts and lists`() throws {
    for (id, count) in ["A1": 5, "A3": 5, "B1": 5, "A2": 62, "B2": 62, "D1": 1, "D3": 1, "E1": 1, "E2": 1, "E3": 1] {
      let golden = try Goldens.load(id)
      #expect(try golden.count() == count, "\(id)")
      let outputs = try golden.outputs()
      #expect(Set(outputs).count == count && outputs.count == count, "\(id)")
      for output in outputs { #expect(try golden.judge(Transcript(output)).conforms, "\(id) \(output)") }
      #expect(outputs.contains(golden.documented), "\(id)")
    }
    for workers in [1, 2, 3, 8, 17] {
      #expect(try Goldens.load("D2").count(parameters: Parameters(["workers": "\(workers)"])) == workers)
    }
    #expect(try Variants.golden(Variants.numbered).count() == 162)
    #expect(try Variants.golden(Variants.terminated).count() == 64)
  }

  @Test func `with task numbers exactly 162 of the 11,520 candidates are accepted, by graph and automaton alike`()
    throws
  {
    let golden = try Variants.golden(Variants.numbered)
    let language = Language(program: try golden.program())
    let lines: [[Program.Line]] =
      [
        [Program.Line(kind: 0, lane: 0, task: -1)], [Program.Line(kind: 0, lane: 1, task: -1)],
      ] + (0..<4).map { task in [0, 1].map { Program.Line(kind: 1, lane: $0, task: task) } }
    var candidates = 0
    var accepted = 0
    var codes: [Verdict.Code: Int] = [:]
    for order in Self.permutations(lines.count) {
      for choice in 0..<16 {
        let word = order.map { lines[$0].count == 1 ? lines[$0][0] : lines[$0][choice >> ($0 - 2) & 1] }
        candidates += 1
        let verdict = try golden.judge(Transcript(word.map(language.program.text)))
        codes[verdict.code, default: 0] += 1
        let isLegal = try language.contains(word)
        if verdict.conforms != isLegal { Issue.record("\(word)") }
        if isLegal { accepted += 1 }
      }
    }
    #expect(candidates == 11_520)
    #expect(accepted == 162)
    // 1,488 outputs have each worker initialize before it executes; 162 of them are legal.
    #expect(codes == [.conforms: 162, .fifo: 1488 - 162, .order: 11_520 - 1488])
  }

  static func permutations(_ count: Int) -> [[Int]] {
    count == 0
      ? [[]]
      : permutations(count - 1).flatMap { rest in
        (0...rest.count).map { place in
          var order = rest
          order.insert(count - 1, at: place)
          return order
        }
      }
  }

  @Test func `a terminated A2 may lose the initialization of a worker without tasks, and nothing else`() throws {
    let golden = try Variants.golden(Variants.terminated)
    let tasks = Array(repeating: Variants.taskLine(1), count: 4)
    #expect(try golden.judge(Transcript([Variants.initLine(1)] + tasks)).conforms)
    #expect(try golden.judge(Transcript([Variants.initLine(2)] + tasks)).code == .count)
    #expect(try golden.judge(Transcript(tasks)).code == .count)
    let extra = Set(try golden.outputs()).subtracting(try Goldens.load("A2").outputs())
    #expect(extra.map(\.count) == [5, 5])
  }

  @Test func `without names every output of six lines is judged as its assignments allow`() throws {
    for id in ["A1", "A3", "B1"] {
      let golden = try Goldens.load(id)
      let legal = Set(try golden.outputs())
      let kinds = [golden.documented[0], golden.documented[golden.documented.count - 1]]
      for bits in 0..<64 {
        let word = (0..<6).map { kinds[bits >> $0 & 1] }
        let verdict = try golden.judge(Transcript(word))
        #expect(verdict.conforms == legal.contains(word))
        let tasks = word.count { $0 == kinds[1] }
        #expect(verdict.code == (legal.contains(word) ? .conforms : tasks == 4 ? .order : .count))
      }
    }
  }

  @Test func `C1 counts its orders for every pool size as a simulated pool does`() throws {
    let golden = try Goldens.load("C1")
    let counts = [1, 384, 13_122, 98_304, 375_000, 933_120, 1_728_720, 2_580_480, 3_265_920, 3_628_800, 3_628_800]
    for (index, count) in counts.enumerated() {
      #expect(try golden.count(parameters: Parameters(["workers": "\(index + 1)"])) == count)
    }
    #expect(throws: GoldenError.self) { try golden.outputs() }
  }

  @Test func `C1 judges every order of six tasks as its automaton does`() throws {
    let golden = try Goldens.load("C1")
    for workers in 1...4 {
      let parameters = try Parameters(["workers": "\(workers)", "tasks": "6", "timed": "no"])
      let language = Language(program: try golden.program(parameters))
      for order in Self.permutations(6) {
        let isLegal = try language.contains(order.map { Program.Line(kind: 0, lane: -1, task: $0) })
        let verdict = try golden.judge(Transcript(order.map { "Got (\($0), 1.5)" }), parameters: parameters)
        #expect(verdict.code == (isLegal ? .conforms : .fifo))
      }
    }
  }

  @Test func `the documented output of C1 fits pools of 7 and 8 workers and no other of 1 to 12`() throws {
    let golden = try Goldens.load("C1")
    let documented = Transcript(golden.documented)
    #expect(try golden.sizes(of: documented) == [7, 8])
    #expect(golden.dependsOnWorkers)
    var misses: [Int: String] = [:]
    for workers in [5, 6, 9, 10, 11, 12] {
      let verdict = try golden.judge(documented, parameters: Parameters(["workers": "\(workers)"]))
      #expect(verdict.code == .order)
      misses[workers] = verdict.message
    }
    #expect(misses[6]?.contains("0.713 s") == true)
    for workers in 9...12 { #expect(misses[workers]?.contains("0.371 s") == true) }
    #expect(misses[5]?.contains("2.685 s") == true)
  }
}
