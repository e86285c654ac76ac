/// What a terminal shows of a session: a screen full, from top to bottom.
package struct WalkScreen {
  private let session: WalkSession
  private let style: Style
  private let width: Int
  private let height: Int
  private var walkthrough: Walkthrough { session.walkthrough }

  package init(_ session: WalkSession, style: Style, width: Int, height: Int) {
    self.session = session
    self.style = style
    self.width = max(40, width)
    self.height = max(10, height)
  }

  /// The lines, as many as fit; a message of one line stands above the keys.
  ///
  /// - Parameter scrolled: how many lines of a long page are above the screen.
  package func lines(message: String? = nil, scrolled: Int = 0) -> [String] {
    let foot = [message.map { style.bold(TextLayout.clip($0, to: width)) } ?? "", keys]
    let room = height - foot.count - 2
    var body: [String]
    if case .step(let index) = session.stop {
      body = step(index, room)
    } else {
      let page = WalkText.view(session, style: style, width: width)
      let above = min(scrolled, farthest)
      body = Array(page.dropFirst(above).prefix(room))
      if above > 0 { body[0] = style.dim("↑ \(above + 1) more lines") }
      let below = page.count - above - room
      if below > 0 { body[room - 1] = style.dim("↓ \(below + 1) more lines") }
    }
    body += Array(repeating: "", count: max(0, room - body.count))
    return [head, rule("")] + body.prefix(room) + foot
  }

  /// How far a page can be scrolled.
  package var farthest: Int {
    if case .step = session.stop { return 0 }
    return max(0, WalkText.view(session, style: style, width: width).count - (height - 4))
  }

  private var head: String {
    let place: String
    switch session.stop {
    case .page, .afterword: place = "story"
    case .question: place = "question"
    case .goals: place = "goals"
    case .step(let index): place = "step \(index + 1) of \(walkthrough.steps.count)"
    }
    let title = TextLayout.clip(walkthrough.title, to: width - place.count - 2)
    let gap = String(repeating: " ", count: width - title.count - place.count)
    return style.bold(title) + gap + style.dim(place)
  }

  private var keys: String {
    var keys = ["n forward", "b back", "c next choice", "q quit", "? help"]
    if case .question(let index) = session.stop, !session.revealed.contains(index) {
      keys = ["1-\(walkthrough.questions[index].options.count) mark", "n answer", "b back", "q quit", "? help"]
    } else if !session.alternatives.isEmpty {
      // A key is one figure; a longer number can be typed line by line.
      let choices = "1-\(min(9, session.alternatives.count)) choose"
      keys[0] = session.mustChoose ? choices : "n forward, \(choices)"
    }
    return style.dim(TextLayout.clip(keys.joined(separator: "   "), to: width))
  }

  private func rule(_ name: String) -> String {
    let start = name.isEmpty ? "" : "── \(name) "
    return style.dim(start + String(repeating: "─", count: max(0, width - start.count)))
  }

  // MARK: A step

  /// The programs take what the rest leaves.
  private func step(_ index: Int, _ room: Int) -> [String] {
    let step = walkthrough.steps[index]
    let alternatives = session.alternatives
    var below = TextLayout.wrap(step.sentence, to: width).map { style.bold($0) }
    if let remark = step.remark { below += TextLayout.wrap(remark, to: width) }
    if !alternatives.isEmpty {
      let text = WalkText(walkthrough, style: style, width: width)
      below += text.choice(alternatives, isOpen: session.mustChoose)
    }
    // In a small window what happens and who may move come first, then the programs, then what is out, then the lanes.
    var rest = room - below.count - 1
    var middle: [String] = []
    if rest >= 8 {
      let lanes = laneLines(index, atMost: max(2, min(walkthrough.lanes.count, (rest - 2) / 3)))
      middle += [rule("lanes")] + lanes
      rest -= lanes.count + 1
    }
    if rest >= 4 {
      let output = outputLines(step.outputCount, atMost: max(1, min(walkthrough.output.count, (rest - 1) / 2)))
      middle += [rule("output")] + output
      rest -= output.count + 1
    }
    return programs(step.position, max(0, rest)) + middle + [rule("")] + below
  }

  /// The two programs side by side, the current line of the lane that moved marked.
  private func programs(_ position: Walkthrough.Position, _ rows: Int) -> [String] {
    let left = (width - 1) / 2
    let swift = window(walkthrough.swift.lines, position.swift, rows, left)
    let python = window(walkthrough.python.lines, position.python, rows, width - left - 1)
    return zip(swift, python).map { pair in pair.0 + style.dim("│") + pair.1 }
  }

  /// So many lines of a program around the current one, without the spaces that all of them begin with.
  private func window(_ lines: [String], _ current: Int?, _ rows: Int, _ columns: Int) -> [String] {
    let middle = (current ?? 1) - 1
    let start = max(0, min(middle - rows / 2, lines.count - rows))
    let shown = start..<min(lines.count, start + rows)
    let indent = lines[shown].filter { !$0.isEmpty }.map(\.indentation).min() ?? 0
    let texts = shown.map { number -> String in
      let isCurrent = number + 1 == current
      let mark = isCurrent ? "▶" : " "
      let label = String(repeating: " ", count: max(0, 2 - "\(number + 1)".count)) + "\(number + 1)"
      let text = TextLayout.fit("\(mark)\(label) \(lines[number].dropFirst(indent))", to: columns)
      return isCurrent ? style.bold(text) : text
    }
    return texts + Array(repeating: String(repeating: " ", count: columns), count: max(0, rows - shown.count))
  }

  /// A row for each lane: its name, its last steps as signs, what it did last.
  private func laneLines(_ index: Int, atMost rows: Int) -> [String] {
    let names = 16
    let strip = max(8, min(index + 1, width / 3))
    var lanes = walkthrough.lanes.filter { $0.firstStep <= index + 1 }
    var hidden = 0
    if lanes.count > rows {
      // Those that moved last are worth showing.
      let recent = walkthrough.steps[...index].reversed().map(\.lane).uniqued.prefix(rows - 1)
      hidden = lanes.count - recent.count
      lanes = lanes.filter { recent.contains($0.id) }
    }
    let rest = width - names - strip - 3
    var lines = lanes.map { lane -> String in
      let isMover = lane.id == walkthrough.steps[index].lane
      let signs = (max(0, index + 1 - strip)...index).map { sign(walkthrough.steps[$0], lane) }.joined()
      let name = TextLayout.fit("\(isMover ? "▶" : " ")\(lane.name)", to: names)
      let text = TextLayout.clip(deed(of: lane, index), to: rest)
      return (isMover ? style.bold(name) : name) + " " + signs + "  " + style.dim(text)
    }
    if hidden > 0 { lines.append(style.dim("  and \(hidden) more")) }
    return lines
  }

  /// What a lane did last, without its name.
  private func deed(of lane: Walkthrough.Lane, _ index: Int) -> String {
    let steps = walkthrough.steps[...index]
    if let step = steps.last(where: { $0.lane == lane.id }) {
      return step.printed.first.map { "“\($0)”" } ?? Self.predicate(of: step.sentence, lane.name)
    }
    guard lane.role == .helper else { return lane.process }
    let sentences = steps.reversed().lazy.flatMap { $0.meanwhile.reversed() }
    return sentences.first { $0.hasPrefix("The \(lane.name) ") }.map { Self.predicate(of: $0, "The \(lane.name)") } ?? ""
  }

  private static func predicate(of sentence: String, _ subject: String) -> String {
    let text = sentence.hasPrefix("\(subject) ") ? sentence.dropFirst(subject.count + 1) : sentence[...]
    return String(text.hasSuffix(".") ? text.dropLast() : text)
  }

  /// A lane's step as a sign: printing, taking a task, something else, nothing.
  private func sign(_ step: Walkthrough.Step, _ lane: Walkthrough.Lane) -> String {
    guard step.lane == lane.id else { return "·" }
    if !step.printed.isEmpty { return "●" }
    return step.label.contains(".take") ? "○" : "─"
  }

  private func outputLines(_ count: Int, atMost rows: Int) -> [String] {
    guard count > 0 else { return [style.dim("  (nothing yet)")] }
    let shown = walkthrough.output[..<count].suffix(rows)
    let before = count > 0 && count > shown.count ? count - shown.count : 0
    return shown.enumerated().map { number, line in
      let text = TextLayout.clip("  \(line.text)", to: width)
      return number == 0 && before > 0 ? style.dim(TextLayout.clip("  … \(before + 1) earlier lines", to: width)) : text
    }
  }

  /// What the keys do.
  package static let help = [
    "n, space, →, Enter   forward; at a question: the answer",
    "b, ←                 back",
    "↑, ↓                 up and down a page that is longer than the screen",
    "c                    forward to the next choice or question",
    "1 to 9               at a choice: who moves next; at a question: mark an option",
    "r                    the first order again",
    "g, e                 to the beginning, to the end",
    "q                    quit",
    "",
    "In the lanes ● is a line printed, ○ a task taken, ─ another step.",
  ]
}
