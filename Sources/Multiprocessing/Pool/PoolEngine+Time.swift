import CMultiprocessing
import DequeModule
import PoolCore

/// Deadlines, limits, and what got lost: all that the result handler decides without hearing of it.
extension PoolEngine {
  /// Until when the result handler may wait for reports.
  func nextLook(_ audits: AuditPlan?) -> Duration? {
    var next = state.with { $0.deadlines.first?.at }
    if let taskTimeLimit, state.with({ $0.machine.pendingJobs > 0 }), let overrun = transport.nextOverrun(taskTimeLimit) {
      next = next.map { min($0, overrun) } ?? overrun
    }
    guard let audits else { return next }
    let audit = audits.next(isIdle: state.with { $0.machine.pendingJobs == 0 })
    return next.map { min($0, audit) } ?? audit
  }

  /// Ends what has had its time. What came in time has been dealt with before.
  func endWhatTakesTooLong() {
    if state.with({ !$0.deadlines.isEmpty }) {
      let now = world.now
      while let job = state.with({ $0.takeDeadline(upTo: now) }) { handle(.deadlinePassed(job)) }
    }
    guard let taskTimeLimit, state.with({ $0.machine.pendingJobs > 0 }) else { return }
    for (worker, chunk) in transport.overruns(taskTimeLimit) {
      guard let job = state.with({ $0.jobs[chunk.job] }) else {
        // Given up just now, by somebody who found the worker condemned and left it to whoever had done that.
        handle(.overran(worker, chunk))
        continue
      }
      let error = MultiprocessingError(
        .deadlinePassed, "A task ran for longer than its pool's limit of \(taskTimeLimit).")
      fail(chunk, job, error, .overran(worker, chunk))
    }
  }

  // MARK: What got lost

  /// Fails the chunks that no worker has and none has returned, which happens only where a worker wrote nonsense into the
  /// memory that it shares with the pool.
  func audit(_ audits: inout AuditPlan?, _ reports: inout [WorkerReport], _ batch: inout ResultBatch) {
    guard let plan = audits, plan.isDue || transport.needsAudit else { return }
    let start = mp_now_ns()
    defer { audits?.done(in: Duration(clock: mp_now_ns() - start)) }
    // With CPython's rules a dead worker's task is meant to stay where it is.
    var lost = state.with { $0.machine.rules.deadWorkersFailTasks ? $0.offered : [] }
    transport.audit(&lost, &reports)
    take(reports, &batch)
    reports.removeAll(keepingCapacity: true)
    for chunk in lost.sorted(by: { ($0.job, $0.index) < ($1.job, $1.index) }) {
      guard let job = state.with({ $0.machine.isAwaited(chunk) ? $0.jobs[chunk.job] : nil }) else { continue }
      fail(
        chunk, job,
        MultiprocessingError(
          .workerDied, "A task was lost: a worker wrote what no worker writes into the memory of its pool."),
        .unsendable(chunk))
    }
  }
}

extension PoolEngine.State {
  /// Keeps a deadline; whether it is the earliest.
  mutating func add(deadline: Duration, of job: JobID) -> Bool {
    // Most come in order.
    var index = deadlines.count
    while index > 0, deadlines[index - 1].at > deadline { index -= 1 }
    deadlines.insert((deadline, job), at: index)
    if deadlines.count > 2 * machine.pendingJobs + 64 {
      let pending = machine
      deadlines.removeAll { $0.job != job && !pending.isPending($0.job) }
    }
    return deadlines.first?.job == job
  }

  /// The next job whose time is over.
  mutating func takeDeadline(upTo now: Duration) -> JobID? {
    while let first = deadlines.first {
      guard machine.isPending(first.job) else {
        deadlines.removeFirst()
        continue
      }
      guard first.at <= now else { return nil }
      return deadlines.removeFirst().job
    }
    return nil
  }

  /// The chunks that have been given to the transport and have not come back.
  var offered: Set<Chunk> {
    var chunks = machine.awaitedChunks
    for command in commandsLeft { for index in command.chunks { chunks.remove(Chunk(job: command.id, index: index)) } }
    if let (id, range) = inHand { for index in range { chunks.remove(Chunk(job: id, index: index)) } }
    return chunks
  }
}
