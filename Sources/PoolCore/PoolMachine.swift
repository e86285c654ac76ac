/// The pool's logic as a value: events go in, actions come out.
///
/// It decides what happens next and touches nothing: no thread, process, file, clock or lock. A driver feeds it events,
/// one at a time, and performs the actions in their order. The machine never chooses a worker: it offers chunks to the
/// common queue, and a worker's claim is what takes one.
package struct PoolMachine: Hashable, Sendable {
  /// How far the pool's life has come.
  package enum Phase: Hashable, Sendable {
    case running
    /// Closed: no new jobs, those submitted are done.
    case closing
    case terminated
    /// An initializer failed or a worker could not be started.
    case broken
  }

  /// One worker that has been asked for and has not exited.
  package struct Worker: Hashable, Sendable {
    package var id: WorkerID
    package var isReady = false
    /// What it is known to run now.
    package var holds: Chunk?
  }

  /// How many workers the pool keeps.
  package let size: Int
  package let rules: PoolRules
  package private(set) var phase = Phase.running
  /// The workers, oldest first; a replacement goes to the end.
  package private(set) var workers: [Worker] = []
  private var nextWorker: UInt32 = 0
  private var jobs = JobTable()
  private var stopSent = false
  private var deathsBeforeReady = 0
  /// Whether everything has ended.
  package private(set) var hasEnded = false

  /// How many workers in a row may die before one is ready: a start that always fails must not be tried for ever, and one
  /// that was killed by chance must not end the pool.
  package static let deathsBeforeReadyLimit = 8

  package init(size: Int, rules: PoolRules = .better) {
    self.size = size
    self.rules = rules
  }

  /// The id that the next submitted job gets.
  package var nextJob: JobID { jobs.next }

  /// How many jobs are not over.
  package var pendingJobs: Int { jobs.live }

  /// The same machine without its workers, for whoever looks at those one by one.
  package var withoutWorkers: PoolMachine {
    var machine = self
    machine.workers = []
    return machine
  }

  /// The same machine with the number of chunks that came back in place of which: for a job with one result they stand
  /// for each other.
  package var withoutIndices: PoolMachine {
    var machine = self
    machine.jobs.forgetIndices()
    return machine
  }

  /// Whether a job has one result made of several chunks.
  package func isWholeOfMany(_ job: JobID) -> Bool { jobs.look(job) { $0.kind } == .whole }

  /// Whether a job is not over.
  package func isPending(_ job: JobID) -> Bool { jobs[job] != nil }

  /// Whether a chunk is one that a worker may return: of a job that is not over, and back for the first time.
  package func isAwaited(_ chunk: Chunk) -> Bool {
    guard let flags = jobs[chunk.job] else { return false }
    guard flags.contains(.bulk) else { return chunk.index == 0 }
    return jobs.look(chunk.job) { chunk.index >= 0 && chunk.index < $0.arrived && !$0.returned.contains(chunk.index) } ?? false
  }

  /// Whether chunks of a job may still be offered: it is not over, and its time is not.
  package func takesChunks(_ job: JobID) -> Bool { jobs[job].map { !$0.contains(.inCallback) } ?? false }

  /// Whether a job was ever submitted, and may have had this chunk.
  package func mayHaveHad(_ chunk: Chunk) -> Bool {
    guard chunk.job < jobs.next, chunk.index >= 0 else { return false }
    return jobs[chunk.job] == nil || chunk.index < (jobs.look(chunk.job) { $0.arrived } ?? 1)
  }

  /// How many chunks of a job with one result came back, and whether this one is among them; nil for a job that is over, or
  /// has a single chunk.
  package func returnedChunks(of job: JobID, including last: Int) -> (count: Int, isLastIn: Bool)? {
    jobs.look(job) { ($0.returnedCount, $0.returned.contains(last)) }
  }

  /// Every chunk that exists and has not come back.
  package var awaitedChunks: Set<Chunk> {
    var chunks: Set<Chunk> = []
    for job in jobs.jobs where takesChunks(job) {
      for index in 0..<(jobs.look(job) { $0.arrived } ?? 1) {
        let chunk = Chunk(job: job, index: index)
        if isAwaited(chunk) { chunks.insert(chunk) }
      }
    }
    return chunks
  }

  /// Whether the inputs of an imap may give more.
  package func hasOpenInputs(_ job: JobID) -> Bool { jobs.look(job) { $0.total == nil } ?? false }

  /// How many chunks the inputs of an imap gave so far.
  package func arrivedChunks(of job: JobID) -> Int { jobs.look(job) { $0.arrived } ?? 0 }

  /// Whether a job's outcomes are delivered chunk by chunk.
  package func isStream(_ job: JobID) -> Bool { jobs.look(job) { $0.kind != .whole } ?? false }

  /// Whether the loss of this worker would be one too many before any was ready.
  package func isAboutToBreak(ifLost worker: WorkerID) -> Bool {
    phase != .terminated && deathsBeforeReady + 1 >= Self.deathsBeforeReadyLimit
      && workers.contains { $0.id == worker && !$0.isReady }
  }

  /// Takes one event and appends what is to be done to `actions`.
  ///
  /// Events about jobs that are over, and about workers that have exited, are legal and change nothing: on a real machine
  /// they race with what ended them.
  package mutating func handle(_ event: PoolEvent, _ actions: inout [PoolAction]) {
    switch event {
    case .opened: for _ in 0..<size { startWorker(&actions) }
    case .submitted(let spec): submit(spec, &actions)
    case .inputArrived(let job, let chunks): inputArrived(job, chunks, &actions)
    case .inputEnded(let job, let failed): inputEnded(job, failed, &actions)
    case .consumed(let job, let chunks): consumed(job, chunks, &actions)
    case .consumerLeft(let job):
      _ = jobs.update(job) { ($0.isUnread, $0.consumed) = (true, $0.delivered) }
      pull(job, &actions)
    case .workerCouldNotStart(let worker):
      remove(worker)
      fall(into: .broken, &actions)
    case .workerReady(let worker):
      update(worker) { $0.isReady = true }
      deathsBeforeReady = 0
    case .initializerFailed:
      // Where it does not break the pool, its end is that of a worker that was never ready: not for ever (2.4).
      if rules.failedInitializersBreakPools { fall(into: .broken, &actions) }
    case .took(let worker, let chunk): update(worker) { $0.holds = chunk }
    case .returned(let worker, let chunk, let failed):
      update(worker) { if $0.holds == chunk { $0.holds = nil } }
      returned(chunk, failed: failed, &actions)
    case .exited(let worker, let holding): exited(worker, holding, &actions)
    case .unsendable(let chunk): returned(chunk, failed: true, &actions)
    case .callbackFinished(let job): callbackFinished(job, &actions)
    case .closed:
      guard phase == .running else { return }
      phase = .closing
      stopIfDone(&actions)
      endIfDone(&actions)
    case .terminated:
      guard phase != .terminated else { return }
      fall(into: .terminated, &actions)
    case .cancelled(let job): abandon(job, .cancelled, &actions)
    case .deadlinePassed(let job): expire(job, &actions)
    case .overran(let worker, let chunk):
      // Also where nobody waits for the chunk any more: the worker is not to return it, nor to take another one.
      if workers.contains(where: { $0.id == worker }) { actions.append(.killWorker(worker)) }
      if isAwaited(chunk) { returned(chunk, failed: true, &actions) }
    case .progressWanted(let job):
      if let flags = jobs[job] { jobs[job] = flags.union(.reportsProgress) }
    }
  }

  // MARK: Jobs

  private mutating func submit(_ spec: JobSpec, _ actions: inout [PoolAction]) {
    let job = jobs.next
    var flags: JobTable.Flags = []
    if spec.callbackOnSuccess { flags.insert(.callbackOnSuccess) }
    if spec.callbackOnFailure { flags.insert(.callbackOnFailure) }
    if spec.reportsProgress { flags.insert(.reportsProgress) }
    if spec.kind == .whole, spec.chunks == 1 {
      jobs.append(flags, bulk: nil)
      actions.append(.offer(job, 0..<1))
      return
    }
    let isStreamed = spec.kind != .whole
    jobs.append(
      flags,
      bulk: JobTable.Bulk(
        kind: spec.kind, total: isStreamed ? nil : spec.chunks, arrived: isStreamed ? 0 : spec.chunks ?? 0,
        lookAhead: max(1, spec.lookAhead)))
    if isStreamed {
      pull(job, &actions)
    } else if let chunks = spec.chunks, chunks > 0 {
      actions.append(.offer(job, 0..<chunks))
    } else {
      // Nothing to do: ready at once, and no callback (3.7).
      finish(job, .succeeded, &actions)
    }
  }

  /// Asks the inputs for as many chunks as may be on their way.
  private mutating func pull(_ job: JobID, _ actions: inout [PoolAction]) {
    let wanted = jobs.update(job) { bulk -> Int in
      guard bulk.total == nil, bulk.asked == 0 else { return 0 }
      let room = bulk.lookAhead - (bulk.arrived - bulk.consumed)
      // Asking again only when half of the room is free keeps the task handler from being woken for every item.
      guard room > 0, room >= bulk.lookAhead - bulk.lookAhead / 2 else { return 0 }
      bulk.asked = room
      return room
    }
    if let wanted, wanted > 0 { actions.append(.pullInputs(job, upTo: wanted)) }
  }

  private mutating func inputArrived(_ job: JobID, _ chunks: Int, _ actions: inout [PoolAction]) {
    let range = jobs.update(job) { bulk -> Range<Int> in
      defer {
        bulk.arrived += chunks
        bulk.asked = max(0, bulk.asked - chunks)
      }
      return bulk.arrived..<bulk.arrived + chunks
    }
    guard let range else { return }
    actions.append(.offer(job, range))
    pull(job, &actions)
  }

  private mutating func inputEnded(_ job: JobID, _ failed: Bool, _ actions: inout [PoolAction]) {
    let errorIndex = jobs.update(job) { bulk -> Int in
      bulk.asked = 0
      if failed { bulk.arrived += 1 }
      bulk.total = bulk.arrived
      return bulk.arrived - 1
    }
    guard let errorIndex else { return }
    if failed {
      // The error of the inputs stands where the next chunk would.
      returned(Chunk(job: job, index: errorIndex), failed: true, &actions)
    } else {
      finishIfComplete(job, &actions)
    }
  }

  private mutating func consumed(_ job: JobID, _ chunks: Int, _ actions: inout [PoolAction]) {
    _ = jobs.update(job) { $0.consumed += chunks }
    pull(job, &actions)
  }

  private mutating func returned(_ chunk: Chunk, failed: Bool, _ actions: inout [PoolAction]) {
    guard let flags = jobs[chunk.job], !flags.contains(.inCallback) else { return }
    guard flags.contains(.bulk) else {
      if failed { actions.append(.keepFailure(chunk)) }
      complete(chunk.job, failed: failed, &actions)
      return
    }
    let delivery = jobs.update(chunk.job) { bulk -> Range<Int>? in
      // A chunk counts once, whoever returns it again.
      guard chunk.index < bulk.arrived, bulk.returned.insert(chunk.index) else { return nil }
      bulk.returnedCount += 1
      switch bulk.kind {
      case .whole: return chunk.index..<chunk.index
      case .unordered:
        bulk.delivered += 1
        return chunk.index..<chunk.index + 1
      case .ordered:
        defer { bulk.delivered = bulk.returned.base }
        return bulk.delivered..<bulk.returned.base
      }
    }
    guard case .some(.some(let delivery)) = delivery else { return }
    if isWholeOfMany(chunk.job) {
      if failed, !flags.contains(.failed) {
        // The first failure to arrive is the job's (3.24); the other chunks are still waited for (3.14).
        jobs[chunk.job] = flags.union(.failed)
        actions.append(.keepFailure(chunk))
      }
      if flags.contains(.reportsProgress) { actions.append(.advanced(chunk)) }
    } else if !delivery.isEmpty {
      actions.append(.deliver(chunk.job, delivery))
      if jobs.look(chunk.job, { $0.isUnread }) == true { consumed(chunk.job, delivery.count, &actions) }
    }
    finishIfComplete(chunk.job, &actions)
  }

  private mutating func finishIfComplete(_ job: JobID, _ actions: inout [PoolAction]) {
    guard jobs.look(job, { $0.total == $0.returnedCount }) == true else { return }
    complete(job, failed: jobs[job]?.contains(.failed) ?? false, &actions)
  }

  /// Every chunk is back: the callback runs first, then the result is ready (3.5).
  private mutating func complete(_ job: JobID, failed: Bool, _ actions: inout [PoolAction]) {
    guard let flags = jobs[job] else { return }
    guard flags.contains(failed ? .callbackOnFailure : .callbackOnSuccess) else {
      finish(job, failed ? .failed : .succeeded, &actions)
      return
    }
    jobs[job] = failed ? flags.union([.inCallback, .failed]) : flags.union(.inCallback)
    actions.append(.runCallback(job, failed: failed))
  }

  private mutating func callbackFinished(_ job: JobID, _ actions: inout [PoolAction]) {
    guard let flags = jobs[job], flags.contains(.inCallback) else { return }
    finish(job, flags.contains(.expired) ? .expired : flags.contains(.failed) ? .failed : .succeeded, &actions)
  }

  private mutating func finish(_ job: JobID, _ resolution: Resolution, _ actions: inout [PoolAction]) {
    jobs.remove(job)
    actions.append(.resolve(job, resolution))
    stopIfDone(&actions)
    endIfDone(&actions)
  }

  private mutating func abandon(_ job: JobID, _ resolution: Resolution, _ actions: inout [PoolAction]) {
    guard let flags = jobs[job], !flags.contains(.inCallback) else { return }
    actions += [.withdraw(job), .evict(job)]
    finish(job, resolution, &actions)
  }

  /// The time of a job is over: it fails, and its error callback hears of it as of any failure.
  private mutating func expire(_ job: JobID, _ actions: inout [PoolAction]) {
    guard let flags = jobs[job], !flags.contains(.inCallback) else { return }
    guard flags.contains(.callbackOnFailure) else { return abandon(job, .expired, &actions) }
    jobs[job] = flags.union([.inCallback, .expired])
    actions += [.withdraw(job), .evict(job), .keepExpiry(job), .runCallback(job, failed: true)]
  }

  /// The same for a job whose chunks are taken back already.
  private mutating func drop(_ job: JobID, _ resolution: Resolution, _ actions: inout [PoolAction]) {
    guard let flags = jobs[job], !flags.contains(.inCallback) else { return }
    finish(job, resolution, &actions)
  }

  // MARK: Workers

  private mutating func startWorker(_ actions: inout [PoolAction]) {
    let worker = WorkerID(nextWorker)
    nextWorker += 1
    workers.append(Worker(id: worker))
    actions.append(.startWorker(worker))
  }

  private mutating func update(_ worker: WorkerID, _ body: (inout Worker) -> Void) {
    guard let index = workers.firstIndex(where: { $0.id == worker }) else { return }
    body(&workers[index])
  }

  private mutating func remove(_ worker: WorkerID) {
    workers.removeAll { $0.id == worker }
  }

  private mutating func exited(_ worker: WorkerID, _ holding: Chunk?, _ actions: inout [PoolAction]) {
    guard let index = workers.firstIndex(where: { $0.id == worker }) else { return }
    let wasReady = workers.remove(at: index).isReady
    if let holding, rules.deadWorkersFailTasks { returned(holding, failed: true, &actions) }
    if !wasReady { deathsBeforeReady += 1 }
    if !stopSent, deathsBeforeReady >= Self.deathsBeforeReadyLimit {
      fall(into: .broken, &actions)
    } else if !stopSent {
      // A pool that closes still has work for a replacement until the stop marks are out.
      startWorker(&actions)
    }
    endIfDone(&actions)
  }

  // MARK: Ending

  private mutating func stopIfDone(_ actions: inout [PoolAction]) {
    guard phase == .closing, !stopSent, jobs.isEmpty else { return }
    stopSent = true
    actions.append(.sendStop)
  }

  /// Terminated or broken: every job ends without being done, every worker is stopped.
  private mutating func fall(into phase: Phase, _ actions: inout [PoolAction]) {
    guard self.phase != .terminated else { return }
    if self.phase == .broken, phase == .broken { return endIfDone(&actions) }
    self.phase = phase
    let wasStopped = stopSent
    stopSent = true
    // In one go: with many jobs, withdrawing each of them would cost the square of their number.
    if !jobs.isEmpty { actions.append(.withdrawAll) }
    for job in jobs.jobs { drop(job, phase == .broken ? .broken : .terminated, &actions) }
    if !wasStopped { actions.append(.sendStop) }
    for worker in workers { actions.append(.killWorker(worker.id)) }
    endIfDone(&actions)
  }

  private mutating func endIfDone(_ actions: inout [PoolAction]) {
    // A job whose callback still runs holds the end back, so that whoever joins finds every result settled.
    guard stopSent, workers.isEmpty, jobs.isEmpty, !hasEnded else { return }
    hasEnded = true
    actions.append(.wakeJoiners)
  }
}
