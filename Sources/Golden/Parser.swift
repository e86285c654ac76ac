/// Reads a golden file into its syntax; every error names the place and says in one sentence what is wrong.
struct Parser {
  var syntax: Syntax
  let file: String
  private var seen: [String: Int] = [:]

  static let headings = [
    "lanes", "lines", "each lane", "hidden", "documented", "may vary", "must hold", "accepts", "rejects",
  ]

  /// Beyond these a golden is not for people, and checking it would take long.
  static let mostKinds = 64
  static let mostCounts = 64

  static func parse(_ bytes: [UInt8], file: String) throws(GoldenError) -> Syntax {
    let source = try SourceText(bytes, file: file)
    var parser = try Parser(source, file: file)
    for section in source.sections.dropFirst(2) { try parser.read(section) }
    try parser.checkSections()
    return parser.syntax
  }

  private init(_ source: SourceText, file: String) throws(GoldenError) {
    self.file = file
    let first = source.sections[0]
    var scanner = Scanner(first.heading.text, file: file, line: first.heading.number)
    guard scanner.take("golden") else { throw scanner.failure("a golden begins with “golden 1”") }
    let place = scanner.place
    let version = try scanner.number("the version of the language")
    guard version == 1 else {
      throw GoldenError(
        .syntax, "version \(version) of the language is not known here, only 1", file: file, line: place.line,
        column: place.column)
    }
    try scanner.expectEnd()
    try Self.expectNoEntries(first, file: file)
    guard source.sections.count > 1 else {
      throw scanner.failure("“example ID name” must follow, and then the sections")
    }
    let second = source.sections[1]
    scanner = Scanner(second.heading.text, file: file, line: second.heading.number)
    guard scanner.take("example") else { throw scanner.failure("expected “example ID name” here") }
    let title = scanner.place
    let example = try scanner.name("the example's id")
    let name = try scanner.name("the example's name")
    try scanner.expectEnd()
    try Self.expectNoEntries(second, file: file)
    syntax = Syntax(file: file, example: example, name: name, title: title)
  }

  private static func expectNoEntries(_ section: SourceText.Section, file: String) throws(GoldenError) {
    guard let entry = section.entries.first else { return }
    throw GoldenError(
      .syntax, "nothing is indented under “\(section.heading.text)”", file: file, line: entry.number,
      column: entry.indent + 1)
  }

  // MARK: Sections

  private mutating func read(_ section: SourceText.Section) throws(GoldenError) {
    let heading = section.heading
    let name = String(heading.text.reversed().drop { $0 == " " }.reversed())
    guard Self.headings.contains(name) else {
      let hint = Suggestion.nearest(to: name, among: Self.headings).map { ": did you mean “\($0)”?" } ?? ""
      throw failure("“\(name)” is not a section\(hint)", heading)
    }
    if let line = seen[name] { throw failure("a second “\(name)”: the first is in line \(line)", heading) }
    seen[name] = heading.number
    guard !section.entries.isEmpty else { throw failure("“\(name)” is empty", heading) }
    switch name {
    case "lanes":
      for entry in try plainEntries(section) { try readLanes(entry) }
    case "lines":
      for entry in try plainEntries(section) { try readLine(entry, inLaneForm: false) }
    case "each lane":
      syntax.isLaneForm = true
      for entry in try plainEntries(section) { try readLine(entry, inLaneForm: true) }
    case "documented":
      syntax.documentedPlace = Place(line: heading.number, column: 1)
      for entry in try plainEntries(section) { try readDocumented(entry) }
    case "accepts":
      for entry in try plainEntries(section) { try readCount(entry) }
    case "rejects":
      for entry in try plainEntries(section) { try readRejection(entry) }
    case "hidden": syntax.hidden = try clauses(section, RuleReader.hidden)
    case "may vary": syntax.relaxations = try clauses(section, RuleReader.relaxation)
    default: syntax.requirements = try clauses(section, RuleReader.requirement)
    }
  }

  private func checkSections() throws(GoldenError) {
    func missing(_ what: String) -> GoldenError {
      GoldenError(.syntax, what, file: file, line: syntax.title.line, column: 1)
    }
    if syntax.groups.isEmpty { throw missing("the section “lanes” is missing: who prints?") }
    if syntax.lines.isEmpty {
      throw missing("the section “lines” is missing (or “each lane”): what do the printed lines look like?")
    }
    if seen["lines"] != nil, let line = seen["each lane"] {
      throw GoldenError(
        .contradiction, "“lines” and “each lane” both declare lines: use one", file: file, line: line, column: 1)
    }
    if syntax.documentedPlace == nil && !syntax.isLaneForm {
      throw missing("the section “documented” is missing: which output is documented?")
    }
  }

  func failure(_ message: String, _ line: SourceText.Line) -> GoldenError {
    GoldenError(.syntax, message, file: file, line: line.number, column: line.indent + 1)
  }

  /// The entries of a section whose statements need no reason.
  private func plainEntries(_ section: SourceText.Section) throws(GoldenError) -> [SourceText.Line] {
    for entry in section.entries where entry.indent != 2 {
      throw failure("this line is indented like a because, and “\(section.heading.text)” has none", entry)
    }
    return section.entries
  }

  /// Statements, each with its `because` on the line below.
  private func clauses<Form>(
    _ section: SourceText.Section, _ read: (inout Scanner) throws(GoldenError) -> Form
  ) throws(GoldenError) -> [Syntax.Clause<Form>] {
    var clauses: [Syntax.Clause<Form>] = []
    var entries = section.entries[...]
    while let entry = entries.popFirst() {
      guard entry.indent == 2 else { throw failure("a because without a rule above it", entry) }
      var scanner = Scanner(entry.text, file: file, line: entry.number)
      let place = scanner.place
      let text = scanner.rest
      let form = try read(&scanner)
      try scanner.expectEnd()
      guard let next = entries.first, next.indent == 4 else {
        throw failure("this rule has no because: say why in the line below, indented by 4", entry)
      }
      entries.removeFirst()
      let because = try reason(next)
      if let earlier = clauses.first(where: { $0.form == form }) {
        throw failure("the same rule stands in line \(earlier.place.line) already", entry)
      }
      clauses.append(Syntax.Clause(form: form, text: text, because: because, place: place))
    }
    return clauses
  }

  /// `because "…"`.
  private func reason(_ line: SourceText.Line) throws(GoldenError) -> String {
    var scanner = Scanner(line.text, file: file, line: line.number)
    guard scanner.take("because") else { throw scanner.failure("expected because \"…\" here") }
    let quoted = scanner.rest
    guard quoted.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\"") else {
      throw scanner.failure("the reason stands between quotation marks, on one line")
    }
    let text = String(quoted.dropFirst().dropLast())
    guard text.contains(where: { $0 != " " }) else { throw scanner.failure("the reason is empty") }
    return text
  }
}
