import Multiprocessing

/// Words that simulated processes share: every lock, semaphore, event and counter is made of them.
///
/// Each call is a step of its own, so the algorithms on top are explored between any two of them. Waiters of a word are woken
/// in the order in which they came.
final class SimulatedWords: SharedWords, @unchecked Sendable {
  // Sendable: a world and all that belongs to it run on one real thread.

  /// Somebody who waits for a word.
  final class Waiter {
    let lane: String
    let word: Int
    var isWoken = false

    init(_ lane: String, _ word: Int) {
      self.lane = lane
      self.word = word
    }
  }

  private unowned let world: SimulatedWorld
  let number: Int
  private var words = [UInt32](repeating: 0, count: 16)
  private let bytes: UnsafeMutableRawBufferPointer
  private var waiters: [Waiter] = []
  /// What is made of the words, and who changed which of them last.
  private var kind = "shared object"
  private var writers = [Int](repeating: -1, count: 16)
  /// The bytes as a word: the number of a word that there is not.
  private static let bytesIndex = -1

  init(_ world: SimulatedWorld, _ number: Int, bytes count: Int) {
    self.world = world
    self.number = number
    bytes = .allocate(byteCount: count, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }

  /// A number for all that is in it, and for who waits in which order.
  var signature: Int {
    var hasher = Hasher()
    hasher.combine(words)
    hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    for waiter in waiters {
      hasher.combine(waiter.lane)
      hasher.combine(waiter.word)
    }
    return hasher.finalize()
  }

  func serve(as kind: String) { self.kind = kind }

  /// What a waiter of a word waits for.
  func purpose(_ waiter: Waiter) -> String {
    let what = "\(kind) \(number)"
    guard writers.indices.contains(waiter.word), writers[waiter.word] >= 0 else { return what }
    let writer = world.lanes[writers[waiter.word]].name
    // A lock's first word is 0 while somebody has it: whoever changed it last.
    if kind.hasSuffix("Lock"), waiter.word == 0 { return "\(what), which \(writer) has" }
    return "\(what), which \(writer) changed last"
  }

  private func read(_ index: Int) {
    _ = world.perform(.word(self, index, isWritten: false))
    world.touch(.wordRead(number, index))
  }

  private func change(_ index: Int) {
    _ = world.perform(.word(self, index, isWritten: true))
    world.touch(.wordWrite(number, index))
  }

  func load(_ index: Int) -> UInt32 {
    read(index)
    world.learn(words[index].hashValue)
    return words[index]
  }

  func store(_ index: Int, _ value: UInt32) {
    change(index)
    if !world.isGhost { write(index, value) }
  }

  private func write(_ index: Int, _ value: UInt32) {
    words[index] = value
    writers[index] = world.current?.number ?? -1
  }

  func add(_ index: Int, _ value: UInt32) -> UInt32 {
    change(index)
    let before = words[index]
    if !world.isGhost { write(index, words[index] &+ value) }
    world.learn(before.hashValue)
    return before
  }

  func exchange(_ index: Int, expected: UInt32, with value: UInt32) -> Bool {
    change(index)
    let isExpected = words[index] == expected
    if isExpected, !world.isGhost { write(index, value) }
    world.learn(isExpected ? 1 : 0)
    // Who does not count any more must not try for ever.
    return isExpected || world.isGhost
  }

  func wait(_ index: Int, while value: UInt32, until deadline: Duration?) -> Bool {
    read(index)
    // As if the deadline had passed: the dead wait for nothing.
    guard !world.isGhost, let lane = world.current else { return false }
    guard words[index] == value else {
      world.learn(2)
      return true
    }
    let waiter = Waiter(lane.name, index)
    waiters.append(waiter)
    world.touch(.wordWait(number, index))
    let code = world.perform(.wordWait(self, waiter, until: deadline))
    guard !world.isGhost else { return false }
    if !waiter.isWoken { world.touch(.wordWait(number, index)) }
    waiters.removeAll { $0 === waiter }
    world.learn(code)
    return code == 0
  }

  func wake(_ index: Int, count: Int) {
    _ = world.perform(.word(self, index, isWritten: true))
    guard !world.isGhost else { return }
    world.touch(.wordWake(number, index))
    for waiter in waiters.filter({ $0.word == index }).prefix(count) { waiter.isWoken = true }
    waiters.removeAll(where: \.isWoken)
  }

  func withBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
    change(Self.bytesIndex)
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    world.learn(hasher.finalize())
    return try body(bytes)
  }

  func share(to encoder: any Encoder, as type: String) throws {
    guard encoder.userInfo[SimulatedSharing.key] as? Bool == true else {
      throw MultiprocessingError(
        .sharingNotAllowed, "\(type) objects should only be shared between processes through inheritance")
    }
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }

  /// Whoever waits dies, and is not there to be woken.
  func forget(_ lane: String) { waiters.removeAll { $0.lane == lane } }
}
