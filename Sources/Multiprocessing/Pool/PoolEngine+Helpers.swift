import CMultiprocessing
import DequeModule
import PoolCore

/// The three helper threads, in their documented roles.
extension PoolEngine {
  func startHelper(_ role: HelperRole) throws {
    let process = world.process
    let identity = ThreadIdentity(name: process.nextThreadName(function: role.rawValue), isDaemon: true)
    state.with { $0.helpers[role] = identity }
    try world.startHelper(role, identity) { [self] in
      let token = mp_thread_token()
      state.with { $0.helperTokens[role] = token }
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
      for (place, command) in commands.enumerated() {
        switch command {
        case .offer(let job, let id, let chunks): send(job, id, chunks, place)
        case .pull(let job, let id, let count): pull(job, id, count)
        }
      }
      state.with { $0.sends.removeFirst(min(commands.count, $0.sends.count)) }
      commands.removeAll(keepingCapacity: true)
    }
  }

  /// Sends chunks of a job; `place`: where the command stands among those of the task handler.
  private func send(_ job: Job, _ id: JobID, _ chunks: Range<Int>, _ place: Int? = nil) {
    for index in chunks {
      let chunk = Chunk(job: id, index: index)
      do {
        let bytes = transport.needsEncoding ? try job.encode(index) : []
        while true {
          if let staged = try transport.stage(bytes) {
            guard offer(chunk, job, staged, place) else { return transport.unstage(staged) }
            break
          }
          if state.with({ $0.hasEnded || !$0.machine.takesChunks(id) }) { return }
          transport.waitForRoom()
        }
      } catch {
        // The job fails with the error as it is; nothing reaches a worker (2.14).
        fail(chunk, job, error, .unsendable(chunk))
      }
    }
  }

  /// Offers a chunk unless its job is over by now: with the lock held, so that a cancelled job is in nobody's hands.
  private func offer(_ chunk: Chunk, _ job: Job, _ staged: StagedBytes, _ place: Int?) -> Bool {
    state.with { state in
      guard !state.hasEnded, state.machine.takesChunks(chunk.job) else { return false }
      transport.offer(chunk, job, staged)
      state.inHand = nil
      // What is offered is no longer in the task handler's hands.
      if let place, place < state.sends.count, case .offer(let job, chunk.job, let range) = state.sends[place] {
        state.sends[place] = .offer(job, chunk.job, chunk.index + 1..<range.upperBound)
      }
      return true
    }
  }

  private func pull(_ job: Job, _ id: JobID, _ count: Int) {
    for _ in 0..<count {
      guard state.with({ $0.machine.takesChunks(id) }) else { return }
      do {
        guard try job.draw() else { return handle(.inputEnded(id, failed: false)) }
      } catch {
        // The error takes the place of the next chunk, unwrapped (2.12).
        let index = state.with { $0.machine.arrivedChunks(of: id) }
        job.store(index, failure: error)
        return handle(.inputEnded(id, failed: true))
      }
      world.pass(.event(.inputArrived(id, chunks: 1)))
      let index = state.with { state -> Int in
        let index = state.machine.arrivedChunks(of: id)
        state.actions.removeAll(keepingCapacity: true)
        world.handle(.inputArrived(id, chunks: 1), &state.machine, &state.actions, of: self)
        state.inHand = Chunk(job: id, index: index)
        // A further pull waits for its turn.
        for case .pullInputs(let id, let count) in state.actions { state.sends.append(.pull(job, id, count)) }
        return index
      }
      // The chunk goes out now, before anything that was submitted later.
      send(job, id, index..<index + 1)
    }
  }

  // MARK: Result handler

  private func handleResults() {
    var reports: [WorkerReport] = []
    var batch = ResultBatch()
    // Real time is looked at only where something can get lost.
    var audits = transport.canBeAudited ? AuditPlan() : nil
    while !state.with({ $0.hasEnded }) {
      world.pass(.rest(.resultHandler))
      transport.collect(&reports, until: nextLook(audits))
      if !reports.isEmpty { audits?.heard() }
      take(reports, &batch)
      reports.removeAll(keepingCapacity: true)
      endWhatTakesTooLong()
      audit(&audits, &reports, &batch)
    }
  }

  /// Deals with what workers said.
  func take(_ reports: [WorkerReport], _ batch: inout ResultBatch) {
    let limit = world.batchLimit
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
  }

  func handle(_ report: WorkerReport) {
    switch report {
    case .ready(let worker): handle(.workerReady(worker))
    case .initializerFailed(let worker, let error):
      let remote = error as? MultiprocessingError
      if let remote, remote.code == .workerCouldNotStart {
        note(remote)
      } else {
        note(
          MultiprocessingError(
            .initializerFailed, "The initializer of a worker failed: \(error)", cause: error, remote: remote?.remote))
      }
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
    if job.keepsEveryFailure { job.store(chunk.index, failure: error) }
    handle(event) { job.store($0.index, failure: error) }
  }
}
