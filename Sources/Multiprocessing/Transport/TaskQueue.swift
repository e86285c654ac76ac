import CMultiprocessing
import Glibc
import PoolCore

/// The common queue of chunks in shared memory: one pool puts, every worker claims.
///
/// A claim is one atomic change of a slot from ready to claimed, with the worker's number in it: whoever looks, sees who
/// took what, and no lock exists that a dying worker could hold. See README.md beside this file.
struct TaskQueue {
  let segment: Segment

  private func state(_ position: UInt64) -> UnsafeMutableRawPointer {
    segment.base + segment.layout.slot(position) + Layout.slotState
  }

  // MARK: The pool's side

  /// Whether the next chunk has a slot.
  var hasRoom: Bool {
    let tail = mp_load64(segment.base + Layout.tail)
    return SlotState(word: mp_load64(state(tail))) == SlotState(.free, tail)
  }

  /// Puts a chunk with its bytes, or with the place in the file where so many lie that do not fit the slot. Needs `hasRoom`.
  /// - Returns: the position of the chunk.
  @discardableResult
  func put(_ chunk: Chunk, _ bytes: OutgoingBytes, large: UInt64 = 0, _ count: Int = 0) -> UInt64 {
    let tail = mp_load64(segment.base + Layout.tail)
    let slot = segment.base + segment.layout.slot(tail)
    slot.storeBytes(of: chunk.job.rawValue, toByteOffset: Layout.slotJob, as: UInt64.self)
    slot.storeBytes(of: UInt64(chunk.index), toByteOffset: Layout.slotChunk, as: UInt64.self)
    slot.storeBytes(of: UInt64(large == 0 ? bytes.count : count), toByteOffset: Layout.slotLength, as: UInt64.self)
    slot.storeBytes(of: large, toByteOffset: Layout.slotOffset, as: UInt64.self)
    if large == 0 { bytes.write(to: slot + Layout.slotBytes) }
    mp_store64(slot + Layout.slotState, SlotState(.ready, tail).word)
    mp_store64(segment.base + Layout.tail, tail + 1)
    segment.wakeWorker()
    return tail
  }

  /// The chunk in a slot that is ready or claimed.
  private func chunk(_ slot: UnsafeMutableRawPointer) -> Chunk {
    Chunk(
      job: JobID(slot.load(fromByteOffset: Layout.slotJob, as: UInt64.self)),
      index: Int(truncatingIfNeeded: slot.load(fromByteOffset: Layout.slotChunk, as: UInt64.self)))
  }

  /// Takes back the chunks of which this is true and which no worker runs yet; how many.
  ///
  /// That includes one that a worker has claimed and still copies: it finds its slot no longer its own, and leaves the chunk.
  @discardableResult
  func withdraw(where isMeant: (Chunk) -> Bool) -> Int {
    var count = 0
    for index in 0..<UInt64(Layout.slotCount) {
      let slot = segment.base + segment.layout.slot(index)
      while true {
        let state = SlotState(word: mp_load64(slot + Layout.slotState))
        guard state.phase == .ready || state.phase == .claimed, state.owner != SlotState.pool, isMeant(chunk(slot)) else { break }
        let position = state.position(slot: index)
        let claimed = SlotState(.claimed, position, owner: SlotState.pool)
        guard mp_cas64(slot + Layout.slotState, state.word, claimed.word) != 0 else { continue }
        release(slot, position)
        count += 1
        break
      }
    }
    return count
  }

  /// The chunks that wait in a slot, and those that a worker has claimed and still copies; `owners`: the areas in use. A slot
  /// that nobody can have claimed is freed.
  func chunks(ofOwners owners: Set<Int>) -> (ready: [Chunk], claimed: [Chunk]) {
    var (ready, claimed): ([Chunk], [Chunk]) = ([], [])
    for index in 0..<UInt64(Layout.slotCount) {
      let slot = segment.base + segment.layout.slot(index)
      let state = SlotState(word: mp_load64(slot + Layout.slotState))
      switch state.phase {
      case .ready: ready.append(chunk(slot))
      case .claimed where owners.contains(state.owner - 1): claimed.append(chunk(slot))
      case .claimed where state.owner != SlotState.pool:
        let position = state.position(slot: index)
        let freed = SlotState(.claimed, position, owner: SlotState.pool)
        if mp_cas64(slot + Layout.slotState, state.word, freed.word) != 0 { release(slot, position) }
      default: break
      }
    }
    return (ready, claimed)
  }

