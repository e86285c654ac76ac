import Multiprocessing

/// What the cases of queues carry, and the tasks that put and take it.
struct Parcel: Codable, Sendable {
  var number: Int
  var text: String
}

struct Carry: Initializer {
  static let queue = ProcessLocal<SimpleQueue<Parcel>?>(nil)
  let shared: SimpleQueue<Parcel>
  func run() { Self.queue.value = shared }

  struct Missing: Error, Codable {}

  static func require() throws -> SimpleQueue<Parcel> {
    guard let queue = queue.value else { throw Missing() }
    return queue
  }
}

struct Put: PoolTask {
  var value: Int
  func run() throws { try Carry.require().put(Parcel(number: value, text: WorkerName().run())) }
}

struct PutMany: PoolTask {
  var start: Int
  var count: Int
  func run() throws {
    let queue = try Carry.require()
    for value in start..<start + count { try queue.put(Parcel(number: value, text: "")) }
  }
}

struct Take: PoolTask {
  func run() throws -> Int { try Carry.require().get().number }
}

struct TakeQueue: PoolTask {
  let queue: SimpleQueue<Int>
  func run() throws -> Int { try queue.get() }
}

struct GiveQueue: PoolTask {
  func run() throws -> SimpleQueue<Int> { try SimpleQueue() }
}

struct TwoQueues: Initializer {
  static let other = ProcessLocal<SimpleQueue<Int>?>(nil)
  let first: SimpleQueue<Parcel>
  let second: SimpleQueue<Parcel>
  let other: SimpleQueue<Int>
  func run() throws {
    Carry.queue.value = first
    Self.other.value = other
    try first.put(Parcel(number: 1, text: ""))
    let value = try second.get().number
    try other.put(value + 1)
  }
}

struct Reading: PlainData, Equatable {
  var number: Int
  var value: Double
}

struct Readings: PlainData {
  var filling = InlineFilling()
  var last = Reading(number: 1, value: 0.5)

  struct InlineFilling: PlainData {
    var first = SIMD64<UInt8>(repeating: 7)
    var second = SIMD64<UInt8>(repeating: 7)
    func allSatisfy(_ isTrue: (UInt8) -> Bool) -> Bool { (0..<64).allSatisfy { isTrue(first[$0]) && isTrue(second[$0]) } }
  }
}

struct CarryReadings: Initializer {
  static let current = ProcessLocal<CarryReadings?>(nil)
  let small: SimpleQueue<Reading>
  let large: SimpleQueue<Readings>
  func run() { Self.current.value = self }
}

struct PutReadings: PoolTask {
  var start: Int
  var count: Int
  func run() throws {
    guard let queues = CarryReadings.current.value else { throw Carry.Missing() }
    for number in start..<start + count { try queues.small.put(Reading(number: number, value: Double(number) / 4)) }
    try queues.large.put(Readings())
  }
}

struct CarryBytes: Initializer {
  static let queue = ProcessLocal<SimpleQueue<[UInt8]>?>(nil)
  let queue: SimpleQueue<[UInt8]>
  func run() { Self.queue.value = queue }
}

struct PutBytes: PoolTask {
  var count: Int
  func run() throws { try CarryBytes.queue.value?.put(Array(repeating: 9, count: count)) }
}

/// Shares the queue with a pool of its own, whose worker puts.
struct PutFromNested: PoolTask {
  var method: StartMethod
  func run() throws {
    try withPool(processes: 1, initializer: Carry(shared: Carry.require()), context: Context(method)) { try $0.apply(Put(value: 77)) }
  }
}
