import CMultiprocessing
import PoolCore

/// What a worker has to say, as it lies in its ring.
enum RingMessage: UInt32 {
  case ready = 1, initializerFailed, succeeded, failed
  /// Nothing: the rest of the ring up to its end is unused this time round.
  case skip
  /// The worker ends before it has begun.
  case couldNotBegin
}

/// The way back from one worker: a ring of bytes that the worker fills and the pool empties.
///
/// A record is seen as a whole or not at all: the tail moves after the bytes are there. So what a worker had said completely
/// when it died is heard, and what it had begun to say is not. See README.md beside this file.
struct ResultRing {
  let segment: Segment
  let area: Int

  /// Record: length of all (8 aligned), kind, job, chunk, count of payload bytes, their place in the file (0: behind this),
  /// ticket.
  private static let recordHeader = 48
  /// A payload above this lies in the file: a record must not fill the ring.
  static let inlineLimit = Layout.ringSize / 8
  var base: UnsafeMutableRawPointer { segment.area(area) }
  private var ring: UnsafeMutableRawPointer { base + Layout.ring }

  // MARK: The worker's side

  /// Says something; blocks while the ring is full.
  func write(_ kind: RingMessage, _ chunk: Chunk?, _ payload: [UInt8]) throws(MultiprocessingError) {
    if payload.count > Self.inlineLimit { return try write(kind, chunk, large: OutgoingBytes(payload)) }
    payload.withUnsafeBytes { write(kind, chunk, $0, $0.count, 0) }
  }

  /// Says something of which there is little; blocks while the ring is full.
  func write(_ kind: RingMessage, _ chunk: Chunk?, _ payload: FewBytes) {
    payload.withBytes { write(kind, chunk, $0, $0.count, 0) }
  }

  /// Says something of which there is much; blocks while there is no room for it.
  func write(_ kind: RingMessage, _ chunk: Chunk?, large payload: OutgoingBytes) throws(MultiprocessingError) {
    write(kind, chunk, UnsafeRawBufferPointer(start: nil, count: 0), payload.count, try writeLarge(payload))
  }

  /// Says something, with a payload that goes with it or lies at a place in the file.
  private func write(
    _ kind: RingMessage, _ chunk: Chunk?, _ payload: UnsafeRawBufferPointer, _ count: Int, _ place: UInt64
  ) {
    let inline = payload.count
    let length = (Self.recordHeader + inline + 7) & ~7
    var tail = mp_load64(base + Layout.resultTail)
    let untilEnd = Layout.ringSize - Int(tail % UInt64(Layout.ringSize))
    waitForSpace(untilEnd < length ? untilEnd + length : length)
    if untilEnd < length {
      // Never empty: lengths are multiples of 8, and so is the ring's.
      let rest = ring + Int(tail % UInt64(Layout.ringSize))
      rest.storeBytes(of: UInt32(untilEnd), as: UInt32.self)
      rest.storeBytes(of: RingMessage.skip.rawValue, toByteOffset: 4, as: UInt32.self)
      tail += UInt64(untilEnd)
    }
    let record = ring + Int(tail % UInt64(Layout.ringSize))
    record.storeBytes(of: UInt32(length), as: UInt32.self)
    record.storeBytes(of: kind.rawValue, toByteOffset: 4, as: UInt32.self)
    record.storeBytes(of: chunk?.job.rawValue ?? 0, toByteOffset: 8, as: UInt64.self)
    record.storeBytes(of: UInt64(chunk?.index ?? 0), toByteOffset: 16, as: UInt64.self)
    record.storeBytes(of: UInt64(count), toByteOffset: 24, as: UInt64.self)
    record.storeBytes(of: place, toByteOffset: 32, as: UInt64.self)
    // Last: whoever takes a chunk after the tail has moved gets a later ticket.
    record.storeBytes(of: mp_add64(segment.base + Layout.outcomes, 1), toByteOffset: 40, as: UInt64.self)
    if place == 0 {
      UnsafeMutableRawBufferPointer(start: record + Self.recordHeader, count: inline).copyMemory(from: payload)
    }
    mp_store64(base + Layout.resultTail, tail + UInt64(length))
    segment.wakeCollector()
  }

  /// Blocks until so many bytes are free in the ring.
  private func waitForSpace(_ count: Int) {
    wait { mp_load64(base + Layout.resultTail) - mp_load64(base + Layout.resultHead) <= UInt64(Layout.ringSize - count) }
  }

  func wait(until isTrue: () -> Bool) {
    while !isTrue() {
      mp_store32(base + Layout.spaceWanted, 1)
      let signal = mp_load32(base + Layout.spaceSignal)
      mp_fence()
      if !isTrue() { _ = mp_futex_wait(base + Layout.spaceSignal, signal, -1, 1) }
      mp_store32(base + Layout.spaceWanted, 0)
    }
  }