  /// Frees what a dead worker had claimed and not yet released; the chunks in there. More than one is what no worker of ours
  /// claims.
  func takeBack(from area: Int) -> [Chunk] {
    var chunks: [Chunk] = []
    // Where nobody has ever written there is nothing, and looking would fetch the memory for it.
    var next: UInt64 = 0
    while let range = slotsWithData(from: next) {
      takeBack(from: area, in: range, &chunks)
      next = range.upperBound
    }
    return chunks
  }

  /// The first slots from this one on that lie in memory which was ever written or looked at.
  private func slotsWithData(from first: UInt64) -> Range<UInt64>? {
    guard first < UInt64(Layout.slotCount) else { return nil }
    let base = segment.layout.slot(0)
    let end = segment.layout.slot(UInt64(Layout.slotCount) - 1) + Layout.slotSize
    return segment.file.use { file in
      let start = mp_data_start(file, Int64(base) + Int64(first) * Int64(Layout.slotSize))
      // A system that cannot tell says so in another way than that there is none.
      if start < 0, start != -Int64(ENXIO) { return first..<UInt64(Layout.slotCount) }
      guard start >= 0, start < end else { return nil }
      let hole = mp_data_end(file, start)
      let slots = (Int(start) - base) / Layout.slotSize..<(min(hole > start ? Int(hole) : end, end) - base) / Layout.slotSize
      return UInt64(slots.lowerBound)..<UInt64(slots.upperBound)
    }
  }

  private func takeBack(from area: Int, in slots: Range<UInt64>, _ chunks: inout [Chunk]) {
    for index in slots {
      let slot = segment.base + segment.layout.slot(index)
      let state = SlotState(word: mp_load64(slot + Layout.slotState))
      guard state.phase == .claimed, state.owner == area + 1 else { continue }
      chunks.append(chunk(slot))
      release(slot, state.position(slot: index))
    }
  }

  /// Whether the slot of this position has been released since.
  func isReleased(_ position: UInt64) -> Bool {
    SlotState(word: mp_load64(state(position))).round > SlotState.round(of: position)
  }

  private func release(_ slot: UnsafeMutableRawPointer, _ position: UInt64) {
    mp_store64(slot + Layout.slotState, SlotState(.free, position + UInt64(Layout.slotCount)).word)
    tellRoom(position)
  }

  /// Wakes the task handler if it waits for this slot.
  private func tellRoom(_ position: UInt64) {
    mp_fence()
    let wanted = mp_load64(segment.base + Layout.roomWanted)
    guard wanted != 0, position >= wanted - 1 else { return }
    _ = mp_add32(segment.base + Layout.roomSignal, 1)
    _ = mp_futex_wake(segment.base + Layout.roomSignal, 1, 1)
  }

  // MARK: A worker's side

  /// A chunk as a worker takes it.
  struct Claim {
    var chunk: Chunk
    /// Large inputs that have been read already; then of the bytes there is only the function's name.
    var taken: TakenChunk?
    fileprivate var bytes = Bytes.list([])

    fileprivate enum Bytes {
      case list([UInt8])
      /// In the memory of the worker, until the next claim.
      case memory(UnsafeRawBufferPointer)
    }

