import CMultiprocessing
import Dispatch
import PoolCore
import Testing

@testable import Multiprocessing
@testable import probe

/// Large payloads, which are written and read where they lie: no place is used again while somebody may read it.
@Suite struct LargePayloadTests {
  /// So many bytes, of which some tell where they are and whose.
  private static func bytes(_ count: Int, _ start: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: start), count: count)
    for index in stride(from: 0, to: count, by: max(1, count / 50)) { bytes[index] = UInt8(truncatingIfNeeded: index / 7 + start) }
    return bytes
  }

  @Test func `a worker and the pool mean the same places, and what is unread stays`() {
    var random = SplitMix(state: 5)
    for size: UInt64 in [4096, 8 << 20] {
      var window = OutcomeWindow(size: Int(size))
      var (written, first): (UInt64, UInt64) = (0, 0)
      var unread: [(range: Range<UInt64>, end: UInt64)] = []
      for _ in 0..<4000 {
        let count = random.next() % 10 == 0 ? size + 1 + random.next() % size : random.next() % (size / 3) + 1
        while true {
          let read = max(window.read, first)
          if let (offset, positions) = OutcomeWindow.next(count, size: size, written: written, read: read) {
            let range = offset..<offset + count
            #expect(offset == size || range.upperBound <= size, "an outcome reaches over the end of its window")
            #expect(!unread.contains { $0.range.overlaps(range) }, "an outcome lies over one that is not read")
            if unread.isEmpty { #expect(offset == 0 || offset == size, "the first pages are not used again") }
            #expect(window.hear(offset: offset, count) == positions.upperBound)
            if read == written { first = positions.lowerBound }
            written = positions.upperBound
            unread.append((range, written))
            break
          }
          // No room: somebody reads, in any order.
          window.finish(unread.remove(at: Int(random.next() % UInt64(unread.count))).end)
        }
        if random.next() % 3 == 0, !unread.isEmpty { window.finish(unread.removeFirst().end) }
      }
      for (_, end) in unread { window.finish(end) }
      #expect(window.read == written)
    }
  }

  @Test func `places of tasks do not overlap, and are used again from the first on`() throws {
    let queue = TaskQueue(segment: try Segment(workers: 1))
    var payloads = LargePayloads()
    var random = SplitMix(state: 6)
    var waiting: [(range: Range<UInt64>, job: UInt64)] = []
    for job in 0..<3000 as Range<UInt64> {
      let count = Int(random.next() % (random.next() % 20 == 0 ? 40 << 20 : 100_000)) + 1
      while true {
        if queue.hasRoom, let place = try payloads.reserve(count, queue) {
          let range = place..<place + UInt64(count)
          #expect(!waiting.contains { $0.range.overlaps(range) }, "two payloads lie in one place")
          #expect(range.lowerBound >= Layout.largeTasks && range.upperBound <= Layout.largeTasks + UInt64(Layout.taskWindow))
          if random.next() % 5 == 0 {
            payloads.giveBack(place, count, queue)
          } else {
            let position = queue.put(Chunk(job: JobID(job), index: 0), OutgoingBytes([]), large: place, 1)
            payloads.keep(place, count, position: position)
            waiting.append((range, job))
          }
          break
        }
        // The order in which workers are done is not that of the queue.
        let gone = waiting.remove(at: Int(random.next() % UInt64(waiting.count)))
        #expect(queue.withdraw { $0.job == JobID(gone.job) } == 1)
        if waiting.isEmpty { while try queue.claim(area: 0, into: ClaimMemory()) != nil {} }
      }
    }
    queue.withdraw { _ in true }
    #expect(try payloads.reserve(Layout.taskWindow, queue) == Layout.largeTasks, "free places do not become one again")
    payloads.giveBack(Layout.largeTasks, Layout.taskWindow, queue)
    // More than the window lies behind it.
    #expect(try payloads.reserve(Layout.taskWindow + 1, queue) == Layout.largeTasks + UInt64(Layout.taskWindow))
  }

  @Test func `a chunk that is taken back while a worker reads it is nobody's`() throws {
    let transport = try ProcessTransport(TransportConfiguration(size: 1, startMethod: .spawn))
    let kind = try CallKind.of(SumBytes.self)
    let job = ApplyJob(kind, callbacks: nil)
    let input = Self.bytes(100_000, 3)
    for index in 0..<2 as Range<UInt64> {
      let bytes = try ChunkCall.outgoing(SumBytes.self, kind.name, [input], 0..<1)
      let staged = try #require(try transport.stage(bytes))
      transport.offer(Chunk(job: JobID(index), index: 0), job, staged)
    }
    var runner = ChunkRunner(writesLarge: true)
    let claim = try #require(
      try transport.queue.claim(area: 0, into: ClaimMemory()) { bytes in
        // Only the first time: the second chunk is the worker's.
        #expect(transport.withdraw(JobID(0)) <= 1)
        return runner.take(bytes)
      })
    #expect(claim.chunk.job == JobID(1))
    guard case .success(let bytes)? = claim.taken?.run() else {
      Issue.record("The chunk did not run")
      return
    }
    #expect(try SumBytes.__decode(bytes, count: 1) == [input.reduce(0) { $0 + Int($1) }])
  }

  @Test func `an outcome stays as it is for whoever reads it, whoever gets the worker's place`() throws {
    let segment = try Segment(workers: 8)
    let ring = ResultRing(segment: segment, area: 7)
    let size = segment.layout.outcomeWindow
    var kept: MappedPayload?
    for count in [size / 2, size / 2 - 64, size + 5] {
      try ring.write(.succeeded, Chunk(job: JobID(1), index: 0), large: OutgoingBytes(Self.bytes(count, count)))
      let record = try #require(try ring.read(inPlace: true))
      #expect((record.mapped?.copy ?? record.payload) == Self.bytes(count, count))
      #expect((record.mapped == nil) == (count > size), "what lies in the window is read where it lies")
      guard let mapped = record.mapped else { continue }
      kept = mapped
      // The worker ends, and another one gets its place.
      segment.reset(7)
      try ring.write(.succeeded, Chunk(job: JobID(2), index: 0), large: OutgoingBytes(Self.bytes(size / 3, 9)))
      let next = try #require(try ring.read(inPlace: true)?.mapped)
      #expect(next.copy == Self.bytes(size / 3, 9))
      #expect(kept?.copy == Self.bytes(count, count), "the next worker wrote over what somebody reads")
      kept = nil
      kept = next
      kept = nil
      #expect(mp_load64(ring.base + Layout.largeRead) <= mp_load64(ring.base + Layout.largeWritten))
    }
  }

  @Test func `a ring with damaged records of large outcomes gives records or an error`() throws {
    var random = SplitMix(state: ChannelFuzzTests.seed &+ 7)
    var (errors, values) = (0, 0)
    let segment = try Segment(workers: 8)
    let ring = ResultRing(segment: segment, area: 0)
    for _ in 0..<2000 * ChannelFuzzTests.rounds {
      segment.reset(0)
      for index in 0..<2 {
        let bytes = Self.bytes(9000 + Int(random.next() % 50_000), index)
        try ring.write(.succeeded, Chunk(job: JobID(3), index: index), bytes)
      }
      ChannelFuzzTests.damage(segment.area(0) + Layout.ring, 96, &random)
      if random.next() % 2 == 0 { ChannelFuzzTests.damage(segment.area(0), 512, &random) }
      var reads = 0
      do {
        while let record = try ring.read(inPlace: random.next() % 2 == 0), reads < 10 {
          reads += 1
          values += 1
          // Each byte that it names can be touched.
          if let bytes = record.mapped?.copy { #expect(bytes.count <= segment.layout.outcomeWindow) }
        }
      } catch {
        errors += 1
        #expect(error.code == .notDecodable || error.code == .system)
      }
    }
    #expect(errors > 100 && values > 100, "the damage was too small to be seen, or too large")
  }
}

