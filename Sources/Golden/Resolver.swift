/// A golden whose words have been resolved: every name found, every rule checked against the documented output.
///
/// Nothing here depends on parameters; `program(_:)` in `Compiler.swift` fills them in.
struct Resolver: Sendable {
  let syntax: Syntax
  /// Where each lane stands: its group and its index in the group.
  private(set) var lanes: [String: (group: Int, index: Int)] = [:]
  private(set) var kindIndex: [String: Int] = [:]
  private(set) var facts: [Fact] = []
  /// The documented output; empty only in a lane form that shows none.
  private(set) var documented: [Documented] = []
  /// The order of the kinds in a lane, for each group.
  private(set) var kindOrder: [[Int]] = []
  /// What each lane of each group prints; one entry for all lanes of a group where they are alike.
  private(set) var templates: [[[Program.Stage]]] = []

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
  private(set) var variesOrder = false
  private(set) var variesNames = false
  private(set) var take: (name: String, kind: Int)?
  private(set) var queue: (kind: Int, group: Int, size: Syntax.ChunkSize)?
  private(set) var hiddenEvent: Program.HiddenEvent?
  private(set) var timed: Program.Timed?
  private(set) var sizedGroups: Set<Int> = []

  init(_ syntax: Syntax) throws(GoldenError) {
    self.syntax = syntax
    for (group, entry) in syntax.groups.enumerated() {
      for (index, id) in entry.ids.enumerated() { lanes[id] = (group, index) }
    }
    for (index, line) in syntax.lines.enumerated() { kindIndex[line.id] = index }
    try readDocumented()
    try checkHoles()
    try apply()
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
    if !syntax.groups.contains(where: { $0.names != nil }), let line = syntax.lines.first(where: { $0.shape.has(.lane) }) {
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
          "the numbers of the documented \(declared.id) lines are not 0 to \(lines.count - 1), each once", declared.place)
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
        throw contradiction("\(line.id) varies with functions in thread names, and “may vary” does not say so", line.place)
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

  // MARK: Rules

  private mutating func apply() throws(GoldenError) {
    let forms = syntax.relaxations.map(\.form)
    variesOrder = syntax.isLaneForm || forms.contains(.orderBetweenLanes)
    if syntax.isLaneForm {
      variesNames = true
      for kind in facts.indices where syntax.lines[kind].perLane == nil { facts[kind].isFree = true }
    }
    for clause in syntax.hidden { try apply(clause) }
    for clause in syntax.relaxations { try apply(clause) }
    if let queue, !forms.contains(.orderOf(syntax.lines[queue.kind].id)) {
      throw contradiction("hidden lanes finish tasks, and “may vary” has no “order of \(syntax.lines[queue.kind].id)”", syntax.title)
    }
  }

  private mutating func apply(_ clause: Syntax.Clause<Syntax.Hidden>) throws(GoldenError) {
    let place = clause.place
    switch clause.form {
    case .event(let name, let after, let total):
      guard variesOrder else { throw contradiction("a hidden event needs “order between lanes”", place) }
      _ = try kind(after, place)
      guard hiddenEvent == nil else { throw contradiction("a second hidden event that runs after lines", place) }
      hiddenEvent = Program.HiddenEvent(name: name, total: total)
    case .take(let name, let id):
      let kind = try kind(id, place)
      guard syntax.lines[kind].shape.has(.task) else {
        throw contradiction("\(id) has no {task}: what is taken in order carries its number", place)
      }
      guard variesOrder else { throw contradiction("a take needs “order between lanes”", place) }
      guard take == nil else { throw contradiction("a second hidden event that takes tasks", place) }
      guard syntax.requirements.contains(where: { $0.form == .inOrder(name) }) else {
        throw contradiction("\(name) is hidden and constrains nothing: “must hold” has no “in order: \(name)”", place)
      }
      take = (name, kind)
    case .takeChunks(let name, let id, let ids, let size):
      let kind = try kind(id, place)
      let group = try group(ids, place)
      guard syntax.groups[group].isHidden else {
        throw contradiction("the lanes that take chunks are hidden ones: these print", place)
      }
      guard syntax.lines[kind].shape.has(.task), syntax.lines.count == 1, syntax.groups.count == 2,
        syntax.groups[facts[kind].group].ids.count == 1, take == nil, !variesOrder
      else {
        throw contradiction("chunks are for one lane that prints one kind of line, with {task}", place)
      }
      guard syntax.requirements.contains(where: { $0.form == .inOrder(name) }) else {
        throw contradiction("\(name) is hidden and constrains nothing: “must hold” has no “in order: \(name)”", place)
      }
      queue = (kind, group, size)
    }
  }

  private mutating func apply(_ clause: Syntax.Clause<Syntax.Relaxation>) throws(GoldenError) {
    let place = clause.place
    func needsOrder() throws(GoldenError) {
      guard variesOrder else {
        throw contradiction("this has no meaning while the order between lanes is fixed: add “order between lanes”", place)
      }
    }
    switch clause.form {
    case .orderBetweenLanes:
      if syntax.groups.reduce(0, { $0 + ($1.isHidden ? 0 : $1.ids.count) }) < 2 {
        throw contradiction("there is one lane, and nothing lies between", place)
      }
    case .laneOf(let id):
      try needsOrder()
      let kind = try kind(id, place)
      guard syntax.groups[facts[kind].group].ids.count > 1 else {
        throw contradiction("only one lane can run \(id)", place)
      }
      facts[kind].isFree = true
    case .namesOfLanes:
      try needsOrder()
      guard syntax.groups.contains(where: { $0.names != nil }) else {
        throw contradiction("no lane has a name", place)
      }
      variesNames = true
    case .numberOfLanes(let ids):
      let group = try group(ids, place)
      if !syntax.groups[group].isHidden { try needsOrder() }
      sizedGroups.insert(group)
    case .startMethod:
      let isUsed =
        syntax.groups.contains { $0.names?.hasMethod == true }
        || syntax.lines.contains { $0.shape.has(.method) || $0.shape.has(.defaultMethod) }
      if !isUsed { throw contradiction("nothing here varies with the start method", place) }
    case .functions:
      let isUsed =
        syntax.groups.contains { $0.names?.function != nil } || syntax.lines.contains { $0.shape.hasFunction }
      if !isUsed { throw contradiction("no name here has a function", place) }
    case .cutOff(let id):
      try needsOrder()
      facts[try kind(id, place)].canBeCutOff = true
    case .orderOf(let id):
      let kind = try kind(id, place)
      guard queue?.kind == kind else {
        throw contradiction("what orders \(id)? “hidden” must say which lanes take it, in chunks", place)
      }
    case .value(let id, let lower, let upper):
      let kind = try kind(id, place)
      guard syntax.lines[kind].shape.has(.value) else { throw contradiction("\(id) has no {value}", place) }
      facts[kind].values = lower..<upper
    }
  }

  /// The order of the kinds in a lane, from the documented output.
  private mutating func orderKinds() throws(GoldenError) {
    for (group, entry) in syntax.groups.enumerated() {
      let kinds = facts.indices.filter { facts[$0].group == group }
      if documented.isEmpty || entry.isHidden {
        kindOrder.append(kinds)
        continue
      }
      var before: Set<[Int]> = []
      var sequences: [[Int]] = Array(repeating: [], count: entry.ids.count)
      for line in documented where line.group == group { sequences[line.index].append(line.kind) }
      for (index, sequence) in sequences.enumerated() {
        var runs: [Int] = []
        for kind in sequence where runs.last != kind { runs.append(kind) }
        if kinds.contains(where: { facts[$0].isFree }), Set(runs).count < runs.count {
          throw contradiction(
            "lane \(entry.ids[index]) prints a kind of line again after another: with “which lane runs …” each kind "
              + "stands together in its lane", entry.place)
        }
        for (first, second) in zip(runs, runs.dropFirst()) { before.insert([first, second]) }
      }
      var order: [Int] = []
      while let next = kinds.first(where: { kind in
        !order.contains(kind) && !before.contains { $0[1] == kind && !order.contains($0[0]) && $0[0] != kind }
      }) {
        order.append(next)
      }
      if order.count < kinds.count, kinds.contains(where: { facts[$0].isFree }) {
        throw contradiction("the lanes print their kinds of lines in different orders", entry.place)
      }
      kindOrder.append(order)
    }
    for clause in syntax.requirements {
      switch clause.form {
      case .betweenLanes(let first, let second):
        let (first, second) = (try kind(first, clause.place), try kind(second, clause.place))
        facts[second].after.append(first)
      case .timed(let id, let tolerance):
        let kind = try kind(id, clause.place)
        guard queue?.kind == kind, facts[kind].values != nil else {
          throw contradiction("only what hidden lanes finish, with a {value} in seconds, can be timed", clause.place)
        }
        timed = Program.Timed(kind: kind, tolerance: tolerance)
      default: break
      }
    }
  }
}
