import CMultiprocessing
import Glibc
package import PoolCore

/// Looking at what the workers run, and ending those that run what nobody wants any more.
extension ProcessTransport {
  private var running: [Worker] {
    state.with { state in state.workers.values.filter { $0.status == nil }.sorted { $0.id < $1.id } }
  }

  private func ring(_ worker: Worker) -> ResultRing { ResultRing(segment: segment, area: worker.area) }

  package func evict(_ job: JobID) {
    // By areas: a worker that is just being started may run something before it is known here; `start` looks after it.
    for area in 0..<configuration.size {
      let ring = ResultRing(segment: segment, area: area)
      guard ring.condemn(where: { chunk, _ in chunk.job == job }) != nil else { continue }
      if let worker = running.first(where: { $0.area == area }) { kill(worker.id) }
    }
  }

  // MARK: Time

  package func overruns(_ limit: Duration) -> [(worker: WorkerID, chunk: Chunk)] {
    let latest = Duration(clock: mp_now_ns()) - limit
    return running.compactMap { worker in
      ring(worker).condemn { $1 <= latest }.map { (worker.id, $0) }
    }
  }

  package func nextOverrun(_ limit: Duration) -> Duration? {
    // Whoever takes a chunk from now on has its whole time still before it, and whose time is over is about to end.
    let since = running.map(ring).compactMap { $0.isCondemned ? nil : $0.heldSince }
    return since.reduce(Duration(clock: mp_now_ns())) { min($0, $1) } + limit
  }

  // MARK: Looking

  package var activities: [WorkerActivity] {
    running.map { worker in
      let ring = ring(worker)
      return WorkerActivity(
        id: worker.id, name: worker.name, processID: worker.child.processID, chunk: ring.held, since: ring.heldSince)
    }
  }

  package var queuedChunks: Int { queue.chunks(ofOwners: Set(0..<configuration.size)).ready.count }

  // MARK: What got lost

  package var canBeAudited: Bool { true }
  package var needsAudit: Bool { state.with { $0.needsAudit } }

  package func audit(_ chunks: inout Set<Chunk>, _ reports: inout [WorkerReport]) {
    state.with { $0.needsAudit = false }
    let areas = 0..<configuration.size
    // In this order, for that is the way of a chunk: from its slot to its worker, from there into the ring. All areas count: a
    // worker that is just being started may have taken something before it is known here.
    let (ready, claimed) = queue.chunks(ofOwners: Set(areas))
    chunks.subtract(ready)
    // Nonsense may have hidden those who sleep.
    if !ready.isEmpty { segment.wakeAllWorkers() }
    chunks.subtract(claimed)
    for area in areas { if let held = ResultRing(segment: segment, area: area).held { chunks.remove(held) } }
    let listeners = state.with { $0.listeners }
    // What such a worker has said already is heard when it is known; until then nobody knows what is lost.
    let unheard = areas.filter { area in
      !listeners.contains { $0.area == area } && !ResultRing(segment: segment, area: area).isEmpty
    }
    if !unheard.isEmpty { chunks = [] }
    drain(listeners, &reports)
  }

  package func distrust(_ worker: WorkerID) {
    let worker = state.with { state in
      state.needsAudit = true
      return state.workers[worker]
    }
    worker?.signal(SIGKILL)
  }
}
