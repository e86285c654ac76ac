/// Where everything lies in the memory of a queue between processes: a header, slots, and behind them a part of the sparse
/// file for each slot, for messages that do not fit it. See README.md beside this file.
enum QueueLayout {
  // MARK: Header

  // Two cache lines apart: whoever moves one of them does not slow down who looks at another.
  /// The position of the next message to be put. A hint: whoever finds its slot claimed moves it on.
  static let tail = 128
  /// The position of the next message to be taken. Moving it is the take.
  static let head = 256
  /// What readers wait on, and what writers that wait for room do.
  static let messageSignal = 384
  static let roomSignal = 512
  /// Behind each of the two: how often somebody has begun to wait; and that number at the last look that found nobody left to
  /// wake.
  static let sleeps = 4
  static let woken = 8
  static let headerSize = 4096

  // MARK: Slots

  /// Enough for what a writer puts while a busy processor runs somebody else.
  static let slotCount = 4096
  static let slotSize = 128
  /// The state; how many bytes the message has; its bytes, if they fit.
  static let slotState = 0
  static let slotLength = 8
  static let slotBytes = 16
  static let inlineCapacity = slotSize - slotBytes

  static let mappedSize = headerSize + slotCount * slotSize

  static func index(of position: UInt64) -> Int { Int(position % UInt64(slotCount)) }
  static func slot(_ position: UInt64) -> Int { headerSize + index(of: position) * slotSize }

  // MARK: Large messages

  /// Where the bytes of a slot's large message lie in the file.
  static func large(_ position: UInt64) -> UInt64 { 1 << 50 + UInt64(index(of: position)) << 40 }
  static let largest: UInt64 = 1 << 40
  /// A message above this counts among those of which only so many bytes may wait; a single message may be larger.
  static let heavy: UInt64 = 4096
  static let pendingLimit: UInt64 = 64 << 20

  /// So much of a slot's part stays in memory once it has been written, and the next message finds it warm; 4 MiB of all.
  static func kept(_ position: UInt64) -> UInt64 { index(of: position) < 1024 ? 4096 : 0 }
}

/// What a slot's word says: for which round of positions, in which phase, by which process.
///
/// Zeroed memory is an empty queue: every slot's message of round 0 is done, and positions begin with round 1.
struct QueueSlot: Equatable {
  enum Phase: UInt64 {
    /// Nothing is in the slot, and nothing of this position will be.
    case done = 0
    /// A process writes the message.
    case writing = 1
    /// The message is there; taken as soon as the head is beyond it.
    case ready = 2
    /// A process reads the message from the file; the head may move on.
    case taking = 3
  }

  private static let roundBits: UInt64 = 30
  private static let roundMask: UInt64 = 1 << roundBits - 1

  var word: UInt64

  init(word: UInt64) { self.word = word }

  @inline(__always) init(_ phase: Phase, _ position: UInt64, owner: UInt32 = 0) {
    word = Self.round(of: position) << 34 | UInt64(owner) << 2 | phase.rawValue
  }

  @inline(__always) var phase: Phase { Phase(rawValue: word & 3)! }  // Proof: all four values have a case.
  @inline(__always) var owner: UInt32 { UInt32(truncatingIfNeeded: word >> 2) }

  @inline(__always) private static func round(of position: UInt64) -> UInt64 {
    (position / UInt64(QueueLayout.slotCount) + 1) & roundMask
  }

  /// 0: this is the state for that position; -1: for the one before it in the same slot. Rounds begin again after 2^30.
  @inline(__always) func age(at position: UInt64) -> Int {
    let difference = (word >> 34) &- Self.round(of: position)
    return Int(truncatingIfNeeded: Int64(bitPattern: difference << (64 - Self.roundBits)) >> Int64(64 - Self.roundBits))
  }
}
