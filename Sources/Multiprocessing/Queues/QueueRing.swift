import CMultiprocessing
import Glibc

/// The memory of a queue between processes: any number of writers and readers, first in, first out, and nothing in it is a
/// lock. A process that is killed between any two instructions costs one message at most. See README.md beside this file.
final class QueueRing: @unchecked Sendable {
  // Sendable: words are only touched by atomic operations; a slot's bytes by whoever its word says owns them, and a reader
  // throws away what it has read while somebody else took the message.
  let file: Descriptor
  let base: UnsafeMutableRawPointer
  /// The head as this process's writers saw it last: it has only moved on since, and a look at it costs its readers time.
  private let seenHead = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)

  /// Makes an empty queue; the first message has position `first`.
  init(first: UInt64 = 0) throws(MultiprocessingError) {
    file = try Descriptor.sharedMemory("multiprocessing-queue", QueueLayout.mappedSize, isInherited: true)
    base = try file.map(QueueLayout.mappedSize)
    seenHead.initialize(to: first)
    guard first > 0 else { return }
    mp_store64(base + QueueLayout.tail, first)
    mp_store64(base + QueueLayout.head, first)
    for position in first..<first + UInt64(QueueLayout.slotCount) {
      mp_store64(state(position), QueueSlot(.done, position &- UInt64(QueueLayout.slotCount)).word)
    }
  }

  /// Maps the queue that another process shared.
  init(file: Descriptor) throws(MultiprocessingError) {
    self.file = file
    guard try file.size() >= QueueLayout.mappedSize else {
      throw MultiprocessingError(.notDecodable, "The shared memory of a queue is too small.")
    }
    base = try file.map(QueueLayout.mappedSize)
    seenHead.initialize(to: mp_load64(base + QueueLayout.head))
  }

  deinit {
    munmap(base, QueueLayout.mappedSize)
    seenHead.deallocate()
  }

  @inline(__always) func state(_ position: UInt64) -> UnsafeMutableRawPointer {
    base + QueueLayout.slot(position) + QueueLayout.slotState
  }
  @inline(__always) var head: UInt64 { mp_load64(base + QueueLayout.head) }
  @inline(__always) var tail: UInt64 { mp_load64(base + QueueLayout.tail) }

  static var damaged: MultiprocessingError {
    MultiprocessingError(.notDecodable, "A queue's memory holds what no process of ours writes.")
  }

  // MARK: Putting

  /// Puts a message if there is room; whether it did. Wakes a reader that waits.
  func tryPut(_ bytes: UnsafeRawBufferPointer) throws(MultiprocessingError) -> Bool {
    guard bytes.count <= QueueLayout.inlineCapacity else { return try tryPutLarge(bytes) }
    guard let position = try claim() else { return false }
    let slot = base + QueueLayout.slot(position)
    slot.storeBytes(of: UInt64(bytes.count), toByteOffset: QueueLayout.slotLength, as: UInt64.self)
    if let start = bytes.baseAddress { memcpy(slot + QueueLayout.slotBytes, start, bytes.count) }
    publish(.ready, position)
    return true
  }

  /// Claims the slot of the next position; nil when the queue is full.
  func claim() throws(MultiprocessingError) -> UInt64? {
    let owner = mp_stamp()
    while true {
      let tail = tail
      let slot = QueueSlot(word: mp_load64(state(tail)))
      let age = slot.age(at: tail)
      if age == 0 {
        // Somebody has claimed it and not yet moved the tail.
        _ = mp_cas64(base + QueueLayout.tail, tail, tail &+ 1)
        continue
      }
      guard age == -1 else {
        if self.tail == tail { throw Self.damaged }
        continue
      }
      if Int64(bitPattern: tail &- mp_load64(seenHead)) >= Int64(QueueLayout.slotCount) {
        let head = head
        mp_store64(seenHead, head)
        if Int64(bitPattern: tail &- head) >= Int64(QueueLayout.slotCount) { return nil }
      }
      // The head has passed it: what is ready is taken. What is still being read is not to be written over.
      if slot.phase == .taking || slot.phase == .writing { return nil }
      guard mp_cas64(state(tail), slot.word, QueueSlot(.writing, tail, owner: owner).word) != 0 else { continue }
      _ = mp_cas64(base + QueueLayout.tail, tail, tail &+ 1)
      return tail
    }
  }

  // MARK: Taking

  enum Take {
    /// Nothing is there, or somebody is just writing what comes next.
    case nothing
    /// A message of so many bytes, of which so many have been copied as there was room for.
    case copied(Int)
    case large([UInt8])
  }

  /// Takes the oldest message; one that lies in its slot is copied to `room`.
  func tryTake(into room: UnsafeMutableRawBufferPointer) throws(MultiprocessingError) -> Take {
    while true {
      let head = head
      let slot = QueueSlot(word: mp_load64(state(head)))
      guard slot.age(at: head) == 0 else {
        if slot.age(at: head) == -1 { return .nothing }
        if self.head == head { throw Self.damaged }
        continue
      }
      switch slot.phase {
      case .writing: return .nothing
      case .done, .taking: _ = mp_cas64(base + QueueLayout.head, head, head &+ 1)
      case .ready:
        let place = base + QueueLayout.slot(head)
        let length = place.load(fromByteOffset: QueueLayout.slotLength, as: UInt64.self)
        guard length <= UInt64(QueueLayout.inlineCapacity) else {
          guard let bytes = try takeLarge(head, slot, length) else { continue }
          return .large(bytes)
        }
        if let target = room.baseAddress { memcpy(target, place + QueueLayout.slotBytes, min(Int(length), room.count)) }
        // Whoever moves the head has the message. Until then nobody may write over it, so the copy is whole.
        guard mp_cas64(base + QueueLayout.head, head, head &+ 1) != 0 else { continue }
        tellRoom(head)
        return .copied(Int(length))
      }
    }
  }

  /// Whether a message is there to be taken.
  var hasMessage: Bool {
    while true {
      let head = head
      let slot = QueueSlot(word: mp_load64(state(head)))
      guard slot.age(at: head) == 0 else {
        if slot.age(at: head) == -1 || self.head == head { return false }
        continue
      }
      switch slot.phase {
      case .ready: return true
      case .writing: return false
      case .done, .taking: _ = mp_cas64(base + QueueLayout.head, head, head &+ 1)
      }
    }
  }

  // MARK: The dead

  /// Whether whoever writes what comes next has claimed its slot and not finished.
  var isBeingWritten: Bool {
    let head = head
    let slot = QueueSlot(word: mp_load64(state(head)))
    return slot.age(at: head) == 0 && slot.phase == .writing
  }

  /// Frees the slot that stands in the way, of the next message to be taken or of the next to be put, if the process that
  /// wrote it or read from it has ended; whether it did.
  @discardableResult
  func clearDead() -> Bool {
    var cleared = false
    for position in [head, tail &- UInt64(QueueLayout.slotCount)] {
      let slot = QueueSlot(word: mp_load64(state(position)))
      guard slot.age(at: position) == 0, slot.phase == .writing || slot.phase == .taking, mp_stamp_is_gone(slot.owner) != 0
      else { continue }
      // It becomes this process's first: two that give memory back could meet a new message there.
      let own = QueueSlot(.taking, position, owner: mp_stamp())
      guard mp_cas64(state(position), slot.word, own.word) != 0 else { continue }
      giveBack(position, QueueLayout.largest)
      publishRoom(position)
      cleared = true
    }
    return cleared
  }
}
