import Testing

@testable import Golden

/// Comparing two goldens by the outputs they allow, and blessing.
@Suite struct ReviewTests {
  private func source(_ id: String) throws -> String {
    let name = try #require(Goldens.names.first { $0.hasPrefix(id) })
    return String(decoding: try Goldens.bytes(name), as: UTF8.self)
  }

  private func golden(_ text: String) throws -> Golden { try Golden.parse(Array(text.utf8), file: "new.golden") }

  @Test func `a golden does not differ from itself, and counts stay exact where nothing can be listed`() throws {
    for name in Goldens.names {
      let golden = try Goldens.load(name)
      #expect(try golden.difference(to: golden).isEmpty)
    }
    let seven = try source("C1").replacing("W1...W8", with: "W1...W7").replacing("2,580,480", with: "1,728,720")
    let difference = try Goldens.load("C1").difference(to: golden(seven), shown: 2)
    #expect(difference.gained == 0 && difference.lost == 2_580_480 - 1_728_720)
    #expect(difference.lostOutputs.count == 2)
  }

  @Test func `the outputs that a rule costs or wins are listed`() throws {
    let old = try Goldens.load("A2")
    let terminated = try Variants.golden(Variants.terminated)
    let difference = try old.difference(to: terminated)
    #expect(difference.gained == 2 && difference.lost == 0)
    #expect(
      Set(difference.gainedOutputs)
        == Set(
          [1, 2].map { worker in
            [Variants.initLine(worker)] + Array(repeating: Variants.taskLine(worker), count: 4)
          }))
    let back = try terminated.difference(to: old)
    #expect(back.gained == 0 && back.lost == 2)
    #expect(back.description.hasPrefix("+0 / -2 legal outputs\n\n- Initializing worker, process=SpawnPoolWorker-1"))
    let few = try old.difference(to: Goldens.load("B2"), shown: 3)
    #expect(few.gained == 62 && few.lost == 62 && few.gainedOutputs.count == 3)
    #expect(few.description.contains("+ and 59 more"))
  }

  @Test func `blessing another legal output changes the documented lines and no legal output`() throws {
    let text = try source("A2")
    let golden = try Goldens.load("A2")
    #expect(
      { if case .nothingPending = $0 { true } else { false } }(
        try Blessing.review(text, file: "a2.golden", transcript: Transcript(golden.documented))))
    let other = try #require(try golden.outputs().first { $0 != golden.documented })
    guard case .proposal(let proposal) = try Blessing.review(text, file: "a2.golden", transcript: Transcript(other))
    else {
      Issue.record("no proposal")
      return
    }
    let new = try self.golden(proposal.text)
    #expect(new.documented == other)
    #expect(try #require(proposal.difference).isEmpty)
    #expect(
      proposal.text.split(separator: "\n").filter { !$0.contains(" | ") }
        == text.split(separator: "\n").filter { !$0.contains(" | ") })
  }

  @Test func `blessing a new text changes the shape, the documented lines and every legal output`() throws {
    for id in ["A1", "A2", "B2", "C1", "D2", "E2"] {
      let text = try source(id)
      let golden = try Goldens.load(id)
      let words = ["Worker": "Helper", "Initialize ": "Prepare ", "thread=": "on ", "Got": "Received"]
      let lines = golden.documented.map { line in
        words.reduce(line) { $0.replacing($1.key, with: $1.value) }.replacing("PoolHelper", with: "PoolWorker")
      }
      guard case .proposal(let proposal) = try Blessing.review(text, file: "x.golden", transcript: Transcript(lines))
      else {
        Issue.record("no proposal for \(id)")
        continue
      }
      let new = try self.golden(proposal.text)
      #expect(new.documented == lines)
      #expect(try new.count() == golden.count())
      let count = try golden.count()
      let difference = try #require(proposal.difference)
      #expect(difference.gained == count && difference.lost == count, "\(id)")
      // Rules, counts and reasons are as they were.
      let (before, after) = (golden.resolver.syntax, new.resolver.syntax)
      #expect(before.relaxations.map(\.form) == after.relaxations.map(\.form))
      #expect(before.requirements.map(\.form) == after.requirements.map(\.form))
      #expect(before.requirements.map(\.because) == after.requirements.map(\.because))
      #expect(before.hidden == after.hidden && before.counts.map(\.count) == after.counts.map(\.count))
      #expect(!proposal.changes.isEmpty && proposal.description.contains("legal outputs"))
    }
  }

  @Test func `what needs another rule is never blessed`() throws {
    func refusal(_ id: String, _ lines: [String]) throws -> String {
      guard case .refused(let reason) = try Blessing.review(source(id), file: "x.golden", transcript: Transcript(lines))
      else {
        return ""
      }
      return reason
    }
    let a2 = try Goldens.load("A2").documented
    #expect(try refusal("A2", a2 + [Variants.taskLine(1)]).hasPrefix("a rule would have to change: REJECTED COUNT"))
    #expect(try refusal("A2", a2.reversed()).hasPrefix("a rule would have to change: REJECTED ORDER"))
    #expect(
      try refusal("A2", a2.map { $0.replacing("Spawn", with: "Fork") }).hasPrefix(
        "a rule would have to change: REJECTED NAME"))
    #expect(
      try refusal("A2", a2 + ["Done."]) == "line 7 is new, and no line of the golden has vanished that it could replace"
    )
    #expect(try refusal("A1", ["Starting", "Going", "Starting", "Going", "Going", "Gone"]).contains("two texts"))
    #expect(
      try refusal("D2", ["Initialize worker thread: MainThread"])
        == "the golden would contradict itself: the lane W2 is never bound: no documented line stands under it")
  }
}
