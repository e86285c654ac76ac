import CMultiprocessing
import DequeModule
import PoolCore

/// The helper threads in their documented roles; what the task handler does is in PoolEngine+Sending.swift.
extension PoolEngine {
  func startHelper(_ role: HelperRole) throws {
    let process = world.process
    let identity = ThreadIdentity(name: process.nextThreadName(function: role.rawValue), isDaemon: true)
    state.with { $0.helpers.append(identity) }
    try world.startHelper(role, identity) { [self] in
      if role == .resultHandler {
        let token = mp_thread_token()
        state.with { $0.resultHandlerToken = token }
      }
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
    transport.waitForStart()
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
