import PoolCore

extension PoolEngine {
  /// The threads of this process without which a job cannot end; empty where anything else may end it.
  func needs(of job: Job) -> [WaitGraph.Need] {
    guard let id = job.id else { return [] }
    return state.with { state in
      guard state.machine.takesChunks(id) || state.machine.isPending(id) else { return [] }
      // A deadline ends it whatever the others do, but for the thread that would see to it.
      var needs: [WaitGraph.Need] = []
      if let handler = state.resultHandlerToken {
        needs.append(WaitGraph.Need(threads: [handler], reason: "which its pool's result handler must handle"))
      }
      guard !state.deadlines.contains(where: { $0.job == id }), state.machine.takesChunks(id),
        let threads = (transport as? ThreadTransport)?.occupation
      else { return needs }
      let awaited = state.machine.isStream(id) ? [] : state.machine.awaitedChunks(of: id)
      if taskTimeLimit == nil {
        for worker in threads.workers where worker.chunk.map({ $0.job == id && awaited.contains($0.index) }) == true {
          needs.append(WaitGraph.Need(threads: [worker.token], reason: "which \(worker.name) runs"))
        }
      }
      let isWaiting = threads.queue.contains { $0.job == id } || state.hasUnsent(of: id)
      // Whoever is still to be started will take it.
      if isWaiting, !awaited.isEmpty, threads.workers.count == state.machine.workers.count, threads.workers.allSatisfy({ $0.token != 0 }) {
        needs.append(
          WaitGraph.Need(
            threads: threads.workers.map(\.token),
            reason: "which waits for a thread of its pool, where every thread waits"))
      }
      return needs
    }
  }
}

extension PoolMachine {
  /// The chunks of a job that have not come back.
  fileprivate func awaitedChunks(of job: JobID) -> Set<Int> {
    Set((0..<max(1, arrivedChunks(of: job))).filter { isAwaited(Chunk(job: job, index: $0)) })
  }
}
