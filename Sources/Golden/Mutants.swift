/// Makes the mutants of outputs: every way in which an operator can spoil each of them.
struct Mutants {
  let program: Program
  let documented: [Resolver.Documented]

  /// The mutants of these outputs by this operator, each once.
  func make(_ mutation: Mutation, from bases: [[String]]) -> [Transcript] {
    var seen: Set<Transcript> = []
    var mutants: [Transcript] = []
    for base in bases {
      let lines = base.map { Transcript.Line(bytes: Array($0.utf8)) }
      for mutant in make(mutation, lines) where seen.insert(mutant).inserted { mutants.append(mutant) }
      // Who wrote a line is known for the documented output only.
      if mutation == .otherWriter { break }
    }
    return mutants
  }

  private typealias Line = Transcript.Line

  private func make(_ mutation: Mutation, _ lines: [Line]) -> [Transcript] {
    let all = Array(lines.indices)
    switch mutation {
    case .drop: return all.map { index in edited(lines) { $0.remove(at: index) } }
    case .double: return all.map { index in edited(lines) { $0.insert(lines[index], at: index) } }
    case .swap: return pairs(lines).map { pair in edited(lines) { $0.swapAt(pair.0, pair.1) } }
    case .rename: return replacing(lines, otherLane)
    case .stranger: return replacing(lines, stranger)
    case .wrongMethod: return replacing(lines, otherMethod)
    case .outOfRange: return replacing(lines, outOfRange)
    case .glue: return zip(all, all.dropFirst()).flatMap { glued(lines, $0, $1) } + glued(lines, all.last, all.last)
    case .taskBeforeInit: return moved(lines) { kind($0).map { program.kinds[$0].isFree } ?? false }
    case .secondInit: return secondInitializations(lines)
    case .brokenFIFO: return brokenOrders(lines)
    case .unknown: return strangeLines(lines)
    case .noLineFeed: return cutShort(lines)
    case .tooSoon:
      return program.timed == nil ? [] : pairs(lines).map { pair in edited(lines) { $0.swapAt(pair.0, pair.1) } }
    case .otherWriter: return otherWriters(lines)
    }
  }

  private func edited(_ lines: [Line], _ edit: (inout [Line]) -> Void) -> Transcript {
    var lines = lines
    edit(&lines)
    return Transcript(lines: lines)
  }

  private func pairs(_ lines: [Line]) -> [(Int, Int)] {
    lines.indices.flatMap { a in lines.indices.filter { $0 > a && lines[$0] != lines[a] }.map { (a, $0) } }
  }

  /// One line replaced at a time, by each of its spoiled forms.
  private func replacing(_ lines: [Line], _ forms: (Line) -> [String]) -> [Transcript] {
    lines.indices.flatMap { index in
      forms(lines[index]).map { form in edited(lines) { $0[index].bytes = Array(form.utf8) } }
    }
  }

  // MARK: Lines in other forms

  private func reading(_ line: Line) -> (kind: Int, reading: Template.Reading)? {
    line.bytes.withUnsafeBufferPointer { bytes in
      for (kind, fact) in program.kinds.enumerated() {
        if let reading = fact.template.read(bytes, exactly: true), reading.end == bytes.count { return (kind, reading) }
      }
      return nil
    }
  }

  private func kind(_ line: Line) -> Int? { reading(line)?.kind }

  /// The line written anew with changed pieces, its value kept as it was.
  private func rewritten(_ line: Line, _ change: (inout Template, inout Template.Reading) -> Void) -> String? {
    guard let (kind, found) = reading(line) else { return nil }
    var template = program.kinds[kind].template
    var reading = found
    change(&template, &reading)
    return template.text(lane: reading.lane, task: reading.task, value: "\(reading.value)")
  }

  private func otherLane(_ line: Line) -> [String] {
    guard let (kind, found) = reading(line), found.lane >= 0 else { return [] }
    return (0..<program.groups[program.kinds[kind].group].size).filter { $0 != found.lane }.compactMap { lane in
      rewritten(line) { $1.lane = lane }
    }
  }

  private func stranger(_ line: Line) -> [String] {
    guard let (kind, found) = reading(line) else { return [] }
    var forms: [String] = []
    if found.lane >= 0, let form = rewritten(line, { $1.lane = program.groups[program.kinds[kind].group].size + 6 }) {
      forms.append(form)
    }
    for (index, piece) in program.kinds[kind].template.pieces.enumerated() {
      guard case .name = piece,
        let form = rewritten(line, { template, _ in template.pieces[index] = .name(Array("Thread-9".utf8)) })
      else { continue }
      forms.append(form)
    }
    return forms
  }

  private func otherMethod(_ line: Line) -> [String] {
    guard let (kind, _) = reading(line) else { return [] }
    let template = program.kinds[kind].template
    return Parameters.Method.allCases.flatMap { method -> [String] in
      var forms: [String] = []
      for (index, piece) in template.pieces.enumerated() {
        if case .method(let word) = piece, word != Array(method.rawValue.utf8),
          let form = rewritten(line, { changed, _ in changed.pieces[index] = .method(Array(method.rawValue.utf8)) })
        {
          forms.append(form)
        }
        let own = Array(program.parameters.methodInForce.prefix.utf8)
        if case .lane = piece, method != program.parameters.methodInForce, let names = template.names,
          names.prefix.starts(with: own),
          let form = rewritten(
            line,
            { changed, _ in
              changed.names?.prefix = Array(method.prefix.utf8) + names.prefix.dropFirst(own.count)
            })
        {
          forms.append(form)
        }
      }
      return forms
    }
  }

