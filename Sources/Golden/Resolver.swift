/// A golden whose words have been resolved: every name found, every rule checked against the documented output.
///
/// Nothing here depends on parameters; `program(_:)` in `Compiler.swift` fills them in. All of it is set while it is
/// made and read afterwards.
struct Resolver: Sendable {
  let syntax: Syntax
  /// Where each lane stands: its group and its index in the group.
  var lanes: [String: (group: Int, index: Int)] = [:]
  var kindIndex: [String: Int] = [:]
  var facts: [Fact] = []
  /// The documented output; empty only in a lane form that shows none.
  var documented: [Documented] = []
  /// The order of the kinds in a lane, for each group.
  var kindOrder: [[Int]] = []
  /// What each lane of each group prints; one entry for all lanes of a group where they are alike.
  var templates: [[[Program.Stage]]] = []

  /// What the documented output and the rules say of one kind of line.
  struct Fact: Sendable {
    var group: Int
    var perLane: [Int]
    var total: Int
    var isFree = false
    var canBeCutOff = false
    var values: Range<Double>?
    var after: [Int] = []
  }

  struct Documented: Sendable {
    var kind: Int
    var group: Int
    var index: Int
    var task: Int
  }

  // What the rules say as a whole.
  var variesOrder = false
  var variesNames = false
  var take: (name: String, kind: Int)?
  var queue: (kind: Int, group: Int, size: Syntax.ChunkSize)?
  var hiddenEvent: Program.HiddenEvent?
  var timed: Program.Timed?
  var sizedGroups: Set<Int> = []

  init(_ syntax: Syntax) throws(GoldenError) {
    self.syntax = syntax
    for (group, entry) in syntax.groups.enumerated() {
      for (index, id) in entry.ids.enumerated() { lanes[id] = (group, index) }
    }
    for (index, line) in syntax.lines.enumerated() { kindIndex[line.id] = index }
    try readDocumented()
    try checkHoles()
    try applyRules()
    try orderKinds()
    try RequirementCheck(self).run()
    templates = syntax.groups.indices.map(laneTemplates)
  }

  func contradiction(_ message: String, _ place: Place) -> GoldenError {
    GoldenError(.contradiction, message, file: syntax.file, line: place.line, column: place.column)
  }

  func kind(_ id: String, _ place: Place) throws(GoldenError) -> Int {
    guard let index = kindIndex[id] else {
      let hint = Suggestion.nearest(to: id, among: syntax.lines.map(\.id)).map { ": did you mean “\($0)”?" } ?? ""
      throw contradiction("no line is called “\(id)”\(hint)", place)
    }
    return index
  }

  /// The group whose lanes are exactly these.
  func group(_ ids: [String], _ place: Place) throws(GoldenError) -> Int {
    for id in ids where lanes[id] == nil { throw contradiction("no lane is called “\(id)”", place) }
    guard let group = syntax.groups.firstIndex(where: { $0.ids == ids }) else {
      throw contradiction("these lanes are not the whole of one line of “lanes”", place)
    }
    return group
  }

  // MARK: The documented output

  /// The template of a kind as the documented output has it.
  private func template(_ kind: Int, group: Int?, tasks: Int) -> Template {
    var template = Template(syntax.lines[kind].shape, parameters: Parameters())
    template.tasks = tasks
    template.values = 0..<Double.infinity
    template.names = group.flatMap { names($0, count: syntax.groups[$0].ids.count, parameters: Parameters()) }
    return template
  }

  func names(_ group: Int, count: Int, parameters: Parameters) -> LaneNames? {
    syntax.groups[group].names.map { LaneNames($0, count: count, parameters: parameters) }
  }

  private mutating func readDocumented() throws(GoldenError) {
    if syntax.isLaneForm { try checkLaneForm() }
    if !syntax.groups.contains(where: { $0.names != nil }),
      let line = syntax.lines.first(where: { $0.shape.has(.lane) })
    {
      throw contradiction("\(line.id) has {lane}, and its lanes have no name", line.place)
    }
    for line in syntax.documented {
      let textPlace = Place(line: line.place.line, column: line.textColumn)
      guard let (group, index) = try lane(of: line, textPlace) else {
        throw contradiction("no lane has its name in this line", textPlace)
      }
      var fitting: [Documented] = []
      var bytes = line.text
      for kind in syntax.lines.indices {
        let template = template(kind, group: group, tasks: syntax.documented.count)
        bytes.withUTF8 { buffer in
          guard let reading = template.read(buffer, exactly: true), reading.end == buffer.count else { return }
          guard reading.lane < 0 || reading.lane == index else { return }
          fitting.append(Documented(kind: kind, group: group, index: index, task: reading.task))
        }
      }
      if fitting.isEmpty {
        throw contradiction(
          "the documented line has none of the declared shapes, or another lane's name than that of \(line.lane ?? "its lane")",
          textPlace)
      }
      if fitting.count > 1 {
        let ids = fitting.map { syntax.lines[$0.kind].id }
        throw contradiction("the documented line is both \(ids[0]) and \(ids[1]): their shapes overlap", textPlace)
      }
      documented.append(fitting[0])
    }
    try collectFacts()
  }

