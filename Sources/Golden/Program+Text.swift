extension Program: CustomStringConvertible {
  /// The compiled form as text: events, hidden events, and what happens before what, each with its reason.
  ///
  /// `w` stands for a lane and `t` for the number of a task; `a < b` says that a happens before b.
  package var description: String {
    var lines = ["program \(example) \(name), engine \(engine)"]
    lines += groups.map { group in
      let names =
        group.names.map(\.summary) ?? group.ids.prefix(3).joined(separator: ", ") + (group.ids.count > 3 ? ", …" : "")
      return
        "lanes w: \(group.size) \(group.size == 1 ? "\(group.medium)" : group.medium == .process ? "processes" : "threads"), \(names)"
    }
    lines += kinds.map { "event \(event($0))  \"\(pattern($0))\"" }
    for (kind, fact) in kinds.enumerated() where fact.isTaken {
      lines.append("hidden take(w, t)")
      lines.append(law("previous line of w < take(w, t) < \(event(fact))", .chunks))
      lines.append(law("take(_, t) < take(_, t + 1)", .take))
      lines.append(law("each t: 1 \(event(fact))", rules.stated[.numbers(kind)] != nil ? .numbers(kind) : .inAll(kind)))
    }
    if case .queue(let queue) = order {
      let fact = kinds[queue.kind]
      let chunk = queue.chunk == 1 ? "1 task" : "\(queue.chunk) tasks"
      lines.append("hidden take(w, c)  by \(queue.workers) hidden lanes, each chunk c of \(chunk)")
      lines.append(law("take(_, c) < take(_, c + 1)", .take))
      lines.append(law("take(w, c) < every \(event(fact)) of c in order < next take of w", .chunks))
    }
    if let event = hiddenEvent {
      lines.append(law("hidden \(event.name)(w)  \(event.total) in all, after every line of w", .hiddenEvent))
    }
    lines += countLaws + orderLaws
    return lines.joined(separator: "\n")
  }

  private func event(_ kind: Kind) -> String {
    let lane = groups[kind.group].size > 1 ? ["w"] : []
    let arguments = lane + (kind.isNumbered ? ["t"] : [])
    return kind.id + (arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))")
  }

  private func pattern(_ kind: Kind) -> String {
    kind.template.pieces.map { piece in
      switch piece {
      case .literal(let bytes), .name(let bytes), .method(let bytes): String(decoding: bytes, as: UTF8.self)
      case .lane: "{w}"
      case .task: "{t}"
      case .value: kind.template.values.map { "{\($0.lowerBound)..<\($0.upperBound)}" } ?? "{}"
      }
    }.joined()
  }

  private func law(_ text: String, _ key: Rules.Key) -> String {
    "\(text)  because \"\(rules(key).because)\""
  }

  private var countLaws: [String] {
    kinds.enumerated().filter { !$0.element.isTaken }.map { kind, fact in
      if fact.isFree { return law("in all: \(fact.total) \(event(fact))", .inAll(kind)) }
      if fact.isNumbered { return law("each t from 0 to \(fact.total - 1): 1 \(event(fact))", .numbers(kind)) }
      let isAlike = groups[fact.group].templates.count == 1
      let perLane = fact.total / max(1, groups[fact.group].size)
      let least = fact.canBeCutOff ? "at most " : ""
      return isAlike && groups[fact.group].size > 1
        ? law("each w: \(least)\(perLane) \(event(fact))", .eachLane(kind))
        : law("in all: \(fact.total) \(event(fact))", .inAll(kind))
    }
  }

  private var orderLaws: [String] {
    switch order {
    case .documented(let lines):
      return lines.count < 2 ? [] : [law(lines.map { kinds[$0.kind].id }.joined(separator: " < "), .documentedOrder)]
    case .queue: return []
    case .lanes:
      var laws: [String] = []
      for group in groups where group.templates.count == 1 {
        let stages = group.templates[0]
        for (first, second) in zip(stages, stages.dropFirst()) {
          laws.append(
            law("\(event(kinds[first.kind])) < \(event(kinds[second.kind]))", .inLane(first.kind, second.kind)))
        }
      }
      for (kind, fact) in kinds.enumerated() {
        laws += fact.after.map { law("every \(kinds[$0].id) < every \(fact.id)", .betweenLanes($0, kind)) }
      }
      return laws
    }
  }
}
