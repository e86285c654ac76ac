import Testing

@testable import Golden

/// Transcripts as runs really end: torn, cut short, with strange bytes, written by the wrong process.
@Suite struct TranscriptJudgingTests {
  private func judge(
    _ id: String, _ text: String, ending: Transcript.Ending = .unknown, _ parameters: [String: String] = [:]
  ) throws -> Verdict {
    var transcript = Transcript(text: Array(text.utf8))
    transcript.ending = ending
    return try Goldens.load(id).judge(transcript, parameters: Parameters(parameters))
  }

  private func documented(_ id: String) throws -> String {
    try Goldens.load(id).documented.map { $0 + "\n" }.joined()
  }

  @Test func `an empty transcript has too few lines, in every golden`() throws {
    for name in Goldens.names { #expect(try Goldens.load(name).judge(Transcript(text: [])).code == .count) }
    let verdict = try judge("A1", "")
    #expect(verdict.headline == "REJECTED COUNT init is printed never, and must be printed 2 times")
    #expect(verdict.explanation().contains("(nothing was printed)"))
  }

  @Test func `a missing last line feed truncates, whatever else is right`() throws {
    for name in Goldens.names {
      let text = try documented(name)
      #expect(try judge(name, String(text.dropLast())).code == .truncated, "\(name)")
    }
    let cut = try documented("A2").dropLast(30)
    #expect(try judge("A2", String(cut)).code == .truncated)
    #expect(try judge("A2", "Task\nfoo").code == .unknownLine)
    // What the cut cannot explain comes first.
    #expect(try judge("A2", Variants.taskLine(1) + "\n" + Variants.initLine(1)).code == .order)
  }

  @Test func `a run that ends abnormally is truncated`() throws {
    let text = try documented("E2")
    #expect(try judge("E2", text, ending: .exited(0)).conforms)
    #expect(try judge("E2", text, ending: .exited(1)).headline == "REJECTED TRUNCATED the run ended with status 1")
    #expect(try judge("E2", text, ending: .signaled(9)).headline == "REJECTED TRUNCATED the run was ended by signal 9")
    #expect(try judge("E2", "", ending: .timedOut).headline == "REJECTED TRUNCATED the run did not end in time")
    #expect(try judge("E2", text + text, ending: .timedOut).code == .count)
  }

  @Test func `strange bytes make a line nobody's`() throws {
    let text = try documented("A1")
    #expect(
      try judge("A1", text.split(separator: "\n").joined(separator: "\r\n") + "\r\n").headline
        == "REJECTED UNKNOWN-LINE line 1 ends in a carriage return: “Initializing worker...\u{FFFD}”")
    #expect(try judge("A1", text + "\0\n").headline == "REJECTED UNKNOWN-LINE line 7 has a NUL byte in it: “\u{FFFD}”")
    #expect(try judge("A1", text + "\n").headline == "REJECTED UNKNOWN-LINE line 7 is empty, and no line is")
    let bytes = Transcript(text: Array(text.utf8) + [0xC3, 0x28, 0x0A])
    #expect(try Goldens.load("A1").judge(bytes).message.hasPrefix("line 7 is not UTF-8"))
  }

  @Test(.timeLimit(.minutes(5))) func `a line of 10 MB gets a verdict and is not shown whole`() throws {
    for text in [
      String(repeating: "x", count: 10_000_000), String(repeating: "Initializing worker...", count: 450_000),
    ] {
      for name in ["A2", "C1"] {
        let verdict = try judge(name, text + "\n")
        #expect([.unknownLine, .tornLine].contains(verdict.code))
        #expect(verdict.explanation().count < 4000)
      }
    }
    #expect(try judge("A1", String(repeating: "Initializing worker...", count: 450_000)).code == .tornLine)
    #expect(try judge("C1", "Got (2, 0." + String(repeating: "1", count: 10_000_000) + ")\n").code == .value)
    #expect(try judge("C1", "Got (" + String(repeating: "1", count: 10_000_000) + ", 0.5)\n").code == .value)
  }

  @Test func `lines that ran into one another are torn, others only look like it`() throws {
    let (one, two) = (Variants.initLine(1), Variants.initLine(2))
    #expect(try judge("A2", one + two + "\n\n").code == .tornLine)
    #expect(try judge("A2", one + two + one + "\n").code == .tornLine)
    #expect(try judge("A2", String(one.prefix(20)) + two + "\n").code == .tornLine)
    #expect(try judge("A2", one + String(two.suffix(20)) + "\n").code == .tornLine)
    #expect(try judge("A2", one + " and more\n").code == .unknownLine)
    #expect(try judge("A2", "DEBUG: " + one + "\n").code == .unknownLine)
    #expect(try judge("E1", "spawnspawn\n").code == .tornLine)
    // The torn line comes first, even behind a line that nobody prints.
    #expect(try judge("A2", "what\n" + one + two + "\n").code == .tornLine)
  }

