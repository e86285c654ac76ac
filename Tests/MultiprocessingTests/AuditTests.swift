import CMultiprocessing
import PoolCore
import Testing

@testable import Multiprocessing

/// What an audit takes for lost while a worker is just being started: it has an area and works, but is not yet known to the pool.
///
/// The test plays that worker by hand, step by step, in the memory of a pool that has started nobody.
@Suite struct AuditTests {
  private let transport: ProcessTransport
  private let chunk = Chunk(job: JobID(3), index: 0)
  private var ring: ResultRing { ResultRing(segment: transport.segment, area: 0) }

  init() throws {
    transport = try ProcessTransport(TransportConfiguration(size: 2, startMethod: .spawn))
    #expect(transport.queue.hasRoom)
    transport.queue.put(chunk, OutgoingBytes([1, 2, 3]))
  }

  /// What the pool takes for lost, and what it hears meanwhile.
  private func audit() -> (lost: Set<Chunk>, reports: [WorkerReport]) {
    var lost: Set = [chunk]
    var reports: [WorkerReport] = []
    transport.audit(&lost, &reports)
    return (lost, reports)
  }

  /// Marks the chunk's slot as that worker's, as the first step of a claim does.
  private func claimSlot(for area: Int) {
    let slot = transport.segment.base + transport.segment.layout.slot(0) + Layout.slotState
    let (ready, claimed) = (SlotState(.ready, 0).word, SlotState(.claimed, 0, owner: area + 1).word)
    #expect(mp_cas64(slot, ready, claimed) != 0)
  }

  @Test func `a chunk that waits is not lost`() { #expect(audit().lost.isEmpty) }

  @Test func `a chunk that a worker has just claimed is not lost, and its slot stays the worker's`() {
    claimSlot(for: 0)
    #expect(audit().lost.isEmpty)
    #expect(transport.queue.takeBack(from: 0) == [chunk])
  }

  @Test func `a chunk that a worker runs is not lost`() throws {
    #expect(try transport.queue.claim(area: 0, into: ClaimMemory())?.chunk == chunk)
    #expect(audit().lost.isEmpty)
  }

  @Test func `nothing is lost as long as a worker has said what nobody has heard`() throws {
    #expect(try transport.queue.claim(area: 0, into: ClaimMemory())?.chunk == chunk)
    try ring.write(.succeeded, chunk, [4])
    ring.clearHeld()
    let early = audit()
    #expect(early.lost.isEmpty && early.reports.isEmpty)
    // Known from now on, it is heard.
    transport.state.with { $0.listeners.append(ProcessTransport.Listener(id: WorkerID(0), area: 0)) }
    guard case .returned(WorkerID(0), chunk, .few(let few))? = audit().reports.first, few.list == [4] else {
      Issue.record("The outcome is not heard")
      return
    }
  }

  @Test func `a chunk that nobody has is lost`() throws {
    #expect(try transport.queue.claim(area: 0, into: ClaimMemory())?.chunk == chunk)
    ring.clearHeld()
    #expect(audit().lost == [chunk])
  }

  @Test func `the slot of a worker that cannot be is freed, and its chunk is lost`() {
    claimSlot(for: 7)
    #expect(audit().lost == [chunk])
    #expect(transport.queue.takeBack(from: 7).isEmpty)
  }

  @Test func `cancelling reaches what such a worker runs`() throws {
    #expect(try transport.queue.claim(area: 0, into: ClaimMemory())?.chunk == chunk)
    transport.evict(JobID(2))
    #expect(!ring.isCondemned)
    transport.evict(chunk.job)
    #expect(ring.isCondemned)
    #expect(!ring.beginReturn(chunk))
  }
}
