import Golden

/// A walkthrough in lines of text: the whole of it, or what is to be seen at one stop.
package struct WalkText {
  private let walkthrough: Walkthrough
  private let style: Style
  private let width: Int

  /// - Parameter width: how many columns a line has; story text stays within 80 of them.
  package init(_ walkthrough: Walkthrough, style: Style = Style(isColoured: false), width: Int = 80) {
    self.walkthrough = walkthrough
    self.style = style
    self.width = max(40, width)
  }

  private var textWidth: Int { min(width, 80) }

  // MARK: The whole

  /// Everything from the story to the goals, with all answers.
  package var whole: String {
    var parts = walkthrough.before.map { page($0) }
    parts.append(programs)
    parts += questions(.before)
    parts += walkthrough.steps.indices.map { step($0, isWhole: true) }
    parts.append(ending)
    parts += questions(.after)
    parts += walkthrough.after.map { page($0) }
    if !walkthrough.goals.isEmpty { parts.append(goals(withSolutions: true)) }
    return parts.map { $0.map { "\($0)\n" }.joined() }.joined(separator: "\n")
  }

  private func questions(_ moment: Walkthrough.Question.Moment) -> [[String]] {
    walkthrough.questions.filter { $0.moment == moment }.map { question($0, marked: nil, isRevealed: true) }
  }

  /// Both programs with the numbers of their lines.
  package var programs: [String] {
    [style.bold("The program in Swift, and in Python")] + [walkthrough.swift, walkthrough.python].flatMap { program in
      ["", style.dim(program.path)] + program.lines.enumerated().map { number, line in
        TextLayout.trimmed(style.dim(Self.number(number + 1)) + "  \(line)")
      }
    }
  }

  private static func number(_ number: Int) -> String { String(repeating: " ", count: max(0, 3 - "\(number)".count)) + "\(number)" }

  // MARK: Stops

  /// What is to be seen where a session stands.
  package static func view(_ session: WalkSession, style: Style, width: Int) -> [String] {
    let text = WalkText(session.walkthrough, style: style, width: width)
    switch session.stop {
    case .page(let index): return text.page(session.walkthrough.before[index])
    case .afterword(let index): return text.page(session.walkthrough.after[index])
    case .goals: return text.goals(withSolutions: false)
    case .question(let index):
      return text.question(
        session.walkthrough.questions[index], marked: session.marked[index] ?? [],
        isRevealed: session.revealed.contains(index))
    case .step(let index):
      var lines = text.step(index, isWhole: false)
      if index + 1 == session.walkthrough.steps.count { lines += [""] + text.ending }
      if !session.alternatives.isEmpty { lines += [""] + text.choice(session.alternatives, isOpen: session.mustChoose) }
      return lines
    }
  }

  package func page(_ page: Walkthrough.Page) -> [String] {
    [style.bold(page.title)]
      + page.paragraphs.flatMap { paragraph in
        let isPoint = paragraph.hasPrefix("- ")
        return (isPoint ? [] : [""]) + TextLayout.wrap(paragraph, to: textWidth, hanging: isPoint ? "  " : "")
      }
  }

  /// - Parameter marked: what the learner holds for right; nil where nobody was asked.
  package func question(_ question: Walkthrough.Question, marked: Set<Int>?, isRevealed: Bool) -> [String] {
    var lines = TextLayout.wrap(question.prompt, to: textWidth).map { style.bold($0) }
    for (index, option) in question.options.enumerated() {
      if option.lines.count > 1 { lines.append("") }
      let isMarked = marked?.contains(index) ?? false
      let sign = isRevealed ? (option.isRight ? style.green("✓") : style.red("✗")) : isMarked ? "x" : " "
      for (number, line) in option.lines.enumerated() {
        let head = number == 0 ? "\(sign) \(index + 1)  " : "     "
        lines.append(head + TextLayout.clip(line, to: width - 5))
      }
      if isRevealed {
        for why in option.why { lines += TextLayout.wrap(why, to: textWidth - 5).map { "     " + style.dim($0) } }
      }
    }
    if isRevealed, let marked {
      let right = question.options.indices.count { question.options[$0].isRight == marked.contains($0) }
      lines += ["", "You have judged \(right) of \(question.options.count) rightly."]
    }
    return lines
  }

  /// One step: what happened, where it stands in the programs, what came out.
  package func step(_ index: Int, isWhole: Bool) -> [String] {
    let step = walkthrough.steps[index]
    let count = walkthrough.steps.count
    var lines: [String] = []
    if isWhole, step.isChoice { lines += choice(step.alternatives, isOpen: false) + [""] }
    for sentence in step.meanwhile { lines.append(style.dim(TextLayout.clip("      \(sentence)", to: width))) }
    let head = "\(Self.number(index + 1))/\(count)  "
    let wrapped = TextLayout.wrap(step.sentence, to: textWidth - head.count)
    for (number, line) in wrapped.enumerated() {
      lines.append((number == 0 ? head : String(repeating: " ", count: head.count)) + style.bold(line))
    }
    lines += position(step.position)
    let before = index > 0 ? walkthrough.steps[index - 1].outputCount : 0
    for line in walkthrough.output[before..<max(before, step.outputCount)] {
      lines.append(TextLayout.clip("    │ ", to: width) + style.green(TextLayout.clip(line.text, to: width - 6)))
    }
    if let remark = step.remark { lines += TextLayout.wrap(remark, to: textWidth - 6).map { "      \($0)" } }
    return lines
  }

  private func position(_ position: Walkthrough.Position) -> [String] {
    func line(_ name: String, _ program: Walkthrough.Program, _ number: Int?) -> [String] {
      guard let number, program.lines.indices.contains(number - 1) else { return [] }
      let text = program.lines[number - 1].drop { $0 == " " }
      return [style.dim(TextLayout.clip("    \(name.padded(to: 7))\(Self.number(number))  \(text)", to: width))]
    }
    return line("Swift", walkthrough.swift, position.swift) + line("Python", walkthrough.python, position.python)
  }

  /// Who could move next.
  package func choice(_ alternatives: [Walkthrough.Alternative], isOpen: Bool) -> [String] {
    ["    Who moves next?"]
      + alternatives.enumerated().map { index, alternative in
        let sign = alternative.isChosen && !isOpen ? "→" : " "
        let name = walkthrough.lane(alternative.lane)?.name ?? alternative.lane
        return TextLayout.clip("    \(sign) \(index + 1)  \(name) \(alternative.text)", to: width)
      }
  }

  /// What came of it all.
  package var ending: [String] {
    let title = walkthrough.isDocumented ? "The whole output, as documented" : "The whole output"
    return [style.bold(title)] + walkthrough.output.map { TextLayout.clip("    │ \($0.text)", to: width) }
      + [
        "\(walkthrough.ending) "
          + "It took \(Wording.count(walkthrough.switches, "switch", "switches")) between processes or threads."
      ]
  }

  package func goals(withSolutions: Bool) -> [String] {
    var lines = [style.bold("Goals: choose who moves, and make it happen")]
    for goal in walkthrough.goals {
      let sign = goal.isReached ? style.green("✓") : "·"
      for (number, line) in TextLayout.wrap(goal.text, to: textWidth - 4).enumerated() {
        lines.append((number == 0 ? "  \(sign) " : "    ") + line)
      }
      guard withSolutions, !goal.isReached else { continue }
      // A schedule is copied: it stays on one line however long it is.
      lines.append(style.dim("      scenarios walk \(walkthrough.id) --schedule \"\(goal.solution)\""))
    }
    return lines
  }
}
