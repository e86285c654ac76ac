extension Parser {
  /// `A, B: processes named {Method}PoolWorker-#`.
  mutating func readLanes(_ entry: SourceText.Line) throws(GoldenError) {
    var scanner = Scanner(entry.text, file: file, line: entry.number)
    let place = scanner.place
    let ids = try RuleReader.lanes(&scanner)
    for id in ids where syntax.groups.contains(where: { $0.ids.contains(id) }) {
      throw failure("the lane \(id) is declared twice", entry)
    }
    try scanner.expect(":")
    let isHidden = scanner.take("hidden")
    let medium: Syntax.LaneGroup.Medium
    if scanner.take("processes") || scanner.take("process") {
      medium = .process
    } else if scanner.take("threads") || scanner.take("thread") {
      medium = .thread
    } else {
      throw scanner.failure("expected “process”, “processes”, “thread” or “threads” here")
    }
    var names: Syntax.NamePattern?
    if scanner.take("named") { names = try namePattern(&scanner) }
    try scanner.expectEnd()
    guard syntax.groups.reduce(ids.count, { $0 + $1.ids.count }) <= RuleReader.mostLanes else {
      throw failure("a golden has at most \(RuleReader.mostLanes) lanes", entry)
    }
    syntax.groups.append(
      Syntax.LaneGroup(ids: ids, medium: medium, isHidden: isHidden, names: names, place: place))
  }

  private func namePattern(_ scanner: inout Scanner) throws(GoldenError) -> Syntax.NamePattern {
    let rest = scanner.rest
    var text = rest[...]
    let hasMethod = text.hasPrefix("{Method}")
    if hasMethod { text = text.dropFirst("{Method}".count) }
    guard let mark = text.firstIndex(of: "#"),
      text[..<mark].unicodeScalars.allSatisfy({ Scanner.isWord($0) || $0 == ":" }),
      let (number, function) = Shape.splitName("0" + text[text.index(after: mark)...]), number == "0",
      hasMethod || mark > text.startIndex
    else {
      throw scanner.failure(
        "a lane's name is a word with # for its number, such as {Method}PoolWorker-# or Thread-# (worker)")
    }
    _ = scanner.take(rest)
    return Syntax.NamePattern(hasMethod: hasMethod, prefix: String(text[..<mark]), function: function)
  }

  /// `init: Initializing worker…`, or in a lane form `task, any number, 4 in all: Worker executing…`.
  mutating func readLine(_ entry: SourceText.Line, inLaneForm: Bool) throws(GoldenError) {
    var scanner = Scanner(entry.text, file: file, line: entry.number)
    let place = scanner.place
    guard syntax.lines.count < Self.mostKinds else {
      throw failure("a golden has at most \(Self.mostKinds) kinds of lines", entry)
    }
    let id = try scanner.name("the name of a kind of line")
    if let earlier = syntax.lines.first(where: { $0.id == id }) {
      throw failure("the line \(id) is declared in line \(earlier.place.line) already", entry)
    }
    var perLane: Int?
    var total: Int?
    if inLaneForm {
      try scanner.expect(",")
      if scanner.take("once") {
        perLane = 1
      } else if scanner.take("any number") {
        try scanner.expect(",")
        total = try scanner.number("how many lines there are in all")
        try scanner.expect("in all")
      } else {
        throw scanner.failure("expected “once” or “any number, N in all” here")
      }
    }
    guard scanner.take(":") else { throw scanner.failure("expected “:” and the line's shape here") }
    let offset = scanner.position
    guard !scanner.isAtEnd else { throw scanner.failure("the line \(id) has no shape") }
    let file = file
    let shape = try Shape(parsing: scanner.rest) { message, index in
      GoldenError(.syntax, message, file: file, line: entry.number, column: offset + index + 1)
    }
    syntax.lines.append(
      Syntax.LineDeclaration(id: id, shape: shape, place: place, perLane: perLane, total: total))
  }

  /// `A | Initializing worker…`: one space follows the bar, then the text, word for word.
  mutating func readDocumented(_ entry: SourceText.Line) throws(GoldenError) {
    var scanner = Scanner(entry.text, file: file, line: entry.number)
    let place = scanner.place
    let lane = scanner.rest.hasPrefix("|") ? nil : try scanner.name("a lane")
    if lane == nil && !syntax.isLaneForm {
      throw scanner.failure("the margin is empty: name the lane that prints this line")
    }
    guard scanner.rest.hasPrefix("|") else { throw scanner.failure("expected “| ” and the documented line here") }
    let scalars = Array(entry.text.unicodeScalars)
    let start = scanner.position + 1
    guard start == scalars.count || scalars[start] == " " else {
      throw scanner.failure("expected a space behind “|”")
    }
    let text = String(String.UnicodeScalarView(scalars[min(start + 1, scalars.count)...]))
    syntax.documented.append(
      Syntax.DocumentedLine(lane: lane, text: text, place: place, textColumn: start + 2))
  }

  /// `62 outputs when workers=2, tasks=4`.
  mutating func readCount(_ entry: SourceText.Line) throws(GoldenError) {
    var scanner = Scanner(entry.text, file: file, line: entry.number)
    let place = scanner.place
    let count = try scanner.number("the number of legal outputs")
    guard scanner.take("outputs") || scanner.take("output") else { throw scanner.failure("expected “outputs” here") }
    var conditions: [String: String] = [:]
    if scanner.take("when") {
      repeat {
        let key = try scanner.name("a parameter")
        try scanner.expect("=")
        let word = scanner.rest.prefix { $0 != "," && $0 != " " }
        guard !word.isEmpty, scanner.take(String(word)) else { throw scanner.failure("expected a value here") }
        conditions[key] = String(word)
      } while scanner.take(",")
    }
    try scanner.expectEnd()
    guard syntax.counts.count < Self.mostCounts else {
      throw failure("a golden states at most \(Self.mostCounts) numbers of outputs", entry)
    }
    if syntax.counts.contains(where: { $0.conditions == conditions }) {
      throw failure("the number of outputs for these parameters is stated already", entry)
    }
    syntax.counts.append(Syntax.CountAssertion(count: count, conditions: conditions, place: place))
  }

  /// `drop a line: COUNT`.
  mutating func readRejection(_ entry: SourceText.Line) throws(GoldenError) {
    var scanner = Scanner(entry.text, file: file, line: entry.number)
    let place = scanner.place
    let phrase = String(scanner.rest.prefix { $0 != ":" })
    guard let mutation = Mutation(rawValue: phrase) else {
      let known = Mutation.allCases.map(\.rawValue)
      let hint = Suggestion.nearest(to: phrase, among: known).map { ": did you mean “\($0)”?" }
      throw failure("“\(phrase)” is not a mutation\(hint ?? ": \(known.joined(separator: ", "))")", entry)
    }
    if let earlier = syntax.rejections.first(where: { $0.mutation == mutation }) {
      throw failure("“\(phrase)” stands in line \(earlier.place.line) already", entry)
    }
    _ = scanner.take(phrase)
    try scanner.expect(":")
    var codes: [Verdict.Code] = []
    repeat {
      let word =
        try scanner.rest.isEmpty
        ? scanner.name("a verdict code") : String(scanner.rest.prefix { $0 != "," && $0 != " " })
      guard let code = Verdict.Code(rawValue: word), code != .conforms else {
        let known = Verdict.Code.allCases.filter { $0 != .conforms }.map(\.rawValue)
        throw scanner.failure("“\(word)” is not the code of a rejection: \(known.joined(separator: ", "))")
      }
      _ = scanner.take(word)
      codes.append(code)
    } while scanner.take(",")
    try scanner.expectEnd()
    syntax.rejections.append(Syntax.Rejection(mutation: mutation, codes: codes, place: place))
  }
}
