extension Resolver {
  /// The program for these parameters.
  func program(_ parameters: Parameters) throws(GoldenError) -> Program {
    let sizes = try groupSizes(parameters)
    var totals = totals(sizes)
    if let tasks = parameters.tasks { try scale(&totals, to: tasks) }
    var visible: [Program.Group] = []
    var groupIndex: [Int: Int] = [:]
    var offset = 0
    for (index, entry) in syntax.groups.enumerated() where !entry.isHidden {
      groupIndex[index] = visible.count
      visible.append(
        Program.Group(
          ids: entry.ids, size: sizes[index], offset: offset, medium: entry.medium,
          names: names(index, count: sizes[index], parameters: parameters), templates: templates[index],
          namesVary: variesNames || entry.names == nil))
      offset += sizes[index]
    }
    let kinds = syntax.lines.enumerated().map { index, line in
      let fact = facts[index]
      let group = groupIndex[fact.group] ?? 0
      var template = Template(line.shape, parameters: parameters)
      template.tasks = totals[index]
      template.values = fact.values
      template.names = visible[group].names
      return Program.Kind(
        id: line.id, template: template, group: group, printsLane: line.shape.has(.lane),
        isNumbered: line.shape.has(.task), isTaken: take?.kind == index, total: totals[index], isFree: fact.isFree,
        canBeCutOff: fact.canBeCutOff, after: fact.after)
    }
    return Program(
      example: syntax.example, name: syntax.name, file: syntax.file, groups: visible, kinds: kinds,
      order: order(sizes, totals, groups: visible, groupIndex), hiddenEvent: hiddenEvent, timed: timed, rules: rules(),
      parameters: parameters)
  }

  // MARK: Sizes

  private func groupSizes(_ parameters: Parameters) throws(GoldenError) -> [Int] {
    var sizes: [Int] = []
    var isScaled = false
    for (index, entry) in syntax.groups.enumerated() {
      let isAlike = entry.isHidden || isUniform(index)
      let canScale = sizedGroups.contains(index) || (isAlike && facts.contains { $0.group == index && $0.isFree })
      if sizedGroups.contains(index), !isAlike {
        throw contradiction("the number of these lanes may vary, and they print different lines", entry.place)
      }
      if let lanes = parameters.lanes, canScale {
        isScaled = true
        sizes.append(lanes)
      } else if sizedGroups.contains(index) {
        sizes.append(parameters.workers ?? entry.ids.count)
      } else {
        sizes.append(entry.ids.count)
      }
    }
    if parameters.lanes != nil, !isScaled {
      throw GoldenError(.parameter, "the number of lanes of \(syntax.example) is fixed: lanes has no meaning for it")
    }
    return sizes
  }

  private func totals(_ sizes: [Int]) -> [Int] {
    facts.map { fact in
      if fact.isFree || !isUniform(fact.group) { return fact.total }
      return (fact.perLane.first ?? 0) * sizes[fact.group]
    }
  }

  private func scale(_ totals: inout [Int], to tasks: Int) throws(GoldenError) {
    let free = facts.indices.filter { facts[$0].isFree }
    if let queue {
      totals[queue.kind] = tasks
    } else if free.count == 1 {
      totals[free[0]] = tasks
    } else {
      throw GoldenError(.parameter, "the number of tasks of \(syntax.example) is fixed: tasks has no meaning for it")
    }
  }

  // MARK: Lanes

  /// Whether all lanes of the group print the same, apart from the lines that any of them may print.
  private func isUniform(_ group: Int) -> Bool { templates[group].count <= 1 }

  /// What each lane of the group prints; one for all where they are alike.
  func laneTemplates(_ group: Int) -> [[Program.Stage]] {
    let entry = syntax.groups[group]
    let hasFree = facts.contains { $0.group == group && $0.isFree }
    var own: [Int: [Documented]] = [:]
    for line in documented where line.group == group { own[line.index, default: []].append(line) }
    let lanes: [[Program.Stage]] = entry.ids.indices.map { index in
      if hasFree || documented.isEmpty {
        return kindOrder[group].compactMap { kind in
          let count = facts[kind].perLane[index]
          if facts[kind].isFree { return Program.Stage(kind: kind, count: nil) }
          return count > 0 ? Program.Stage(kind: kind, count: count) : nil
        }
      }
      var stages: [Program.Stage] = []
      for line in own[index] ?? [] {
        if let last = stages.last, last.kind == line.kind {
          stages[stages.count - 1].count = (last.count ?? 0) + 1
        } else {
          stages.append(Program.Stage(kind: line.kind, count: 1))
        }
      }
      return stages
    }
    return Set(lanes).count == 1 ? [lanes[0]] : lanes
  }

  // MARK: Order and rules

  private func order(
    _ sizes: [Int], _ totals: [Int], groups: [Program.Group], _ groupIndex: [Int: Int]
  ) -> Program.Order {
    if let queue {
      let tasks = totals[queue.kind]
      let workers = sizes[queue.group]
      let chunk =
        switch queue.size {
        case .fixed(let size): size
        case .quarterShare: (tasks + 4 * workers - 1) / (4 * workers)
        }
      return .queue(Program.Queue(kind: queue.kind, workers: workers, chunk: chunk, tasks: tasks))
    }
    if variesOrder { return .lanes }
    return .documented(
      documented.map { line in
        let offset = groupIndex[line.group].map { groups[$0].offset } ?? 0
        return Program.Line(kind: line.kind, lane: offset + line.index, task: line.task)
      })
  }

  private func rules() -> Rules {
    var rules = Rules(documentedLine: syntax.documentedPlace?.line ?? syntax.title.line)
    func state<Form>(_ clause: Syntax.Clause<Form>, _ key: Rules.Key?) {
      guard let key else { return }
      rules.stated[key] = Rule(text: clause.text, because: clause.because, line: clause.place.line)
    }
    func index(_ id: String) -> Int { kindIndex[id] ?? 0 }
    for clause in syntax.hidden {
      switch clause.form {
      case .take, .takeChunks: state(clause, .chunks)
      case .event: state(clause, .hiddenEvent)
      }
    }
    for clause in syntax.relaxations {
      switch clause.form {
      case .orderBetweenLanes, .orderOf, .numberOfLanes: break
      case .laneOf(let id): state(clause, .laneOf(index(id)))
      case .namesOfLanes: state(clause, .laneNames)
      case .startMethod: state(clause, .startMethod)
      case .functions: state(clause, .functions)
      case .cutOff: state(clause, .cutOff)
      case .value(let id, _, _): state(clause, .value(index(id)))
      }
    }
    for clause in syntax.requirements {
      switch clause.form {
      case .eachLane(_, let id): state(clause, .eachLane(index(id)))
      case .inAll(_, let id): state(clause, .inAll(index(id)))
      case .eachNumberOnce(let id): state(clause, .numbers(index(id)))
      case .inLane(let first, let second): state(clause, .inLane(index(first), index(second)))
      case .betweenLanes(let first, let second): state(clause, .betweenLanes(index(first), index(second)))
      case .documentedOrder: state(clause, .documentedOrder)
      case .inOrder: state(clause, .take)
      case .timed: state(clause, .timed)
      case .oneProcessEach, .oneProcess: state(clause, .binding)
      case .nothingElse: state(clause, .nothingElse)
      case .wholeLines: state(clause, .wholeLines)
      case .toTheEnd: state(clause, .toTheEnd)
      }
    }
    return rules
  }
}
