import PoolCore

/// A set of small numbers.
struct NumberSet: Hashable, Sendable {
  private var words: [UInt64] = []

  mutating func insert(_ number: Int) {
    let word = number >> 6
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(number & 63)
  }

  mutating func formUnion(_ other: NumberSet) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }

  func intersects(_ other: NumberSet) -> Bool {
    for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 { return true }
    return false
  }

  func contains(_ number: Int) -> Bool {
    let word = number >> 6
    return word < words.count && words[word] & (1 << UInt64(number & 63)) != 0
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  var members: [Int] { (0..<words.count * 64).filter { contains($0) } }
}

/// What lanes did or will do: for each lane the numbers of its accesses.
struct Footprint {
  private(set) var sets: [Int: NumberSet] = [:]

  mutating func add(_ lane: Int, _ accesses: NumberSet) { sets[lane, default: NumberSet()].formUnion(accesses) }

  mutating func formUnion(_ other: Footprint) {
    for (lane, accesses) in other.sets { add(lane, accesses) }
  }

  /// Adds a whole step.
  mutating func add(_ step: StepFootprint, _ table: AccessTable) {
    add(step.key, step.own)
    add(end: step, table)
  }

  /// Adds what a step did after the end of something that others hold open.
  mutating func add(end step: StepFootprint, _ table: AccessTable) {
    if let (key, accesses) = step.end { add(key, accesses) }
  }

  func intersects(_ accesses: NumberSet) -> Bool { sets.values.contains { $0.intersects(accesses) } }

  subscript(lane: Int) -> NumberSet { sets[lane] ?? NumberSet() }
}

/// Accesses and lanes by number, with the table of independence as sets of numbers.
final class AccessTable {
  private var accesses: [Access] = []
  private var numbers: [Access: Int] = [:]
  /// For each access those of others that it is dependent on; without those that matter to askers only; and all.
  private var dependent: [(unasked: NumberSet, asked: NumberSet)] = []
  /// The accesses that ask for results.
  private(set) var asking = NumberSet()
  private var keys: [Key: Int] = [:]
  private var known: [Key] = []
  /// For each key the accesses of others that open it.
  private(set) var signals: [NumberSet] = []

  /// A part of what a lane does: all that follows one wait of it.
  struct Key: Hashable {
    /// Steps with the same owner follow one another.
    var owner: String
    /// The parker on which the lane waited before; nil: it has not waited.
    var stage: Int?

    /// What follows the end of a pool.
    static func end(_ pool: Int) -> Key { Key(owner: "end \(pool)") }
    /// What follows the end of a job.
    static func settled(_ pool: Int, _ job: JobID) -> Key { Key(owner: "settled \(pool).\(job.rawValue)") }
  }

  func number(_ access: Access) -> Int {
    if let number = numbers[access] { return number }
    let number = accesses.count
    numbers[access] = number
    accesses.append(access)
    dependent.append((NumberSet(), NumberSet()))
    if access == .foundReady || access == .foundPending { asking.insert(number) }
    for (other, known) in accesses.enumerated() {
      relate(number, access, other, known)
      if other != number { relate(other, known, number, access) }
    }
    return number
  }

  private func relate(_ own: Int, _ access: Access, _ other: Int, _ known: Access) {
    guard Independence.areDependent(access, known) else { return }
    dependent[own].asked.insert(other)
    if !Independence.mattersToAskersOnly(access, known) { dependent[own].unasked.insert(other) }
  }

  func numbers(_ accesses: Set<Access>) -> NumberSet {
    var set = NumberSet()
    for access in accesses { set.insert(number(access)) }
    return set
  }

  func number(_ key: Key) -> Int {
    if let number = keys[key] { return number }
    let number = known.count
    keys[key] = number
    known.append(key)
    // Without a wait it begins when its lane does.
    signals.append(numbers([key.stage.map { .wake($0) } ?? .number]))
    return number
  }

  func key(_ number: Int) -> Key { known[number] }

  /// Everything that one of these is dependent on.
  func dependencies(of own: NumberSet, isAsked: Bool) -> NumberSet {
    var all = NumberSet()
    for number in own.members { all.formUnion(isAsked ? dependent[number].asked : dependent[number].unasked) }
    return all
  }

  func access(_ number: Int) -> Access { accesses[number] }
}
