import CMultiprocessing
import Glibc
import Testing

@testable import Multiprocessing

/// The memory of a queue, one step at a time: what processes that are killed leave behind, and what lies at the edges.
@Suite(.timeLimit(.minutes(2))) struct QueueRingTests {
  /// A process that has ended has this mark: no process has such an id.
  private static let dead: UInt32 = .max

  private func put(_ ring: QueueRing, _ bytes: [UInt8]) throws -> Bool { try bytes.withUnsafeBytes { try ring.tryPut($0) } }

  private func take(_ ring: QueueRing) throws -> [UInt8]? {
    var room = [UInt8](repeating: 0, count: QueueLayout.inlineCapacity)
    switch try room.withUnsafeMutableBytes({ try ring.tryTake(into: $0) }) {
    case .nothing: return nil
    case .copied(let count): return Array(room[..<count])
    case .large(let bytes): return bytes
    }
  }

  private func number(_ value: Int) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  /// Memory that the file takes up.
  private func resident(_ ring: QueueRing) -> Int {
    var status = stat()
    return fstat(ring.file.number, &status) == 0 ? Int(status.st_blocks) * 512 : .max
  }

  @Test(arguments: [0, 1 << 42 - 512, 1 << 63])
  func `a queue that goes round keeps its order and is full in time`(first: UInt64) throws {
    let ring = try QueueRing(first: first)
    var (written, read) = (0, 0)
    let slots = QueueLayout.slotCount
    for burst in [1, slots, 700, slots, 3, 1000, slots, slots] {
      for _ in 0..<burst where try put(ring, number(written)) { written += 1 }
      #expect(try written - read < slots || !put(ring, number(written)), "a full queue takes another message")
      while written - read > burst % 7 {
        #expect(try take(ring) == number(read))
        read += 1
      }
    }
    while read < written {
      #expect(try take(ring) == number(read))
      read += 1
    }
    #expect(try take(ring) == nil && !ring.hasMessage && written > 4 * slots)
  }

  @Test func `messages of every size come out as they went in, and leave nothing`() throws {
    let ring = try QueueRing()
    let inline = QueueLayout.inlineCapacity
    for count in [0, 1, inline - 1, inline, inline + 1, 4095, 4096, 4097, 1 << 20, 100 << 20] {
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, initialized in
        _ = room.baseAddress.map { memset($0, Int32(count % 251) + 1, count) }
        initialized = count
      }
      #expect(try put(ring, bytes))
      #expect(ring.hasMessage)
      let taken = try #require(try take(ring))
      #expect(taken.count == count && memcmp(taken, bytes, count) == 0, "a message of \(count) bytes")
      #expect(try take(ring) == nil)
    }
    #expect(resident(ring) < QueueLayout.mappedSize + 16 * 4096, "memory is left behind")
  }

  @Test func `large messages wait while too much is waiting, and one alone never does`() throws {
    let ring = try QueueRing()
    let bytes = [UInt8](repeating: 7, count: 30 << 20)
    #expect(try put(ring, bytes) && put(ring, bytes))
    #expect(try !ring.mayPut(bytes.count) && !put(ring, bytes), "90 MiB wait")
    #expect(try put(ring, [1, 2, 3]), "a small message is kept waiting by large ones")
    #expect(try take(ring)?.count == bytes.count)
    #expect(try ring.mayPut(bytes.count) && put(ring, bytes))
    for count in [bytes.count, 3, bytes.count] { #expect(try take(ring)?.count == count) }
    #expect(try put(ring, [UInt8](repeating: 7, count: 70 << 20)), "a message above the limit can never be put")
  }

  @Test func `what a dead writer was writing is passed over`() throws {
    let ring = try QueueRing()
    #expect(try put(ring, [1]))
    // It dies with its slot claimed, with large bytes half written, and before it has moved the tail.
    for step in 0..<2 {
      let position = try #require(try ring.claim())
      try ring.file.write([UInt8](repeating: 1, count: 1 << 20), at: QueueLayout.large(position))
      mp_store64(ring.state(position), QueueSlot(.writing, position, owner: Self.dead).word)
      if step == 1 { mp_store64(ring.base + QueueLayout.tail, position) }
    }
    #expect(try put(ring, [2]))
    #expect(try take(ring) == [1])
    #expect(try take(ring) == nil && !ring.hasMessage && ring.isBeingWritten)
    #expect(ring.awaitMessage(until: mp_now_ns() + 20_000_000_000))
    #expect(try take(ring) == [2])
    #expect(try take(ring) == nil && !ring.isBeingWritten)
    #expect(resident(ring) < QueueLayout.mappedSize + 16 * 4096, "memory is left behind")
  }

  @Test func `who lives is waited for`() throws {
    let ring = try QueueRing()
    let position = try #require(try ring.claim())
    #expect(try put(ring, [2]))
    #expect(!ring.awaitMessage(until: mp_now_ns() + 30_000_000))
    #expect(!ring.clearDead() && ring.isBeingWritten)
    mp_store64(ring.state(position), QueueSlot(.ready, position).word)
    #expect(try take(ring) == [] && take(ring) == [2])
  }

  @Test func `a dead reader's slot is used again`() throws {
    let ring = try QueueRing()
    #expect(try put(ring, [UInt8](repeating: 5, count: 1 << 20)))
    // It dies before it has moved the head.
    mp_store64(ring.state(0), QueueSlot(.taking, 0, owner: Self.dead).word)
    for value in 1..<QueueLayout.slotCount { #expect(try put(ring, number(value))) }
    for value in 1..<QueueLayout.slotCount { #expect(try take(ring) == number(value)) }
    #expect(try !put(ring, [1]), "a slot that is still being read is written over")
    ring.awaitRoom(1)
    #expect(try put(ring, [1]) && take(ring) == [1])
    #expect(resident(ring) < QueueLayout.mappedSize + 16 * 4096, "memory is left behind")
  }

  @Test func `a process is told from one that had its number`() throws {
    let own = mp_stamp()
    #expect(own >> 10 == UInt32(getpid()))
    #expect(mp_stamp_is_gone(own) == 0)
    #expect(mp_stamp_is_gone(own ^ 1) == 1, "started at another time")
    #expect(mp_stamp_is_gone(Self.dead) == 1)
    #expect(mp_stamp_is_gone(0) == 1)
  }
}
