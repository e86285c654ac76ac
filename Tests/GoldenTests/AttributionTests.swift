import Golden
import Testing

/// Who may have printed the lines of a legal output.
@Suite struct AttributionTests {
  private func attribution(
    _ id: String, _ lines: [String]? = nil, _ values: [String: String] = [:]
  ) throws -> Attribution {
    let golden = try Goldens.load(id)
    let text = (lines ?? golden.documented).map { $0 + "\n" }.joined()
    let parameters = try Parameters(values)
    let transcript = Transcript(text: Array(text.utf8))
    #expect(try golden.judge(transcript, parameters: parameters).conforms)
    return try #require(try golden.attribution(of: transcript, parameters: parameters))
  }

  @Test func `lines that name nobody are shared out, and a lane prints in its own order`() throws {
    let found = try attribution("A1").lines
    #expect(found.map(\.kind) == ["init", "task", "init", "task", "task", "task"])
    #expect(found.map(\.number) == [1, 1, 2, 2, 1, 2])
    #expect(found.map(\.lane) == ["A", "A", "B", "B", "A", "B"] && found.allSatisfy { !$0.isThread })
    let late = try attribution(
      "A3",
      ["Initializing", "Executing", "Executing", "Executing", "Executing", "Initializing"].map {
        $0 == "Executing" ? "Worker executing with: Global State" : "Initializing worker with: Global State"
      })
    #expect(late.lines.map(\.number) == [1, 1, 1, 1, 1, 2])
  }

  @Test func `lines that name their lane are its own`() throws {
    let lines = ["Initializing worker", "Worker executing task"]
    let order = [(0, 2), (1, 2), (1, 2), (0, 1), (1, 1), (1, 2)]
    let found = try attribution("B2", order.map { "\(lines[$0.0]), thread=Thread-\($0.1)" }).lines
    #expect(found.map(\.number) == order.map(\.1) && found.allSatisfy(\.isThread))
  }

  @Test func `what is not printed is told, too`() throws {
    let terminated = try attribution("D2", ["Initialize worker thread: MainThread"])
    #expect(terminated.hiddenEvents == 1 && terminated.lines.map(\.lane) == ["W1"] && terminated.queue == nil)
    let shared = try attribution("C1")
    let queue = try #require(shared.queue)
    #expect(queue.workers == 8 && queue.chunk == 1 && queue.tasks == 10 && shared.hiddenEvents == 0)
    #expect(shared.lines.map(\.task) == [2, 3, 4, 6, 7, 8, 0, 5, 1, 9])
    #expect(shared.lines.map(\.lane).allSatisfy { $0 == "main" } && shared.lines[0].value == 0.38947694846648895)
  }

  @Test func `the documented output has the names that the parameters give`() throws {
    func documented(_ id: String, _ values: [String: String]) throws -> [String] {
      try Goldens.load(id).documented(parameters: Parameters(values))
    }
    for id in ["A1", "A2", "B2", "C1", "D2", "D3", "E2", "E3"] {
      #expect(try documented(id, [:]) == Goldens.load(id).documented)
    }
    #expect(try documented("A2", ["method": "fork"])[2].hasPrefix("Initializing worker, process=ForkPoolWorker-2,"))
    #expect(try documented("B2", ["functions": "yes"])[5] == "Worker executing task, thread=Thread-2 (worker)")
    #expect(try documented("E3", ["default": "forkserver"]) == ["Main process using forkserver", "Worker using fork"])
  }

  @Test func `a text with a line of nobody has no authors`() throws {
    let golden = try Goldens.load("A1")
    for text in ["x\n", "Worker executing task...\n"] {
      #expect(try golden.attribution(of: Transcript(text: Array(text.utf8))) == nil)
    }
  }
}