    /// What to run.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
      switch bytes {
      case .list(let list): try list.withUnsafeBytes(body)
      case .memory(let bytes): try body(bytes)
      }
    }
  }

  /// Claims the oldest chunk for the worker of this area; nil when there is none.
  ///
  /// From the claim on the slot or the area says what the worker holds, whenever it dies.
  /// - Parameters:
  ///   - memory: keeps what is claimed.
  ///   - take: reads the inputs of a large chunk where they lie, if it can. The pool may take the chunk back and use the
  ///     place again meanwhile: then it has read nonsense, which nobody gets.
  func claim(
    area: Int, into memory: ClaimMemory, take: (UnsafeRawBufferPointer) -> TakenChunk? = { _ in nil }
  ) throws(MultiprocessingError) -> Claim? {
    let header = segment.base
    while true {
      let position = mp_load64(header + Layout.head)
      let slot = header + segment.layout.slot(position)
      let state = SlotState(word: mp_load64(slot + Layout.slotState))
      let round = SlotState.round(of: position)
      guard state.round == round, state.phase != .free else {
        // Free for a later round: somebody claimed and released it and did not move the head yet. Free for this one: empty.
        if state.round <= round { return nil }
        guard state.round - round <= 2 else { throw Self.damaged }
        _ = mp_cas64(header + Layout.head, position, position + 1)
        continue
      }
      guard state.phase == .ready,
        mp_cas64(slot + Layout.slotState, state.word, SlotState(.claimed, position, owner: area + 1).word) != 0
      else {
        _ = mp_cas64(header + Layout.head, position, position + 1)
        continue
      }
      _ = mp_cas64(header + Layout.head, position, position + 1)
      let chunk = chunk(slot)
      let length = slot.load(fromByteOffset: Layout.slotLength, as: UInt64.self)
      let large = slot.load(fromByteOffset: Layout.slotOffset, as: UInt64.self)
      let ring = ResultRing(segment: segment, area: area)
      ring.hold(chunk)
      let claimed = SlotState(.claimed, position, owner: area + 1).word
      var claim = Claim(chunk: chunk)
      do throws(MultiprocessingError) {
        if large != 0, let bytes = try mapped(length, large) {
          claim.taken = take(bytes)
          claim.bytes = .list(claim.taken?.name ?? [UInt8](bytes))
        } else {
          claim.bytes = try copy(slot, length, large, into: memory)
        }
      } catch {
        // What was withdrawn may be another chunk's bytes by now.
        if mp_load64(slot + Layout.slotState) == claimed { throw error }
        ring.clearHeld()
        continue
      }
      let free = SlotState(.free, position + UInt64(Layout.slotCount)).word
      guard mp_cas64(slot + Layout.slotState, claimed, free) != 0 else {
        ring.clearHeld()
        continue
      }
      tellRoom(position)
      return claim
    }
  }

  /// Where a large payload lies, if it is mapped.
  private func mapped(_ length: UInt64, _ large: UInt64) throws(MultiprocessingError) -> UnsafeRawBufferPointer? {
    guard try segment.holds(length, at: large) else { throw Self.damaged }
    return segment.tasks(at: large, Int(length)).map { UnsafeRawBufferPointer($0) }
  }

  private func copy(
    _ slot: UnsafeMutableRawPointer, _ length: UInt64, _ large: UInt64, into memory: ClaimMemory
  ) throws(MultiprocessingError) -> Claim.Bytes {
    let size = large == 0 ? UInt64(Layout.inlineCapacity) : try UInt64(segment.file.size())
    guard large <= size, length <= size - large else { throw Self.damaged }
    if large != 0 { return .list(try segment.file.read(Int(length), at: large)) }
    return .memory(memory.copy(UnsafeRawBufferPointer(start: slot + Layout.slotBytes, count: Int(length))))
  }

  private static var damaged: MultiprocessingError {
    MultiprocessingError(.notDecodable, "The pool's task queue holds what no pool writes.")
  }

  /// Blocks the worker until there may be a chunk.
  func waitForChunk(area: Int) {
    let header = segment.base
    if segment.look(until: { !isEmpty || mp_load32(header + Layout.stop) != 0 }) { return }
    let own = segment.area(area)
    // Counted before marked and unmarked before uncounted: a death in between leaves the count too high, which costs a
    // look, and never too low, which would lose a wake-up.
    _ = mp_add32(header + Layout.sleepers, 1)
    let signal = mp_load32(own + Layout.taskSignal)
    let turn = mp_load32(own + Layout.sleeps)
    mp_store32(own + Layout.sleeps, turn &+ 1)
    mp_fence()
    if isEmpty, mp_load32(header + Layout.stop) == 0 {
      _ = mp_futex_wait(own + Layout.taskSignal, signal, -1, 1)
    }
    mp_store32(own + Layout.sleeps, turn &+ 2)
    _ = mp_add32(header + Layout.sleepers, UInt32.max)
  }

  var isEmpty: Bool {
    let position = mp_load64(segment.base + Layout.head)
    let state = SlotState(word: mp_load64(state(position)))
    return state.round < SlotState.round(of: position) || state == SlotState(.free, position)
  }

  /// A worker died: it is no longer among the sleepers, and a wake-up that it took with it is given to the others.
  func forget(area: Int) {
    let sleeps = segment.area(area) + Layout.sleeps
    let turn = mp_load32(sleeps)
    if turn & 1 != 0 {
      mp_store32(sleeps, turn &+ 1)
      _ = mp_add32(segment.base + Layout.sleepers, UInt32.max)
    }
    // What is put from here on finds that worker no longer asleep; what was put before stands in the queue.
    mp_fence()
    if !isEmpty { segment.wakeAllWorkers() }
  }
}
