/// The lines of a transcript as events of a program, and the first fault of each sort.
struct Reader {
  /// A line that was understood; -1 for what it does not tell.
  struct Entry {
    var kind: Int32
    var lane: Int32
    var task: Int32
    /// The line in the transcript, from 0.
    var line: Int32
  }

  struct Fault {
    var code: Verdict.Code
    var line: Int
    var message: String
    var key: Rules.Key
  }

  let program: Program
  private(set) var entries: [Entry] = []
  /// The values of the entries, where lines have values.
  private(set) var values: [Double] = []
  /// The first fault of each code.
  private(set) var faults: [Verdict.Code: Fault] = [:]
  /// The line that does not end, if there is one.
  private(set) var unterminated: Int?
  private let hasValues: Bool
  /// The lane of a kind that only one lane prints; -1 for others.
  private let soleLane: [Int32]

  init(_ transcript: Transcript, program: Program) {
    self.program = program
    hasValues = program.kinds.contains { $0.template.values != nil }
    soleLane = program.kinds.indices.map { Int32(program.soleLane($0) ?? -1) }
    entries.reserveCapacity(transcript.lines.count)
    for (index, line) in transcript.lines.enumerated() {
      if !line.isTerminated { unterminated = index }
      line.bytes.withUnsafeBufferPointer { read($0, index, isTerminated: line.isTerminated) }
    }
  }

  private mutating func read(_ line: UnsafeBufferPointer<UInt8>, _ index: Int, isTerminated: Bool) {
    for kind in program.kinds.indices {
      let template = program.kinds[kind].template
      guard let reading = template.read(line, exactly: true), reading.end == line.count else { continue }
      add(kind, reading, index)
      return
    }
    if !isTerminated, TornLine.isBeginning(line, program) { return }
    if TornLine.isTorn(line, program) {
      let message = "line \(index + 1) is two lines in one: “\(line.text(0..<line.count).clipped(90))”"
      note(Fault(code: .tornLine, line: index, message: message, key: .wholeLines))
      return
    }
    for kind in program.kinds.indices {
      let template = program.kinds[kind].template
      guard let reading = template.read(line, exactly: false), reading.end == line.count, let fault = reading.fault
      else { continue }
      note(fault, kind, index)
      return
    }
    note(
      Fault(
        code: .unknownLine, line: index, message: "line \(index + 1) \(Self.describe(line))", key: .nothingElse))
  }

  private mutating func add(_ kind: Int, _ reading: Template.Reading, _ index: Int) {
    let offset = program.groups[program.kinds[kind].group].offset
    let lane = reading.lane >= 0 ? Int32(offset + reading.lane) : soleLane[kind]
    entries.append(Entry(kind: Int32(kind), lane: lane, task: Int32(reading.task), line: Int32(index)))
    if hasValues { values.append(reading.value) }
  }

  private mutating func note(_ fault: Template.Fault, _ kind: Int, _ index: Int) {
    switch fault {
    case .name(let found, let expected):
      let message = "line \(index + 1) has the name \(found.clipped(60)), and \(expected) is expected"
      note(Fault(code: .name, line: index, message: message, key: nameRule(kind, found)))
    case .value(let found, let expected):
      let message = "line \(index + 1) has \(found.clipped(60)), and \(expected) is expected"
      note(Fault(code: .value, line: index, message: message, key: .value(kind)))
    }
  }

  /// The rule that decides a name: the start method where the name begins with another one, else the lanes' names.
  private func nameRule(_ kind: Int, _ found: String) -> Rules.Key {
    let isMethod = Parameters.Method.allCases.contains { method in
      found == method.rawValue
        || (method != program.parameters.methodInForce && found.hasPrefix(method.prefix + "PoolWorker"))
    }
    if isMethod, program.rules.stated[.startMethod] != nil { return .startMethod }
    if found.contains("(") || program.parameters.functions, program.rules.stated[.functions] != nil {
      return .functions
    }
    return .laneNames
  }

  private mutating func note(_ fault: Fault) {
    if faults[fault.code] == nil { faults[fault.code] = fault }
  }

  /// What is odd about a line that is none of the golden's.
  private static func describe(_ line: UnsafeBufferPointer<UInt8>) -> String {
    let text = line.text(0..<line.count).clipped(120)
    if line.isEmpty { return "is empty, and no line is" }
    if line.last == 0x0D { return "ends in a carriage return: “\(text)”" }
    if line.count > 10_000 { return "has \(line.count) bytes: “\(text)”" }
    if line.contains(0) { return "has a NUL byte in it: “\(text)”" }
    if !line.isUTF8 { return "is not UTF-8: “\(text)”" }
    return "is none of the lines that may be printed: “\(text)”"
  }
}

extension Program {
  /// The only lane that prints this kind; nil where several may.
  func soleLane(_ kind: Int) -> Int? {
    let group = groups[kinds[kind].group]
    if group.size == 1 { return group.offset }
    guard case .documented(let lines) = order else { return nil }
    let lanes = Set(lines.filter { $0.kind == kind }.map(\.lane))
    return lanes.count == 1 ? lanes.first : nil
  }
}

extension String {
  /// The text with what cannot be shown replaced, cut to so many characters.
  func clipped(_ limit: Int) -> String {
    var text = String.UnicodeScalarView()
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == limit { return String(text) + "…" }
      text.append(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar)
    }
    return String(text)
  }
}

extension UnsafeBufferPointer<UInt8> {
  var isUTF8: Bool {
    var parser = Unicode.UTF8.ForwardParser()
    var input = makeIterator()
    while true {
      switch parser.parseScalar(from: &input) {
      case .valid: continue
      case .emptyInput: return true
      case .error: return false
      }
    }
  }
}
