/// Reads the statements of `hidden`, `may vary` and `must hold`: closed lists, each with one meaning.
///
/// A statement that is on no list is an error, so that a misspelt rule can never go unnoticed.
enum RuleReader {
  static let relaxations = [
    "order between lanes", "which lane runs KIND", "names of lanes", "number of lanes LANES", "start method",
    "functions in thread names", "cut off by terminate: KIND", "order of KIND", "value of KIND: from A up to B",
  ]
  static let requirements = [
    "each lane: N KIND", "in all: N KIND", "each number once: KIND", "in a lane: KIND before KIND",
    "between lanes: KIND before KIND", "the documented order", "in order: NAME", "timed KIND: tolerance SECONDS",
    "each lane is one process", "all lanes are one process", "nothing else", "whole lines", "to the end",
  ]
  static let hiddenForms = [
    "NAME before KIND", "NAME before KIND by LANES, in chunks of N", "NAME after KIND: N in all",
  ]

  static func relaxation(_ scanner: inout Scanner) throws(GoldenError) -> Syntax.Relaxation {
    if scanner.take("order between lanes") { return .orderBetweenLanes }
    if scanner.take("which lane runs") { return .laneOf(try kind(&scanner)) }
    if scanner.take("names of lanes") { return .namesOfLanes }
    if scanner.take("number of lanes") { return .numberOfLanes(try lanes(&scanner)) }
    if scanner.take("start method") { return .startMethod }
    if scanner.take("functions in thread names") { return .functions }
    if scanner.take("cut off by terminate:") { return .cutOff(try kind(&scanner)) }
    if scanner.take("order of") { return .orderOf(try kind(&scanner)) }
    if scanner.take("value of") {
      let name = try kind(&scanner)
      try scanner.expect(":")
      try scanner.expect("from")
      let lower = try scanner.decimal("the least value")
      try scanner.expect("up to")
      let place = scanner
      let upper = try scanner.decimal("the value below which all values are")
      guard lower < upper else { throw place.failure("no value lies from \(lower) up to \(upper)") }
      return .value(name, from: lower, upTo: upper)
    }
    throw unknown(scanner, "a way to vary", relaxations)
  }

  static func requirement(_ scanner: inout Scanner) throws(GoldenError) -> Syntax.Requirement {
    if scanner.take("each lane is one process") { return .oneProcessEach }
    if scanner.take("all lanes are one process") { return .oneProcess }
    if scanner.take("each lane:") {
      let count = try scanner.number("how many a lane")
      return .eachLane(count, try kind(&scanner))
    }
    if scanner.take("in all:") {
      let count = try scanner.number("how many in all")
      return .inAll(count, try kind(&scanner))
    }
    if scanner.take("each number once:") { return .eachNumberOnce(try kind(&scanner)) }
    if scanner.take("in a lane:") {
      let first = try kind(&scanner)
      try scanner.expect("before")
      return .inLane(first, before: try kind(&scanner))
    }
    if scanner.take("between lanes:") {
      let first = try kind(&scanner)
      try scanner.expect("before")
      return .betweenLanes(first, before: try kind(&scanner))
    }
    if scanner.take("the documented order") { return .documentedOrder }
    if scanner.take("in order:") { return .inOrder(try scanner.name("a hidden event")) }
    if scanner.take("timed") {
      let name = try kind(&scanner)
      try scanner.expect(":")
      try scanner.expect("tolerance")
      let tolerance = try scanner.decimal("the tolerance in seconds")
      return .timed(name, tolerance: tolerance)
    }
    if scanner.take("nothing else") { return .nothingElse }
    if scanner.take("whole lines") { return .wholeLines }
    if scanner.take("to the end") { return .toTheEnd }
    throw unknown(scanner, "a rule", requirements)
  }

  static func hidden(_ scanner: inout Scanner) throws(GoldenError) -> Syntax.Hidden {
    let start = scanner
    let name = try scanner.name("the name of a hidden event")
    if scanner.take("after") {
      let after = try kind(&scanner)
      try scanner.expect(":")
      let total = try scanner.number("how many in all")
      guard total > 0 else { throw start.failure("a hidden event that never happens says nothing") }
      try scanner.expect("in all")
      return .event(name: name, after: after, total: total)
    }
    guard scanner.take("before") else { throw unknown(start, "a hidden event", hiddenForms) }
    let kind = try kind(&scanner)
    guard scanner.take("by") else { return .take(name: name, kind: kind) }
    let lanes = try lanes(&scanner)
    guard scanner.take(", in chunks of") else { throw scanner.failure("expected “, in chunks of N” here") }
    if scanner.take("ceil(tasks / (4 * workers))") {
      return .takeChunks(name: name, kind: kind, lanes: lanes, size: .quarterShare)
    }
    let place = scanner
    let size = try scanner.number("the size of a chunk, or ceil(tasks / (4 * workers))")
    guard size > 0 else { throw place.failure("a chunk has at least one task") }
    return .takeChunks(name: name, kind: kind, lanes: lanes, size: .fixed(size))
  }

  /// The most lanes that a golden may declare.
  static let mostLanes = 1_000

  /// `A, B` or `W1...W8`.
  static func lanes(_ scanner: inout Scanner) throws(GoldenError) -> [String] {
    let place = scanner
    var ids = [try scanner.name("a lane")]
    if scanner.take("...") {
      let last = try scanner.name("the last lane")
      guard let (stem, low) = numbered(ids[0]), let (other, high) = numbered(last), stem == other, low < high,
        high - low < mostLanes
      else {
        throw place.failure("a range of lanes counts up from one number to another, as in W1...W8")
      }
      return (low...high).map { "\(stem)\($0)" }
    }
    while scanner.rest.hasPrefix(","), !scanner.rest.hasPrefix(", in chunks") {
      _ = scanner.take(",")
      let again = scanner
      let id = try scanner.name("a lane")
      if ids.contains(id) { throw again.failure("the lane \(id) stands here twice") }
      guard ids.count < mostLanes else { throw again.failure("a golden has at most \(mostLanes) lanes") }
      ids.append(id)
    }
    return ids
  }

  private static func numbered(_ id: String) -> (stem: String, number: Int)? {
    let digits = id.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()
    guard digits.first != "0", let number = Int(String(digits)), digits.count < id.count else { return nil }
    return (String(id.dropLast(digits.count)), number)
  }

  private static func kind(_ scanner: inout Scanner) throws(GoldenError) -> String {
    try scanner.name("a kind of line")
  }

  private static func unknown(_ scanner: Scanner, _ what: String, _ known: [String]) -> GoldenError {
    let text = scanner.rest
    let hint = Suggestion.nearest(to: text, among: known).map { ": did you mean “\($0)”?" }
    return scanner.failure("“\(text)” is not \(what)\(hint ?? "; the list is: \(known.joined(separator: ", "))")")
  }
}

/// The nearest known word to a misspelt one.
enum Suggestion {
  /// The nearest of `known`, if it is near enough to be what was meant.
  static func nearest(to text: String, among known: [String]) -> String? {
    let letters = Array(text.prefix(80))
    let ranked = known.map { (word: $0, distance: distance(letters, Array($0))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(2, letters.count / 3) else {
      return nil
    }
    return best.word
  }

  static func distance(_ a: String, _ b: String) -> Int { distance(Array(a.prefix(300)), Array(b.prefix(300))) }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = left == right ? diagonal : 1 + min(diagonal, above, row[j])
        diagonal = above
      }
    }
    return row[b.count]
  }
}
