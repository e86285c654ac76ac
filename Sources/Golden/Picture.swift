/// A transcript drawn with its lanes as columns, as values that any page can render.
package struct Picture: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    /// The line in the transcript, from 1; nil where lines were left out.
    package var number: Int?
    /// What stands in each column; nil where the line is another lane's.
    package var cells: [String?]
    /// What is wrong with the line; nil for most.
    package var mark: String?

    package init(number: Int?, cells: [String?], mark: String? = nil) {
      self.number = number
      self.cells = cells
      self.mark = mark
    }
  }

  package var columns: [String]
  package var rows: [Row]
  /// Whether lines do not tell their lane, so that the picture shows one assignment of several.
  package var isGuess: Bool

  /// A picture of anything that has lanes; each row has a cell for each column.
  package init(columns: [String], rows: [Row]) {
    self.columns = columns
    self.rows = rows
    isGuess = false
  }

  /// More columns than this are not readable.
  static let mostColumns = 6
  /// How many lines around a line at fault are shown where there are too many for all.
  static let context = 4
  static let mostRows = 40
}

extension Picture {
  init(_ verdict: Verdict) {
    let program = verdict.program
    var judge = Judge(verdict.transcript, program)
    _ = judge.bindWriters()
    let shown = Self.shownLines(verdict)
    var entryOf: [Int: Int] = [:]
    for entry in judge.reader.entries.indices { entryOf[judge.line(entry)] = entry }
    isGuess = judge.lanes.contains(-1) && program.laneCount > 1
    let lanes = isGuess ? Self.guess(judge) : judge.lanes.map(Int.init)

    var order: [Int] = []
    if program.laneCount <= Self.mostColumns {
      order = Array(0..<program.laneCount)
    } else {
      for line in shown {
        guard let entry = entryOf[line], lanes[entry] >= 0, !order.contains(lanes[entry]) else { continue }
        if order.count < Self.mostColumns { order.append(lanes[entry]) }
      }
      order.sort()
    }
    columns = order.map(program.laneName)
    let needsOther = shown.contains { line in
      guard let entry = entryOf[line] else { return true }
      return !order.contains(lanes[entry])
    }
    if needsOther { columns.append(program.laneCount > order.count ? "others" : "no lane") }

    rows = []
    var last = -1
    for line in shown {
      if line > last + 1 { rows.append(Row(number: nil, cells: Array(repeating: nil, count: columns.count))) }
      last = line
      var cells = [String?](repeating: nil, count: columns.count)
      let column = entryOf[line].flatMap { order.firstIndex(of: lanes[$0]) } ?? columns.count - 1
      cells[column] = entryOf[line].map { Self.cell(judge, $0) } ?? verdict.transcript.lines[line].text.clipped(60)
      rows.append(
        Row(number: line + 1, cells: cells, mark: line == verdict.lines.first ? Self.mark(verdict.code) : nil))
    }
    if last + 1 < verdict.transcript.lines.count {
      rows.append(Row(number: nil, cells: Array(repeating: nil, count: columns.count)))
    }
  }

  /// All lines, or those around the lines at fault.
  private static func shownLines(_ verdict: Verdict) -> [Int] {
    let count = verdict.transcript.lines.count
    if count <= mostRows { return Array(0..<count) }
    var shown: Set<Int> = []
    for line in verdict.lines.prefix(4) + (verdict.lines.isEmpty ? [0, count - 1] : []) {
      shown.formUnion(max(0, line - context)...min(count - 1, line + context))
    }
    return shown.sorted()
  }

  /// One possible assignment: a lane's first lines go to a fresh lane, the others to the lane that has fewest.
  static func guess(_ judge: Judge) -> [Int] {
    let program = judge.program
    var count: [Int: Int] = [:]
    var stage: [Int: Set<Int>] = [:]
    return judge.reader.entries.indices.map { entry in
      if judge.lanes[entry] >= 0 { return Int(judge.lanes[entry]) }
      let kind = judge.kind(entry)
      let group = program.groups[program.kinds[kind].group]
      let isFree = program.kinds[kind].isFree
      // A bound: a picture of more lanes than this shows only some of them.
      let own = group.offset..<(group.offset + min(group.size, 64))
      let fitting = own.filter { isFree ? stage[$0] != nil : !(stage[$0] ?? []).contains(kind) }
      guard let lane = fitting.min(by: { count[$0, default: 0] < count[$1, default: 0] }) else { return -1 }
      if isFree { count[lane, default: 0] += 1 } else { stage[lane, default: []].insert(kind) }
      return lane
    }
  }

  /// What a line says beyond the lane that its column tells.
  private static func cell(_ judge: Judge, _ entry: Int) -> String {
    let template = judge.program.kinds[judge.kind(entry)].template
    let whole = judge.transcript.lines[judge.line(entry)].text
    guard let lane = template.pieces.firstIndex(where: { if case .lane = $0 { true } else { false } }) else {
      return whole.clipped(60)
    }
    var head = template
    head.pieces = Array(template.pieces[..<lane])
    var text = head.text(lane: 0, task: Int(judge.reader.entries[entry].task))
    if let comma = text.lastIndex(of: ",") { text = String(text[..<comma]) }
    let isTelling = text.contains { $0 != " " }
    return (isTelling ? text : whole).clipped(60)
  }

  private static func mark(_ code: Verdict.Code) -> String {
    switch code {
    case .conforms: ""
    case .tornLine: "two lines in one"
    case .unknownLine: "nobody prints this"
    case .name: "wrong name"
    case .value: "out of range"
    case .count: "one too many"
    case .binding: "wrong process"
    case .order, .fifo: "too early"
    case .truncated: "cut off"
    }
  }

  /// The picture as text, columns aligned.
  package var lines: [String] {
    func width(_ text: String) -> Int { text.unicodeScalars.count }
    func padded(_ text: String, _ to: Int) -> String { text + String(repeating: " ", count: max(0, to - width(text))) }
    let widths = columns.indices.map { column in
      max(width(columns[column]), rows.map { width($0.cells[column] ?? ".") }.max() ?? 0)
    }
    let digits = max(4, String(rows.compactMap(\.number).max() ?? 0).count)
    func line(_ head: String, _ cells: [String], _ tail: String?) -> String {
      let body = zip(cells, widths).map { padded($0, $1) }.joined(separator: "   ")
      let text =
        String(repeating: " ", count: digits - width(head)) + head + "   " + body + (tail.map { "   <- \($0)" } ?? "")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
    return [line("", columns, nil)]
      + rows.map { row in
        guard let number = row.number else { return line("...", Array(repeating: "", count: columns.count), nil) }
        return line(String(number), row.cells.map { $0 ?? "." }, row.mark)
      }
  }
}
