import Glibc
import ScenarioKit

/// A walk on a terminal, key by key.
enum WalkScreens {
  static func run(_ session: WalkSession) throws {
    guard var terminal = RawTerminal() else { return try WalkLines.run(session, isAsked: true) }
    defer { terminal.giveBack() }
    var session = session
    var message: String?
    var isHelping = false
    var scrolled = 0
    while true {
      let (width, height) = terminal.size
      let screen = WalkScreen(session, style: Terminal.style, width: width, height: height)
      scrolled = min(scrolled, screen.farthest)
      terminal.show(isHelping ? WalkScreen.help : screen.lines(message: message, scrolled: scrolled))
      let event = terminal.next()
      message = event == .resized ? message : nil
      guard case .key(let key) = event else {
        if event == .ended { return }
        continue
      }
      guard !isHelping else {
        isHelping = false
        continue
      }
      let before = session.stop
      defer { if session.stop != before { scrolled = 0 } }
      switch key {
      case .up: scrolled = max(0, scrolled - 1)
      case .down: scrolled += 1
      case .character("q"), .character("\u{4}"): return
      case .character("?"): isHelping = true
      case .right: message = session.perform(.forward)
      case .left: message = session.perform(.back)
      case .character("\u{1b}"): break
      case .character(let character):
        if let command = WalkCommand(character) {
          message = session.perform(command.value)
        } else {
          message = "This key does nothing here; ? shows those that do."
        }
      }
    }
  }
}

/// What a key or a word asks for.
private struct WalkCommand {
  let value: WalkSession.Command

  init?(_ key: Character) {
    switch key {
    case "n", " ", "\r", "\n": value = .forward
    case "b", "\u{7f}": value = .back
    case "c": value = .nextChoice
    case "g": value = .start
    case "e": value = .end
    case "r": value = .again
    default:
      guard key.isASCII, let number = key.wholeNumberValue, number > 0 else { return nil }
      value = .numbers([number])
    }
  }

  /// A line: a key, or numbers.
  init?(line: String) {
    let words = line.split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\r" }
    if words.isEmpty {
      value = .forward
    } else if words.count == 1, words[0].count == 1, let key = words[0].first, let command = WalkCommand(key) {
      self = command
    } else {
      let numbers = words.compactMap { Int($0) }
      guard numbers.count == words.count else { return nil }
      value = .numbers(numbers)
    }
  }
}

/// A walk line by line: commands come from standard input, one a line.
enum WalkLines {
  static let help = [
    "n or an empty line   forward; at a question: the answer",
    "b                    back",
    "c                    forward to the next choice or question",
    "a number             at a choice: who moves next",
    "numbers              at a question: the options that are right, and the answer",
    "r                    the first order again",
    "g, e                 to the beginning, to the end",
    "p                    both programs",
    "q                    quit",
  ]

  /// - Parameter isAsked: whether a person types: then a line that makes no sense is no reason to end.
  static func run(_ session: WalkSession, isAsked: Bool) throws {
    guard isAsked || isatty(STDIN_FILENO) == 0 else {
      return Terminal.write(text(session).whole)
    }
    if isAsked { show(session) }
    guard let first = next(isAsked: isAsked) else {
      // Nobody says anything: then all of it.
      return Terminal.write(isAsked ? "" : text(session).whole)
    }
    var session = session
    if !isAsked { show(session) }
    var line: String? = first
    while let typed = line {
      let word = typed.filter { $0 != " " && $0 != "\r" }
      if word == "q" { return }
      var refusal: String?
      switch word {
      case "?", "h", "help": Terminal.write(help.map { "\($0)\n" }.joined())
      case "p": Terminal.write(text(session).programs.map { "\($0)\n" }.joined())
      default:
        if let command = WalkCommand(line: typed) {
          refusal = perform(command.value, &session)
        } else {
          refusal = "“\(typed)” is no command here: it must be n, b, c, r, g, e, p, q, ? or a number."
        }
        if refusal == nil { show(session) }
      }
      if let refusal {
        guard isAsked else { throw ScenarioError(.invalidSteps, refusal) }
        Terminal.note("\(refusal)\n")
      }
      line = next(isAsked: isAsked)
    }
  }

  /// Does a command; numbers are an answer at once.
  private static func perform(_ command: WalkSession.Command, _ session: inout WalkSession) -> String? {
    if let refusal = session.perform(command) { return refusal }
    if case .numbers = command, case .question = session.stop { return session.perform(.forward) }
    return nil
  }

  private static func text(_ session: WalkSession) -> WalkText {
    WalkText(session.walkthrough, style: Terminal.style, width: Terminal.width)
  }

  private static func show(_ session: WalkSession) {
    let lines = WalkText.view(session, style: Terminal.style, width: Terminal.width)
    Terminal.write(lines.map { "\($0)\n" }.joined() + "\n")
  }

  /// The next line, after all that was said so far; a person is prompted for it.
  private static func next(isAsked: Bool) -> String? {
    // What cannot be written is reported at the end.
    try? Terminal.flush()
    if isAsked { Terminal.note("> ") }
    return readLine()
  }
}