  // MARK: The pool's side

  /// One thing that the worker said.
  struct Record {
    var kind: RingMessage
    var chunk: Chunk
    var payload: [UInt8] = []
    /// The payload of an outcome that is small.
    var few: FewBytes?
    /// The payload of an outcome that is read where it lies.
    var mapped: MappedPayload?
    /// Its place among what all workers of the pool said: later than all that was heard when its task was taken.
    var ticket: UInt64
    /// Why the payload could not be read, where it is sound.
    var failure: MultiprocessingError?
  }

  var isEmpty: Bool { mp_load64(base + Layout.resultTail) == mp_load64(base + Layout.resultHead) }

  /// Where the last record ends that is there now.
  var end: UInt64 { mp_load64(base + Layout.resultTail) }

  /// Whether the next record begins before this place.
  func isBefore(_ end: UInt64) -> Bool { Int64(bitPattern: end &- mp_load64(base + Layout.resultHead)) > 0 }

  /// Takes the next record; nil when the ring is empty, or the next ticket is not below `limit`. A worker that waits for room
  /// hears of it by `signalSpace`.
  ///
  /// - Throws: `notDecodable` for bytes that no worker of ours writes; the ring is empty afterwards. A payload for which this
  ///   process has no memory is given up, and the record says so.
  func read(below limit: UInt64 = .max, inPlace: Bool = false) throws(MultiprocessingError) -> Record? {
    while true {
      let head = mp_load64(base + Layout.resultHead)
      let tail = mp_load64(base + Layout.resultTail)
      guard head != tail else { return nil }
      // Both numbers lie where the worker can write: they may be anything, and so may every byte of a record.
      let waiting = tail &- head
      guard waiting <= UInt64(Layout.ringSize), head % 8 == 0 else {
        mp_store64(base + Layout.resultHead, tail)
        throw MultiprocessingError(.notDecodable, "A worker's channel holds a record that no worker writes.")
      }
      let offset = Int(head % UInt64(Layout.ringSize))
      let record = ring + offset
      let length = Int(record.load(as: UInt32.self))
      let kind = RingMessage(rawValue: record.load(fromByteOffset: 4, as: UInt32.self))
      guard let kind, length >= 8, length % 8 == 0, length <= Layout.ringSize - offset, waiting >= UInt64(length),
        kind == .skip || length >= Self.recordHeader
      else {
        mp_store64(base + Layout.resultHead, tail)
        throw MultiprocessingError(.notDecodable, "A worker's channel holds a record that no worker writes.")
      }
      if kind == .skip {
        advance(head, length)
        continue
      }
      let chunk = Chunk(
        job: JobID(record.load(fromByteOffset: 8, as: UInt64.self)),
        index: Int(truncatingIfNeeded: record.load(fromByteOffset: 16, as: UInt64.self)))
      let count = record.load(fromByteOffset: 24, as: UInt64.self)
      let place = record.load(fromByteOffset: 32, as: UInt64.self)
      let ticket = record.load(fromByteOffset: 40, as: UInt64.self)
      guard ticket < limit else { return nil }
      defer { advance(head, length) }
      do throws(MultiprocessingError) {
        var result = Record(kind: kind, chunk: chunk, ticket: ticket)
        if place == 0 {
          guard count <= UInt64(length - Self.recordHeader) else {
            throw MultiprocessingError(.notDecodable, "A worker's channel holds a record that no worker writes.")
          }
          let bytes = UnsafeRawBufferPointer(start: record + Self.recordHeader, count: Int(count))
          if inPlace, kind == .succeeded { result.few = FewBytes(bytes) }
          if result.few == nil { result.payload = [UInt8](bytes) }
        } else {
          (result.payload, result.mapped) = try readLarge(place, count, inPlace: inPlace && kind == .succeeded)
        }
        return result
      } catch {
        guard error.code == .system else { throw error }
        return Record(kind: kind, chunk: chunk, ticket: ticket, failure: error)
      }
    }
  }

  private func advance(_ head: UInt64, _ length: Int) { mp_store64(base + Layout.resultHead, head &+ UInt64(length)) }

  /// Wakes the worker if it waits for room.
  func signalSpace() {
    mp_fence()
    guard mp_load32(base + Layout.spaceWanted) != 0 else { return }
    _ = mp_add32(base + Layout.spaceSignal, 1)
    _ = mp_futex_wake(base + Layout.spaceSignal, 1, 1)
  }

  /// What the worker holds by its own account.
  var held: Chunk? { chunk(mp_load64(base + Layout.heldJob)) }
}