/// What is read from memory that somebody else changes meanwhile is a value of its type, whatever it is.
@Suite struct WireFlatTests {
  private func fuzz<Element: Codable & Sendable & Equatable>(_ values: [Element], _ random: inout SplitMix) throws {
    let coder = try #require(WireCoders.find(Element.self))
    let encoded = coder.list(values)
    #expect(encoded == Array(try Wire.encode(values)), "another form of the same list")
    var understood = 0
    for _ in 0..<3000 {
      var bytes = encoded
      for _ in 0..<Int(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        bytes[place] = random.next() % 2 == 0 ? UInt8(truncatingIfNeeded: random.next()) : bytes[place] ^ 1
      }
      if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      let expected = bytes.withUnsafeBytes { try? Wire.decode([Element].self, from: $0) }
      let array: [Element]? = bytes.withUnsafeBytes { try? Wire.decodeArray(from: $0) }
      let flat = bytes.withUnsafeBytes { WireFlat.list(of: Element.self, $0) }
      #expect(array == expected, "a chunk and an array are read differently")
      if let flat { #expect(flat == expected, "the bytes are a list, and no array") }
      if WireFlat.canRead(coder), bytes == encoded { #expect(flat == values) }
      if expected != nil { understood += 1 }
    }
    #expect(understood > 500)
  }

  @Test func `damaged lists are read as arrays are, or not at all`() throws {
    var random = SplitMix(state: 8)
    try fuzz([1, -2, 3], &random)
    try fuzz([true, false, true, true], &random)
    try fuzz(["", "text", "a longer text that lies elsewhere", "Grüße 👋🏽"], &random)
    try fuzz([[UInt8](0..<40), [], [1]], &random)
    try fuzz([[1.5, -2], [3]], &random)
    try fuzz([[true, false], [true]], &random)
  }

  @Test func `a list that changes while it is read is some list, or none`() throws {
    let encoded = try #require(WireCoders.find([UInt16].self)).list([[UInt16]](repeating: [1, 2, 3, 4], count: 50))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 16)
    defer { memory.deallocate() }
    memory.copyBytes(from: encoded)
    let shared = Shared(memory)
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) { shared.damageUntilStopped() }
    var (some, none) = (0, 0)
    let end = mp_now_ns() + 300_000_000
    while mp_now_ns() < end {
      if let list = WireFlat.list(of: [UInt16].self, UnsafeRawBufferPointer(memory)) {
        some += 1
        #expect(list.reduce(0) { $0 + $1.count } <= encoded.count)
      } else {
        none += 1
      }
    }
    shared.stop.with { $0 = true }
    group.wait()
    #expect(some + none > 100)
  }

  /// Memory that one thread changes while another one reads it.
  private final class Shared: @unchecked Sendable {
    // Sendable: that is what it is for; nobody relies on what the bytes are.
    private let memory: UnsafeMutableRawBufferPointer
    let stop = Guarded(false)

    init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    func damageUntilStopped() {
      var random = SplitMix(state: 9)
      while !stop.with({ $0 }) {
        // A length or a tag, and back: each is seen in between.
        let place = Int(random.next() % UInt64(memory.count))
        let old = memory[place]
        memory[place] = UInt8(truncatingIfNeeded: random.next())
        memory[place] = old
      }
    }
  }
}

/// Adds up bytes.
enum SumBytes: PoolFunction {
  static func call(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 + Int($1) } }
}
