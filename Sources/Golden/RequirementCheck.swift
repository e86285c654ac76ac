/// Checks every statement of `must hold` against the documented output and the other rules.
///
/// The documented output already decides counts and orders; a statement gives the reason, and one that contradicts
/// what is documented is an error rather than a second truth.
struct RequirementCheck {
  let golden: Resolver

  init(_ golden: Resolver) { self.golden = golden }

  func run() throws(GoldenError) {
    for clause in golden.syntax.requirements { try check(clause) }
  }

  private func check(_ clause: Syntax.Clause<Syntax.Requirement>) throws(GoldenError) {
    let place = clause.place
    switch clause.form {
    case .eachLane(let count, let id):
      let fact = golden.facts[try golden.kind(id, place)]
      if fact.isFree { throw golden.contradiction("any lane may run \(id), so no number a lane is fixed", place) }
      if let found = fact.perLane.first(where: { $0 != count }) {
        throw golden.contradiction("\(count) \(id) a lane, but the documented output has a lane with \(found)", place)
      }
    case .inAll(let count, let id):
      let fact = golden.facts[try golden.kind(id, place)]
      if fact.total != count {
        throw golden.contradiction("\(count) \(id) in all, but the documented output has \(fact.total)", place)
      }
    case .eachNumberOnce(let id):
      let kind = try golden.kind(id, place)
      guard golden.syntax.lines[kind].shape.has(.task) else {
        throw golden.contradiction("\(id) has no {task}, so it has no number", place)
      }
    case .inLane(let first, let second): try checkInLane(first, second, place)
    case .betweenLanes(let first, let second): try checkBetweenLanes(first, second, place)
    case .documentedOrder:
      if golden.variesOrder || golden.queue != nil {
        throw golden.contradiction("the order may vary, as “may vary” says", place)
      }
    case .inOrder(let name):
      let names = golden.syntax.hidden.compactMap { clause in
        switch clause.form {
        case .take(let name, _), .takeChunks(let name, _, _, _): name
        case .event: nil
        }
      }
      if !names.contains(name) { throw golden.contradiction("no hidden event “\(name)” takes tasks", place) }
    case .oneProcessEach, .oneProcess:
      let isThreads = golden.syntax.groups.contains { $0.medium == .thread }
      if isThreads == (clause.form == .oneProcessEach) {
        throw golden.contradiction(
          isThreads ? "threads share their process" : "the lanes are processes, and two are not one", place)
      }
    case .timed, .nothingElse, .wholeLines, .toTheEnd: break
    }
  }

  private func checkInLane(_ first: String, _ second: String, _ place: Place) throws(GoldenError) {
    let (a, b) = (try golden.kind(first, place), try golden.kind(second, place))
    guard golden.facts[a].group == golden.facts[b].group, a != b else {
      throw golden.contradiction("no lane prints both \(first) and \(second)", place)
    }
    let order = golden.kindOrder[golden.facts[a].group]
    guard let one = order.firstIndex(of: a), let other = order.firstIndex(of: b), one < other else {
      throw golden.contradiction("the documented output has \(second) before \(first) in a lane", place)
    }
  }

  private func checkBetweenLanes(_ first: String, _ second: String, _ place: Place) throws(GoldenError) {
    let (a, b) = (try golden.kind(first, place), try golden.kind(second, place))
    let last = golden.documented.lastIndex { $0.kind == a } ?? -1
    let start = golden.documented.firstIndex { $0.kind == b } ?? Int.max
    guard a != b, last < start else {
      throw golden.contradiction("the documented output does not have every \(first) before every \(second)", place)
    }
    if golden.facts[a].canBeCutOff {
      throw golden.contradiction("\(first) may be cut off, so nothing can wait for it", place)
    }
  }
}
