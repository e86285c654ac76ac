import DequeModule
import PoolCore

/// The three helper threads, in their documented roles.
extension PoolEngine {
  func startHelper(_ role: HelperRole) throws {
    let process = world.process
    let identity = ThreadIdentity(name: process.nextThreadName(function: role.rawValue), isDaemon: true)
    state.with { $0.helpers[role] = identity }
    try world.startHelper(role, identity) { [self] in
      switch role {
      case .workerHandler: keepWorkers()
      case .taskHandler: sendTasks()
      case .resultHandler: handleResults()
      }
      process.remove(identity)
      leave()
    }
  }

  // MARK: Worker handler

  private func keepWorkers() {
    while true {
      world.pass(.rest(.workerHandler))
      let (start, hasEnded) = state.with { ($0.starts.popFirst(), $0.hasEnded) }
      if let start {
        do {
          // A pool that ended meanwhile has told the machine so; what starts now is killed with the rest.
          if !hasEnded { try startWorker(start) }
        } catch {
          note(
            MultiprocessingError(
              .workerCouldNotStart, "A worker could not be started: \(error)", cause: error))
          handle(.workerCouldNotStart(start))
        }
        continue
      }
      if hasEnded { return }
      transport.watchWorkers()
    }
  }

  // MARK: Task handler

  private func sendTasks() {
    var commands: [Send] = []
    let limit = world.batchLimit
    while true {
      world.pass(.rest(.taskHandler))
      // The commands stay at the head while they are carried out, so that nobody overtakes them.
      let hasEnded = state.with { state in
        state.taskHandlerWaits = state.sends.isEmpty
        commands.append(contentsOf: state.sends.prefix(limit))
        return state.hasEnded
      }
      if hasEnded { return }
      if commands.isEmpty {
        _ = sendParker.park(until: nil)
        continue
      }
      for command in commands {
        switch command {
        case .offer(let job, let id, let chunks): send(job, id, chunks)
        case .pull(let job, let id, let count): pull(job, id, count)
        }
      }
      state.with { $0.sends.removeFirst(min(commands.count, $0.sends.count)) }
      commands.removeAll(keepingCapacity: true)
    }
  }

  private func send(_ job: Job, _ id: JobID, _ chunks: Range<Int>) {
    for index in chunks {
      guard state.with({ $0.machine.isPending(id) }) else { return }
      let chunk = Chunk(job: id, index: index)
      do {
        let bytes = transport.needsEncoding ? try job.encode(index) : []
        while !transport.offer(chunk, job, bytes) {
          if state.with({ $0.hasEnded || !$0.machine.isPending(id) }) { return }
          transport.waitForRoom()
        }
      } catch {
        // The job fails with the error as it is; nothing reaches a worker (2.14).
        fail(chunk, job, error, .unsendable(chunk))
      }
    }
  }

  private func pull(_ job: Job, _ id: JobID, _ count: Int) {
    for _ in 0..<count {
      guard state.with({ $0.machine.isPending(id) }) else { return }
      do {
        guard try job.draw() else { return handle(.inputEnded(id, failed: false)) }
      } catch {
        // The error takes the place of the next chunk, unwrapped (2.12).
        let index = state.with { $0.machine.arrivedChunks(of: id) }
        job.store(index, failure: error)
        return handle(.inputEnded(id, failed: true))
      }
      let index = state.with { $0.machine.arrivedChunks(of: id) }
      world.pass(.event(.inputArrived(id, chunks: 1)))
      let others = state.with { state -> [PoolAction] in
        state.actions.removeAll(keepingCapacity: true)
        world.handle(.inputArrived(id, chunks: 1), &state.machine, &state.actions, of: self)
        return state.actions
      }
      // The chunk goes out now, before anything that was submitted later; a further pull waits for its turn.
      send(job, id, index..<index + 1)
      for case .pullInputs(let id, let count) in others {
        state.with { $0.sends.append(.pull(job, id, count)) }
      }
    }
  }

  // MARK: Result handler

  private func handleResults() {
    var reports: [WorkerReport] = []
    var batch = ResultBatch()
    let limit = world.batchLimit
    while !state.with({ $0.hasEnded }) {
      world.pass(.rest(.resultHandler))
      transport.collect(&reports)
      for report in reports {
        if case .returned(let worker, let chunk, let outcome) = report {
          batch.append(worker, chunk, outcome)
          if batch.count >= limit { settle(&batch) }
        } else {
          // Told in the order in which it was heard.
          settle(&batch)
          handle(report)
        }
      }
      settle(&batch)
      reports.removeAll(keepingCapacity: true)
    }
  }

  private func handle(_ report: WorkerReport) {
    switch report {
    case .ready(let worker): handle(.workerReady(worker))
    case .initializerFailed(let worker, let error):
      note(
        MultiprocessingError(
          .initializerFailed, "The initializer of a worker failed: \(error)", cause: error,
          remote: (error as? MultiprocessingError)?.remote))
      handle(.initializerFailed(worker))
    case .returned: break  // In a batch.
    case .exited(let worker, let name, let pid, let status, let holding):
      exited(worker, name, pid, status, holding)
    }
  }

  private func exited(_ worker: WorkerID, _ name: String, _ pid: Int32, _ status: Int32, _ holding: Chunk?) {
    let how = status < 0 ? "was killed by signal \(-status)" : "ended with exit status \(status)"
    let remote = RemoteFailure(
      worker: name, processID: pid, errorType: "", description: "\(name) \(how)", exitStatus: status)
    if state.with({ $0.machine.isAboutToBreak(ifLost: worker) }) {
      note(
        MultiprocessingError(
          .workerCouldNotStart, "Workers end before they are ready; the last one, \(name), \(how).", remote: remote))
    }
    guard let holding, let job = state.with({ $0.jobs[holding.job] }) else {
      return handle(.exited(worker, holding: holding))
    }
    let error = MultiprocessingError(
      .workerDied, "The worker \(name) (process \(pid)) \(how) while it ran the task.", remote: remote)
    fail(holding, job, error, .exited(worker, holding: holding))
  }

  /// Feeds an event that makes a chunk fail, with its error.
  func fail(_ chunk: Chunk, _ job: Job, _ error: any Error, _ event: PoolEvent) {
    // An imap keeps every failure in its place, and before the consumer is told of it.
    if state.with({ $0.machine.isStream(chunk.job) }) { job.store(chunk.index, failure: error) }
    handle(event) { job.store($0.index, failure: error) }
  }
}