  @Test func `names follow the start method, and another one is a wrong name`() throws {
    let spawn = try documented("A2")
    let fork = spawn.replacing("Spawn", with: "Fork")
    let server = spawn.replacing("Spawn", with: "ForkServer")
    #expect(try judge("A2", fork, ["method": "fork"]).conforms)
    #expect(try judge("A2", server, ["method": "forkserver"]).conforms)
    #expect(try judge("A2", fork, ["default": "fork"]).conforms)
    #expect(
      try judge("A2", fork).headline
        == "REJECTED NAME line 1 has the name ForkPoolWorker-1, and SpawnPoolWorker-1 or SpawnPoolWorker-2 is expected")
    #expect(try judge("A2", fork).rule?.text == "start method")
    #expect(try judge("A2", spawn.replacing("-2", with: "-3")).rule?.text == "names of lanes")
    #expect(try judge("A2", spawn.replacing("MainThread", with: "Thread-1")).code == .name)
    #expect(try judge("B2", try documented("B2"), ["functions": "yes"]).code == .name)
    let named = try documented("B2").replacing("Thread-1", with: "Thread-1 (worker)").replacing(
      "Thread-2", with: "Thread-2 (worker)")
    #expect(try judge("B2", named, ["functions": "yes", "method": "thread"]).conforms)
    #expect(try judge("B2", named).code == .name)
    let helpers = "Thread: MainThread\nThread: Thread-1 (_handle_workers)\nThread: Thread-2 (_handle_tasks)\n"
    #expect(try judge("D3", helpers + "Thread: Thread-3 (_handle_results)\n", ["functions": "yes"]).conforms)
    #expect(try judge("D3", helpers + "Thread: Thread-4 (_handle_results)\n", ["functions": "yes"]).code == .name)
  }

  @Test func `start methods as words follow the method, the default or neither`() throws {
    for method in ["spawn", "fork", "forkserver"] {
      #expect(try judge("E1", method + "\n", ["method": method]).conforms)
      #expect(try judge("E2", "Main process using \(method)\nWorker using \(method)\n", ["method": method]).conforms)
      #expect(try judge("E3", "Main process using \(method)\nWorker using fork\n", ["default": method]).conforms)
      #expect(try judge("E3", "Main process using spawn\nWorker using \(method)\n").conforms == (method == "fork"))
    }
    #expect(try judge("E1", "fork\n", ["method": "thread", "default": "fork"]).conforms)
    #expect(try judge("E1", "forkserver\n", ["method": "fork"]).code == .name)
    #expect(try judge("E1", "fork\n", ["method": "forkserver"]).code == .name)
    #expect(try judge("E1", "magic\n").code == .unknownLine)
    #expect(try judge("E3", "Main process using spawn\nWorker using spawn\n").code == .name)
  }

  @Test func `values and numbers have ranges`() throws {
    let lines = try documented("C1")
    #expect(try judge("C1", lines.replacing("4.827317385371338", with: "5.0")).code == .value)
    #expect(try judge("C1", lines.replacing("(9, ", with: "(10, ")).code == .value)
    #expect(try judge("C1", lines.replacing("(9, ", with: "(8, ")).code == .count)
    #expect(try judge("C1", lines.replacing("0.38947694846648895", with: "3.8947694846648895e-01")).conforms)
    #expect(try judge("C1", lines.replacing("0.38947694846648895", with: "-0.1")).code == .value)
    #expect(try judge("C1", lines.replacing("0.38947694846648895", with: "nan")).code == .value)
  }

  @Test func `a timed rule judges text, and a live run gets a note when sleeps are slow enough`() throws {
    let golden = try Goldens.load("C1")
    var lines = golden.documented
    lines.swapAt(4, 6)
    #expect(try golden.judge(Transcript(lines)).code == .order)
    func live(_ scale: String?) throws -> Verdict {
      var run = Transcript(lines)
      run.ending = .exited(0)
      for index in run.lines.indices { run.lines[index].writer = 7 }
      return try golden.judge(run, parameters: Parameters(scale.map { ["time-scale": $0] } ?? [:]))
    }
    #expect(try live(nil).notes.isEmpty)
    #expect(try live("0.05").notes.isEmpty)
    let note = try live("1")
    #expect(note.conforms && note.notes.count == 1)
    #expect(note.explanation().hasPrefix("CONFORMS\nnote: timed rule, a note only in a live run: with 8 workers"))
    #expect(try golden.judge(Transcript(lines), parameters: Parameters(["timed": "no"])).conforms)
  }

  @Test func `the hard rule of C1 depends on the pool's size`() throws {
    let golden = try Goldens.load("C1")
    for workers in 1...3 {
      let parameters = try Parameters(["workers": "\(workers)", "timed": "no"])
      #expect(try golden.judge(Transcript(golden.documented), parameters: parameters).code == .fifo)
    }
    let parameters = try Parameters(["workers": "4", "timed": "no"])
    #expect(try golden.judge(Transcript(golden.documented), parameters: parameters).conforms)
  }

  @Test func `D2 has from one to as many lines as workers`() throws {
    let line = "Initialize worker thread: MainThread\n"
    for workers in [1, 2, 8, 100] {
      for count in [0, 1, 2, 8, 9, 100, 101] {
        let verdict = try judge("D2", String(repeating: line, count: count), ["workers": "\(workers)"])
        #expect(verdict.code == ((1...workers).contains(count) ? .conforms : .count))
      }
    }
    #expect(
      try Goldens.load("D2").sizes(of: Transcript(text: Array(String(repeating: line, count: 5).utf8))) == Array(5...12)
    )
  }

  @Test func `parameters without a meaning are errors`() throws {
    #expect(throws: GoldenError.self) { try Parameters(["method": "vfork"]) }
    #expect(throws: GoldenError.self) { try Parameters(["workers": "0"]) }
    #expect(throws: GoldenError.self) { try Parameters(["wrokers": "2"]) }
    #expect(throws: GoldenError.self) { try Parameters(["functions": "maybe"]) }
    #expect(throws: GoldenError.self) { try Parameters(["time-scale": "-1"]) }
    #expect(throws: GoldenError.self) { try Goldens.load("D3").count(parameters: Parameters(["lanes": "3"])) }
    #expect(throws: GoldenError.self) { try Goldens.load("E1").count(parameters: Parameters(["tasks": "3"])) }
  }
}
