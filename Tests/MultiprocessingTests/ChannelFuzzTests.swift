import CMultiprocessing
import Glibc
import PoolCore
import Testing

@testable import Multiprocessing
@testable import probe

/// Garbage on the channels between a pool and its workers: whoever reads it gets a value or an error, and goes on.
///
/// A crash would end the test run, and a hang its time limit. `CHANNEL_FUZZ_ROUNDS` multiplies the inputs, and
/// `CHANNEL_FUZZ_SEED` chooses others.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ChannelFuzzTests {
  static let rounds = number("CHANNEL_FUZZ_ROUNDS") ?? 1
  static let seed = UInt64(number("CHANNEL_FUZZ_SEED") ?? 1)

  private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  /// Overwrites a few bytes or words of a piece of memory, mostly with the numbers at which mistakes are made.
  static func damage(_ memory: UnsafeMutableRawPointer, _ count: Int, _ random: inout SplitMix) {
    for _ in 0..<1 + random.next() % 4 {
      let place = Int(random.next() % UInt64(count / 8)) * 8
      switch random.next() % 6 {
      case 0: memory.storeBytes(of: UInt8(truncatingIfNeeded: random.next()), toByteOffset: place + Int(random.next() % 8), as: UInt8.self)
      case 1: memory.storeBytes(of: random.next(), toByteOffset: place, as: UInt64.self)
      case 2: memory.storeBytes(of: .max, toByteOffset: place, as: UInt64.self)
      case 3: memory.storeBytes(of: UInt64(Int64.max), toByteOffset: place, as: UInt64.self)
      case 4: memory.storeBytes(of: 0, toByteOffset: place, as: UInt64.self)
      default:
        let old = memory.load(fromByteOffset: place, as: UInt64.self)
        memory.storeBytes(of: old ^ 1 << (random.next() % 64), toByteOffset: place, as: UInt64.self)
      }
    }
  }

  /// The worker is damaged: what the pool reads from its ring.
  @Test func `a ring with damaged records and numbers gives records or an error`() throws {
    let segment = try Segment(workers: 1)
    let ring = ResultRing(segment: segment, area: 0)
    var random = SplitMix(state: Self.seed)
    var errors = 0
    for _ in 0..<20_000 * Self.rounds {
      segment.reset(0)
      for index in 0..<Int(random.next() % 4) {
        let kinds: [RingMessage] = [.ready, .succeeded, .failed, .initializerFailed]
        let payload = [UInt8](repeating: UInt8(index), count: Int(random.next() % 300))
        try ring.write(kinds[Int(random.next() % 4)], Chunk(job: JobID(3), index: index), payload)
      }
      // The numbers at the head of the area and the records behind it.
      Self.damage(segment.area(0), 512, &random)
      Self.damage(segment.area(0) + Layout.ring, 1024, &random)
      var reads = 0
      do {
        while try ring.read() != nil, reads <= Layout.ringSize { reads += 1 }
        #expect(reads <= Layout.ringSize, "a ring of \(Layout.ringSize) bytes has no end")
      } catch {
        errors += 1
        #expect(error.code == .notDecodable || error.code == .system)
      }
      _ = ring.held
    }
    #expect(errors > 1000, "the damage was too small to be seen")
    print("fuzz: \(20_000 * Self.rounds) damaged rings, \(errors) refused")
  }

  /// The pool is damaged: what a worker claims from the queue.
  @Test func `a queue with damaged slots gives chunks or an error`() throws {
    var random = SplitMix(state: Self.seed &+ 1)
    var errors = 0
    for _ in 0..<2000 * Self.rounds {
      let segment = try Segment(workers: 1)
      let queue = TaskQueue(segment: segment)
      for index in 0..<Int(random.next() % 4) {
        queue.put(Chunk(job: JobID(3), index: index), OutgoingBytes([UInt8](repeating: 7, count: Int(random.next() % 200))))
      }
      Self.damage(segment.base + Layout.tail, 128, &random)
      Self.damage(segment.base + segment.layout.slot(0), 4 * Layout.slotSize, &random)
      var claims = 0
      let memory = ClaimMemory()
      do {
        while try queue.claim(area: 0, into: memory) != nil, claims <= 2 * Layout.slotCount { claims += 1 }
        #expect(claims <= 2 * Layout.slotCount, "a queue of \(Layout.slotCount) slots has no end")
      } catch {
        errors += 1
        #expect(error.code == .notDecodable || error.code == .system)
      }
      queue.withdraw { $0.index % 2 == 0 }
      _ = queue.takeBack(from: 0)
    }
    #expect(errors > 50, "the damage was too small to be seen")
    print("fuzz: \(2000 * Self.rounds) damaged queues, \(errors) refused")
  }

  /// Somebody who has the queue is damaged: what others take from it and put into it.
  @Test func `a queue between processes with damaged slots gives messages or an error`() throws {
    var random = SplitMix(state: Self.seed &+ 4)
    var (errors, messages) = (0, 0)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 10_000, alignment: 16)
    defer { room.deallocate() }
    room.initializeMemory(as: UInt8.self, repeating: 7)
    for _ in 0..<2000 * Self.rounds {
      let ring = try QueueRing()
      for _ in 0..<Int(random.next() % 5) {
        let size = random.next() % 8 == 0 ? 6000 : Int(random.next() % 200)
        _ = try ring.tryPut(UnsafeRawBufferPointer(rebasing: room[..<size]))
      }
      let end = random.next() % 2 == 0 ? QueueLayout.headerSize + 4 * QueueLayout.slotSize : QueueLayout.roomSignal + QueueLayout.woken
      let start = random.next() % 2 == 0 ? QueueLayout.headerSize : QueueLayout.tail
      Self.damage(ring.base + min(start, end - 64), max(64, end - start), &random)
      for step in 0..<3 {
        do throws(MultiprocessingError) {
          for turn in 0...2 * QueueLayout.slotCount {
            if case .nothing = try ring.tryTake(into: room) { break }
            messages += 1
            #expect(turn < 2 * QueueLayout.slotCount, "a queue of \(QueueLayout.slotCount) slots has no end")
          }
          let size = [3, 300, 10_000][step]
          if ring.mayPut(size) { _ = try ring.tryPut(UnsafeRawBufferPointer(rebasing: room[..<size])) }
        } catch {
          errors += 1
          #expect(error.code == .notDecodable || error.code == .system)
        }
        _ = ring.hasMessage
        ring.clearDead()
      }
    }
    #expect(errors > 100 && messages > 1000, "the damage was too small to be seen, or too large")
    print("fuzz: \(2000 * Self.rounds) damaged queues between processes, \(errors) refusals, \(messages) messages")
  }

  /// A server or its client is damaged, or whoever starts a child.
  @Test func `damaged messages and starts are refused or understood`() throws {
    var random = SplitMix(state: Self.seed &+ 2)
    var understood = 0
    for _ in 0..<20_000 * Self.rounds {
      let bytes = (0..<Int(random.next() % 20)).map { _ in UInt8(truncatingIfNeeded: random.next() % 8) }
      if let message = ServerMessage(bytes) {
        understood += 1
        #expect(message.bytes == bytes)
      }
    }
    #expect(understood > 100)
    let start = ChildStart(
      name: "SpawnPoolWorker-1", identity: [1], method: .spawn, process: CurrentWorld.world.process,
      role: .worker(WorkerStart(area: 0, areas: 2, maxTasksPerChild: 3, initializer: "I", initializerBytes: [1, 2])))
    let encoded = start.bytes
    var decoded = 0
    for _ in 0..<20_000 * Self.rounds {
      var bytes = encoded
      for _ in 0..<1 + random.next() % 3 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
      if (try? bytes.withUnsafeBytes(ChildStart.init(bytes:))) != nil { decoded += 1 }
    }
    #expect(decoded < 20_000 * Self.rounds, "no damage was ever seen")
    print("fuzz: \(20_000 * Self.rounds) messages, \(understood) understood; as many starts, \(decoded) understood")
  }

  @Test func `a start is read as it was written, and not if a byte is missing`() throws {
    let worker = WorkerStart(area: 3, areas: 9, maxTasksPerChild: 7, initializer: "Type", initializerBytes: [1, 2, 3])
    let roles: [ChildStart.Role] = [
      .worker(worker), .process(ProcessStart(target: "Target", targetBytes: [UInt8](repeating: 5, count: 10_000))), .server,
    ]
    for (role, method) in zip(roles, StartMethod.allCases) {
      var start = ChildStart(name: "Größe-1:2", identity: [1, 2], method: method, process: CurrentWorld.world.process, role: role)
      (start.seed, start.workers, start.workingDirectory, start.backtrace) = (.max, 3, "/tmp", "enable=no")
      (start.threadsCreated, start.mainThread, start.isGated, start.isDaemon) = (4, "Thread-4", true, false)
      start.trace = Trace.Start(path: "trace", pool: 2)
      let bytes = start.bytes
      let read = try bytes.withUnsafeBytes(ChildStart.init(bytes:))
      #expect(String(reflecting: read) == String(reflecting: start))
      #expect(read.bytes == bytes)
      #expect(throws: WireError.self) { try bytes.dropLast().withUnsafeBytes(ChildStart.init(bytes:)) }
    }
  }

  /// A worker of a pool at work writes garbage over what it shares with the pool.
  @Test func `a pool outlives a worker that writes garbage into its channel`() throws {
    var random = SplitMix(state: Self.seed &+ 3)
    var values = 0
    var failures = 0
    var unanswered = 0
    for round in 0..<15 * Self.rounds {
      let pool = try Pool(processes: 2, context: Context(.spawn))
      let transport = try #require(pool.engine.transport as? ProcessTransport)
      let results = try (0..<40).map { _ in try pool.applyAsync(Busy(microseconds: 300)) }
      for result in results {
        Self.damage(transport.segment.area(0), 64, &random)
        Self.damage(transport.segment.area(0) + Layout.resultTail, 256, &random)
        Self.damage(transport.segment.area(0) + Layout.ring, 2048, &random)
        do {
          _ = try result.get(timeout: .seconds(20))
          values += 1
        } catch let error as MultiprocessingError {
          guard error.code == .timeout else {
            failures += 1
            continue
          }
          unanswered += 1
          print("fuzz: no answer in round \(round) of seed \(Self.seed): \(pool.snapshot())")
          break
        }
      }
      let start = Clock.now
      pool.terminate()
      try pool.join()
      #expect(Clock.now - start < .seconds(5), "terminate took too long")
      for result in results { #expect(result.isReady, "a job has not ended though its pool has") }
    }
    // Where a worker lies about what it holds, an audit finds what is lost with it.
    #expect(unanswered == 0)
    print("fuzz: \(15 * Self.rounds) pools with a worker gone wrong: \(values) values, \(failures) failures, \(unanswered) given up")
  }
}
