extension Resolver {
  /// Takes in what is hidden and what may vary, each rule checked against the lines and lanes that it names.
  mutating func applyRules() throws(GoldenError) {
    let forms = syntax.relaxations.map(\.form)
    variesOrder = syntax.isLaneForm || forms.contains(.orderBetweenLanes)
    if syntax.isLaneForm {
      variesNames = true
      for kind in facts.indices where syntax.lines[kind].perLane == nil { facts[kind].isFree = true }
    }
    for clause in syntax.hidden { try apply(clause) }
    for clause in syntax.relaxations { try apply(clause) }
    if let queue, !forms.contains(.orderOf(syntax.lines[queue.kind].id)) {
      throw contradiction(
        "hidden lanes finish tasks, and “may vary” has no “order of \(syntax.lines[queue.kind].id)”", syntax.title)
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
        throw contradiction(
          "this has no meaning while the order between lanes is fixed: add “order between lanes”", place)
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
  mutating func orderKinds() throws(GoldenError) {
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
