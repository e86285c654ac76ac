import FoundationEssentials
import Glibc
import Testing

/// The command `scenarios walk` on a terminal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WalkTerminalTests {
  private func terminal(
    _ arguments: String..., width: UInt16 = 80, height: UInt16 = 24, colour: Bool = false
  ) throws -> PseudoTerminal {
    try PseudoTerminal(
      Command.path, ["walk"] + arguments, environment: colour ? [:] : ["NO_COLOR": "1"], width: width, height: height)
  }

  /// Whether every line of the screen fits.
  private func fits(_ terminal: PseudoTerminal, _ width: Int, _ height: Int) -> Bool {
    let lines = terminal.screen.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count <= height && lines.allSatisfy { $0.count <= width }
  }

  @Test func `keys go forward and back, answer, choose and quit`() throws {
    let terminal = try terminal("A2")
    #expect(terminal.shows("A2: who initializes, who works") && !terminal.isAsItWas)
    terminal.type("b")
    #expect(terminal.shows("This is the beginning."))
    terminal.type("n")
    #expect(terminal.shows("Which of these four outputs are possible?") && fits(terminal, 80, 24))
    terminal.type("1")
    #expect(terminal.shows("x 1  Initializing") && terminal.screen.contains("↓ 10 more lines"))
    terminal.type("\u{1b}[B\u{1b}[B")
    #expect(terminal.shows("↑ 3 more lines") && fits(terminal, 80, 24))
    terminal.type(String(repeating: "\u{1b}[B", count: 60))
    #expect(terminal.wait { !$0.screen.contains("↓") } && terminal.screen.contains("  4  Initializing"))
    terminal.type(String(repeating: "\u{1b}[A", count: 20))
    #expect(terminal.wait { !$0.screen.contains("↑") })
    terminal.type("n")
    #expect(terminal.shows("✓ 1  Initializing"))
    terminal.type("\u{1b}[C\r ")
    #expect(terminal.shows("step 3 of ") && fits(terminal, 80, 24))
    #expect(terminal.screen.contains("▶22") && terminal.screen.contains("▶25"))
    terminal.type("\u{1b}[Db")
    #expect(terminal.shows("step 1 of "))
    terminal.type("c")
    #expect(terminal.shows("Who moves next?"))
    #expect(terminal.screen.contains("→ 1  worker 1 prints") && terminal.screen.contains("  2  worker 2 prints"))
    terminal.type("7")
    #expect(terminal.shows("There is no such number here: it must be from 1 to 2."))
    terminal.type("2")
    #expect(terminal.shows("The initializer of worker 2 prints"))
    #expect(terminal.screen.contains("▶worker 2") && terminal.screen.contains("  Initializing worker, process=SpawnPoolWorker-2"))
    terminal.type("?")
    #expect(terminal.shows("forward to the next choice or question"))
    terminal.type("xg")
    #expect(terminal.shows("The names tell how workers were started"))
    terminal.type("e")
    #expect(terminal.shows("Goals: choose who moves, and make it happen"))
    terminal.type("z")
    #expect(terminal.shows("This key does nothing here"))
    terminal.type("q")
    #expect(terminal.end() == 0 && terminal.isAsItWas)
    #expect(terminal.written.hasSuffix("\u{1b}[?25h\u{1b}[?1049l") && !terminal.written.contains("\u{1b}[1m"))
  }

  @Test func `the scheduler must choose`() throws {
    let terminal = try terminal("A1", "--choose", colour: true)
    #expect(terminal.shows("A1: an initializer in every worker"))
    terminal.type("nnnccn")
    #expect(terminal.shows("Choose who moves: a number from 1 to 2.") && terminal.written.contains("\u{1b}[1m"))
    #expect(!terminal.screen.contains("→ 1"))
    terminal.type("2n")
    #expect(terminal.shows("The initializer of worker 2 prints"))
    terminal.type("\u{4}")
    #expect(terminal.end() == 0 && terminal.isAsItWas)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func `a signal ends it and the terminal is as it was`(_ signal: Int32) throws {
    let terminal = try terminal("A2")
    #expect(terminal.shows("A2: who initializes") && !terminal.isAsItWas)
    if signal == SIGINT { terminal.type("\u{3}") } else { terminal.send(signal) }
    #expect(terminal.end() == -signal && terminal.isAsItWas)
    #expect(terminal.written.hasSuffix("\u{1b}[?25h\u{1b}[?1049l"))
  }

  @Test func `it stops and goes on, and follows the size of the window`() throws {
    let terminal = try terminal("A2")
    #expect(terminal.shows("A2: who initializes"))
    terminal.type("nnnn")
    #expect(terminal.shows("step 2 of "))
    terminal.type("\u{1a}")
    #expect(terminal.stops() && terminal.isAsItWas)
    terminal.send(SIGCONT)
    terminal.type("n")
    #expect(terminal.shows("step 3 of ") && !terminal.isAsItWas)
    terminal.resize(width: 120, height: 40)
    #expect(terminal.wait { $0.screen.split(separator: "\n").contains { $0.count > 80 } } && fits(terminal, 120, 40))
    terminal.resize(width: 50, height: 16)
    #expect(terminal.wait { fits($0, 50, 16) } && terminal.screen.contains("main issues task 2."))
    // What may be chosen is there however small the window is.
    terminal.type("c")
    #expect(terminal.shows("  2  worker 2 prints") && terminal.screen.contains("→ 1  worker 1 prints") && fits(terminal, 50, 16))
    terminal.type("q")
    #expect(terminal.end() == 0)
  }

  // MARK: Recorded sessions

  /// A session line by line on a terminal, as it looks: every command is typed when it is asked for.
  private func session(_ arguments: [String], _ commands: [String]) throws -> String {
    let terminal = try PseudoTerminal(
      Command.path, ["walk"] + arguments + ["--plain"], environment: ["NO_COLOR": "1"])
    for (index, command) in commands.enumerated() {
      let isAsked = terminal.wait { $0.written.hasSuffix("\n> ") && $0.written.ranges(of: "\n> ").count == index + 1 }
      #expect(isAsked, "before command \(index + 1), \(command)")
      guard isAsked else { break }
      terminal.type("\(command)\n")
    }
    #expect(terminal.end() == 0)
    return terminal.written
  }

  private func expectSnapshot(_ name: String, _ text: String) throws {
    let path = "\(Command.root)/Tests/ScenariosTests/Snapshots/\(name).txt"
    // With SCENARIOS_RECORD set, what is shown becomes what is expected; the difference is seen before it is committed.
    if ProcessInfo.processInfo.environment["SCENARIOS_RECORD"] != nil {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let expected = try String(decoding: #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    #expect(text == expected, "the session is not \(name).txt any more")
  }

  @Test func `a full walk through A2`() throws {
    let forward = Array(repeating: "n", count: 40)
    try expectSnapshot("walk-A2-session", session(["A2"], ["n", "1 4"] + forward.prefix(23) + ["q"]))
  }

  @Test func `C1's lesson: the order of the lines tells the size of the pool`() throws {
    let steps = Array(repeating: "n", count: 45)
    try expectSnapshot("walk-C1-session", session(["C1"], ["n", "2"] + steps + ["4", "n", "n", "q"]))
  }

  @Test func `being the scheduler: worker 2 gets no task`() throws {
    let text = try session(["A1", "--tasks", "2", "--choose"], ["n", "n", "n", "c", "1", "1", "1", "1", "1", "1", "1", "e", "q"])
    try expectSnapshot("walk-A1-choose-session", text)
  }

  @Test func `a screen of A2 at 80 columns`() throws {
    let terminal = try terminal("A2")
    #expect(terminal.shows("A2: who initializes"))
    terminal.type("nnnnnnnnnnnn")
    #expect(terminal.shows("step 10 of "))
    try expectSnapshot("walk-A2-screen", terminal.screen + "\n")
    terminal.type("q")
    #expect(terminal.end() == 0)
  }
}