  private func lane(
    of line: Syntax.DocumentedLine, _ textPlace: Place
  ) throws(GoldenError) -> (group: Int, index: Int)? {
    if let id = line.lane {
      guard let lane = lanes[id] else { throw contradiction("no lane is called “\(id)”", line.place) }
      guard !syntax.groups[lane.group].isHidden else {
        throw contradiction("the lane \(id) is hidden, and what is hidden prints nothing", line.place)
      }
      return lane
    }
    var text = line.text
    for (group, entry) in syntax.groups.enumerated() where entry.names != nil {
      for kind in syntax.lines.indices {
        let template = template(kind, group: group, tasks: syntax.documented.count)
        let reading = text.withUTF8 { template.read($0, exactly: true) }
        if let reading, reading.lane >= 0 { return (group, reading.lane) }
      }
    }
    return syntax.groups.count == 1 && syntax.groups[0].ids.count == 1 ? (0, 0) : nil
  }

  private func checkLaneForm() throws(GoldenError) {
    guard syntax.groups.count == 1, !syntax.groups[0].isHidden else {
      throw contradiction("a lane form has one line of lanes, for all of them print alike", syntax.groups[0].place)
    }
  }

  private mutating func collectFacts() throws(GoldenError) {
    for (kind, declared) in syntax.lines.enumerated() {
      let lines = documented.filter { $0.kind == kind }
      if documented.isEmpty, syntax.isLaneForm {
        let lanes = syntax.groups[0].ids.count
        let perLane = Array(repeating: declared.perLane ?? 0, count: lanes)
        facts.append(Fact(group: 0, perLane: perLane, total: declared.total ?? lanes * (declared.perLane ?? 0)))
        continue
      }
      guard let first = lines.first else {
        throw contradiction("no documented line is a \(declared.id)", declared.place)
      }
      if lines.contains(where: { $0.group != first.group }) {
        throw contradiction("\(declared.id) is printed by lanes of two kinds: declare a line for each", declared.place)
      }
      var perLane = Array(repeating: 0, count: syntax.groups[first.group].ids.count)
      for line in lines { perLane[line.index] += 1 }
      if let wanted = declared.perLane, let lane = perLane.firstIndex(where: { $0 != wanted }) {
        throw contradiction(
          "\(declared.id) is once a lane, and the documented output has \(perLane[lane]) of lane "
            + syntax.groups[first.group].ids[lane], declared.place)
      }
      if let total = declared.total, total != lines.count {
        throw contradiction(
          "\(declared.id) is \(total) in all, and the documented output has \(lines.count)", declared.place)
      }
      if declared.shape.has(.task), lines.map(\.task).sorted() != Array(0..<lines.count) {
        throw contradiction(
          "the numbers of the documented \(declared.id) lines are not 0 to \(lines.count - 1), each once",
          declared.place)
      }
      facts.append(Fact(group: first.group, perLane: perLane, total: lines.count))
    }
    for (group, entry) in syntax.groups.enumerated() where !entry.isHidden && !documented.isEmpty {
      let bound = Set(documented.lazy.filter { $0.group == group }.map(\.index))
      for (index, id) in entry.ids.enumerated() where !bound.contains(index) {
        throw contradiction("the lane \(id) is never bound: no documented line stands under it", entry.place)
      }
    }
  }

  // MARK: Holes and what lets them vary

  private func checkHoles() throws(GoldenError) {
    let relaxations = syntax.relaxations.map(\.form)
    for (kind, line) in syntax.lines.enumerated() {
      let group = syntax.groups[facts[kind].group]
      if line.shape.has(.lane), group.names == nil {
        throw contradiction("\(line.id) has {lane}, and its lanes have no name", line.place)
      }
      let isMethod = line.shape.has(.method) || line.shape.has(.defaultMethod)
      if isMethod, !relaxations.contains(.startMethod) {
        throw contradiction("\(line.id) varies with the start method, and “may vary” does not say so", line.place)
      }
      if line.shape.hasFunction, !relaxations.contains(.functions) {
        throw contradiction(
          "\(line.id) varies with functions in thread names, and “may vary” does not say so", line.place)
      }
      let hasRange = relaxations.contains { if case .value(line.id, _, _) = $0 { true } else { false } }
      if line.shape.has(.value), !hasRange {
        throw contradiction("\(line.id) has a {value}, and “may vary” has no “value of \(line.id)”", line.place)
      }
    }
    for group in syntax.groups {
      if group.names?.hasMethod == true, !relaxations.contains(.startMethod) {
        throw contradiction("the lanes' names vary with the start method, and “may vary” does not say so", group.place)
      }
      if group.names?.function != nil, !relaxations.contains(.functions) {
        throw contradiction(
          "the lanes' names vary with functions in thread names, and “may vary” does not say so", group.place)
      }
    }
  }
}
