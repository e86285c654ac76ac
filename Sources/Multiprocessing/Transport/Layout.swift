/// Where everything lies in the memory that a pool shares with its workers.
///
/// One anonymous file. Its first part is mapped by all: a header, an area for each worker, the slots of the task queue.
/// Behind that lie payloads that are too large for a slot or a ring; they are written and read by offset, and the file is
/// sparse, so that only live payloads cost memory. See README.md beside this file.
struct Layout: Sendable {
  let workers: Int

  // MARK: Header

  /// The position of the next chunk to be put.
  static let tail = 64
  /// The position of the next chunk to be claimed.
  static let head = 128
  /// How many workers without a chunk wait.
  static let sleepers = 196
  /// Not 0: a worker that finds the queue empty ends.
  static let stop = 200
  /// What the task handler waits on for free slots, and the position whose release ends the wait, plus 1; 0: it does not wait.
  static let roomSignal = 256
  static let roomWanted = 264
  /// What the result handler waits on, its turn of sleeping (odd: it sleeps), and the last turn for which it was woken.
  static let resultSignal = 320
  static let collectorSleeps = 324
  static let collectorWoken = 328
  /// How many outcomes all workers have begun to hand in.
  static let outcomes = 448
  /// For how many nanoseconds whoever waits looks again before it sleeps.
  static let spin = 384
  static let headerSize = 4096

  // MARK: Worker areas

  /// What the worker runs: job + 1 (0: nothing), and the chunk.
  static let heldJob = 0
  static let heldChunk = 8
  /// The worker's turn of sleeping; odd: it sleeps, and is counted among the sleepers. And what it waits on.
  static let sleeps = 16
  static let taskSignal = 20
  /// Since when it runs that, on the system's clock.
  static let heldSince = 24
  /// Bytes that the worker has put into its ring, and that the parent has taken.
  static let resultTail = 64
  static let resultHead = 128
  /// What the worker waits on for room in its ring, and whether it does.
  static let spaceSignal = 192
  static let spaceWanted = 196
  /// Up to where the worker has written large outcomes, and up to where the parent is done with them; see `OutcomeWindow`.
  static let largeWritten = 256
  static let largeRead = 320
  /// Up to where the worker has memory for large outcomes, and the position of the last one that found nothing waiting.
  static let largePrepared = 264
  static let largeFirst = 272
  static let ring = 4096
  static let ringSize = 1 << 16
  static let areaSize = ring + ringSize

  func area(_ index: Int) -> Int { Self.headerSize + index * Self.areaSize }

  // MARK: Slots

  static let slotCount = 1024
  static let slotSize = 256
  static let slotState = 0
  static let slotJob = 8
  static let slotChunk = 16
  static let slotLength = 24
  /// Where a large payload lies; 0 for one that is in the slot.
  static let slotOffset = 32
  static let slotBytes = 40
  static let inlineCapacity = slotSize - slotBytes

  func slot(_ position: UInt64) -> Int {
    Self.headerSize + workers * Self.areaSize + Int(position % UInt64(Self.slotCount)) * Self.slotSize
  }

  /// The size of the part that is mapped.
  var mappedSize: Int { Self.headerSize + workers * Self.areaSize + Self.slotCount * Self.slotSize }

  // MARK: Large payloads

  /// Where large task payloads begin, and where those of a worker's outcomes do; offsets cost nothing in a sparse file.
  static let largeTasks: UInt64 = 1 << 40
  static func largeOutcomes(_ area: Int) -> UInt64 { (1 << 50) + UInt64(area) << 42 }

  /// So much of either is mapped, kept and used again and again; what does not fit lies behind it, and goes when it was read.
  static let taskWindow = 64 << 20
  var outcomeWindow: Int { max(8 << 20, (64 << 20) / workers) }
}

/// The state of a slot: a word that says in which round of the queue it is, and what has become of it.
///
/// Position p is slot p mod `slotCount` in round p / `slotCount`. Zeroed memory is a queue whose slots are free for the first
/// round.
struct SlotState: Equatable {
  enum Phase: UInt64 { case free, ready, claimed }

  var word: UInt64

  init(word: UInt64) { self.word = word }

  /// `owner`: the claiming worker's area + 1; only with `claimed`.
  init(_ phase: Phase, _ position: UInt64, owner: Int = 0) {
    word = Self.round(of: position) << 22 | UInt64(owner) << 2 | phase.rawValue
  }

  var phase: Phase? { Phase(rawValue: word & 3) }
  var owner: Int { Int(word >> 2 & 0xF_FFFF) }
  var round: UInt64 { word >> 22 }

  /// The position that a slot with this state stands for.
  func position(slot: UInt64) -> UInt64 { round &* UInt64(Layout.slotCount) &+ slot }

  /// The round of a position, as far as a word holds it.
  static func round(of position: UInt64) -> UInt64 { position / UInt64(Layout.slotCount) & (1 << 42 - 1) }

  /// The owner of chunks that the pool takes back.
  static let pool = 0xF_FFFF
}