  private func outOfRange(_ line: Line) -> [String] {
    guard let (kind, found) = reading(line) else { return [] }
    let fact = program.kinds[kind]
    var forms: [String] = []
    if fact.isNumbered {
      forms += [fact.total, fact.total + 90].compactMap { task in rewritten(line) { $1.task = task } }
    }
    if let values = fact.template.values {
      let texts = [
        "\(values.upperBound)", "\(values.upperBound + 1)", "-0.5", "nan", "inf", "1", "0x1p1", "1.5.5", "1e3",
      ]
      forms += texts.map { fact.template.text(lane: found.lane, task: found.task, value: $0) }
    }
    return forms
  }

  // MARK: Lines in other places

  /// Two neighbours in one line, with and without the empty line that tearing leaves behind.
  private func glued(_ lines: [Line], _ first: Int?, _ second: Int?) -> [Transcript] {
    guard let first, let second else { return [] }
    let both = Line(bytes: lines[first].bytes + lines[second].bytes)
    let one = edited(lines) { $0.replaceSubrange(first...second, with: [both]) }
    return [one, edited(lines) { $0.replaceSubrange(first...second, with: [both, Line(bytes: [])]) }]
  }

  /// Each line that `isLate` moved before each line of another kind above it.
  private func moved(_ lines: [Line], _ isLate: (Line) -> Bool) -> [Transcript] {
    lines.indices.filter { isLate(lines[$0]) }.flatMap { index in
      lines.indices.filter { $0 < index && kind(lines[$0]) != kind(lines[index]) }.map { place in
        edited(lines) { $0.insert($0.remove(at: index), at: place) }
      }
    }
  }

  private func secondInitializations(_ lines: [Line]) -> [Transcript] {
    lines.indices.filter { index in
      guard let kind = kind(lines[index]) else { return false }
      return !program.kinds[kind].isFree && program.groups[program.kinds[kind].group].size > 1
    }.flatMap { index in
      (0...lines.count).map { place in edited(lines) { $0.insert(lines[index], at: place) } }
    }
  }

  /// Numbered lines: every line moved to the front, and the numbers of two lines exchanged.
  private func brokenOrders(_ lines: [Line]) -> [Transcript] {
    switch program.order {
    case .queue:
      return lines.indices.dropFirst().map { index in edited(lines) { $0.insert($0.remove(at: index), at: 0) } }
    case .lanes where program.kinds.contains(where: \.isTaken):
      return pairs(lines).compactMap { a, b in
        guard let first = reading(lines[a]), let second = reading(lines[b]), first.reading.task >= 0,
          second.reading.task >= 0,
          let newFirst = rewritten(lines[a], { $1.task = second.reading.task }),
          let newSecond = rewritten(lines[b], { $1.task = first.reading.task })
        else { return nil }
        return edited(lines) { ($0[a].bytes, $0[b].bytes) = (Array(newFirst.utf8), Array(newSecond.utf8)) }
      }
    default: return []
    }
  }

  private func strangeLines(_ lines: [Line]) -> [Transcript] {
    let strange = ["", "Hello from nobody", "Traceback (most recent call last):"].map { Line(bytes: Array($0.utf8)) }
    let inserted = strange.flatMap { new in
      (0...lines.count).map { place in edited(lines) { $0.insert(new, at: place) } }
    }
    let carriage = lines.indices.map { index in edited(lines) { $0[index].bytes.append(0x0D) } }
    let zero = lines.indices.map { index in edited(lines) { $0[index].bytes.insert(0, at: 0) } }
    return inserted + carriage + zero
  }

  /// The last line without its line feed, whole or broken off anywhere.
  private func cutShort(_ lines: [Line]) -> [Transcript] {
    guard let last = lines.last else { return [] }
    return (1...max(1, last.bytes.count)).map { count in
      edited(lines) {
        $0[lines.count - 1] = Line(bytes: Array(last.bytes.prefix(count)), isTerminated: false)
      }
    }
  }

  // MARK: Writers

  /// The documented output with a writer for each lane.
  func attributed(_ lines: [Transcript.Line]) -> [Transcript.Line] {
    zip(lines, documented).map { line, fact in
      var line = line
      let group = program.groups.firstIndex { $0.ids == ids(fact.group) } ?? 0
      let isThread = program.groups[group].medium == .thread
      line.writer = Int32(100 * (fact.group + 1) + (isThread ? 0 : fact.index))
      return line
    }
  }

  private func ids(_ group: Int) -> [String] { groupIDs[group] }
  let groupIDs: [[String]]

  /// One line comes from the process of another, or from one that printed nothing else.
  private func otherWriters(_ lines: [Line]) -> [Transcript] {
    guard lines.count == documented.count, lines.count > 1 else { return [] }
    let lines = attributed(lines)
    let writers = Set(lines.compactMap(\.writer)).sorted() + [999]
    return lines.indices.flatMap { index in
      writers.filter { $0 != lines[index].writer }.map { writer in edited(lines) { $0[index].writer = writer } }
    }
  }
}
