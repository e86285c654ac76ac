package import PoolCore
import DequeModule

/// A pool at work: the machine behind a lock, the jobs' payloads, and the three helper threads that drive a transport.
///
/// Any thread feeds events; the actions that come out are performed at once where they touch no channel, and are queued
/// for the helper thread whose role they belong to where they do. Nothing blocks, calls user code or wakes anybody with the
/// lock held.
package final class PoolEngine: Sendable {
  let world: any World
  let transport: any Transport
  let size: Int
  let rules: PoolRules
  /// How long a worker may run one chunk.
  let taskTimeLimit: Duration?
  /// By which its jobs know it.
  let number = PoolEngines.nextNumber()

  struct State {
    var machine: PoolMachine
    var jobs = JobShelf()
    /// Keeps the pool alive while a result is pending (4.14).
    var keeper: AnyObject?
    /// What the task handler has to do, in this order.
    var sends: Deque<Command> = []
    /// How many of them, from the first on, are carried out; they go when the task handler is through with those it has begun.
    var commandsDone = 0
    var starts: Deque<WorkerID> = []
    /// Why the pool is broken.
    var fault: MultiprocessingError?
    /// Whoever waits for the end of the helper threads.
    var joiners: [Waiter] = []
    var helpersLeft = 0
    /// Every worker has ended; the helper threads are to end.
    var hasEnded = false
    /// The pool could not be made: whoever ends last ends the workers too.
    var isAbandoned = false
    /// The helper threads have ended and everything is given back.
    var isOver = false
    var helpers: [ThreadIdentity] = []
    /// The result handler as the wait graph knows it.
    var resultHandlerToken: UInt?
    var taskHandlerWaits = false
    var actions: [PoolAction] = []
    /// The chunks that the task handler has drawn and not yet offered.
    var inHand: (job: JobID, chunks: Range<Int>)?
    /// When the time of which job is over, the earliest first; jobs may have ended before.
    var deadlines: Deque<(at: Duration, job: JobID)> = []
  }
  let state: Guarded<State>
  let sendParker: any Parker

  /// Makes a pool at work: starts all workers in the calling thread, in order, and the helper threads.
  ///
  /// - Throws: what kept a worker from starting; then nothing is left of the pool.
  package init(
    size: Int, transport: any Transport, rules: PoolRules = .better, taskTimeLimit: Duration? = nil
  ) throws {
    self.rules = rules
    self.taskTimeLimit = taskTimeLimit
    world = CurrentWorld.world
    self.size = size
    self.transport = transport
    sendParker = world.makeParker()
    state = Guarded(State(machine: PoolMachine(size: size, rules: rules)))
    PoolEngines.add(self)
    try transport.prepare()
    let actions = feed(.opened)
    var started = 0
    do {
      var workers: [WorkerID] = []
      for case .startWorker(let worker) in actions { workers.append(worker) }
      try startAll(workers) {
        state.with { $0.helpersLeft = HelperRole.allCases.count }
        for role in HelperRole.allCases {
          try startHelper(role)
          started += 1
        }
      }
    } catch {
      abandon(withHelpers: started)
      throw error
    }
  }

  deinit {
    PoolEngines.remove(number)
    // What the task handler had not done when all ended.
    for command in state.with({ $0.sends }) { command.end() }
  }

  private func startAll(_ workers: [WorkerID], meanwhile: () throws -> Void) throws {
    guard Trace.records(world) else { return try transport.startAll(workers, meanwhile: meanwhile) }
    // A record shows how long each of them took.
    for worker in workers { try startWorker(worker) }
    try meanwhile()
  }

  func startWorker(_ worker: WorkerID) throws {
    guard Trace.records(world) else { return try transport.start(worker) }
    try Trace.measure("start worker \(worker.rawValue + 1)") { try transport.start(worker) }
  }

  // MARK: Jobs

  /// Submits a job; `bytes` is its only chunk, where the submitter has encoded it already. `deadline`: how long it may take.
  /// - Parameter pool: lives as long as a job is pending.
  @discardableResult
  package func submit(
    _ job: Job, _ spec: JobSpec, keeping pool: AnyObject? = nil, bytes: OutgoingBytes? = nil, deadline: Duration? = nil
  ) throws -> JobID {
    world.pass(.event(.submitted(spec)))
    let limit = sharedDeadline(deadline)
    var isLookedAtSooner = false
    let start = Trace.records(world) ? Trace.now : nil
    let (id, actions, wake) = try state.with { state throws(MultiprocessingError) -> (JobID, [PoolAction], Bool) in
      guard state.machine.phase == .running else { throw Self.notRunning(state.fault) }
      let id = state.machine.nextJob
      job.id = id
      job.engineNumber = number
      if state.keeper == nil { state.keeper = pool }
      // A pool that had nothing to do looks at no clock.
      isLookedAtSooner = taskTimeLimit != nil && state.machine.pendingJobs == 0
      if let limit, state.add(deadline: limit, of: id) { isLookedAtSooner = true }
      state.jobs.append(job, id)
      state.actions.removeAll(keepingCapacity: true)
      world.handle(.submitted(spec), &state.machine, &state.actions, of: self)
      if let bytes {
        // With nothing queued before it, the submitting thread writes to the transport itself.
        if state.sends.isEmpty, state.actions.count == 1, case .offer(id, 0..<1)? = state.actions.first,
          // What cannot be staged here the task handler tries again, and fails the job.
          let staged = try? transport.stage(bytes)
        {
          transport.offer(Chunk(job: id, index: 0), job, staged)
          return (id, [], false)
        }
        job.adopt(bytes)
      }
      return (id, queue(&state), state.takeTaskHandlerWake())
    }
    if wake { sendParker.unpark() }
    if isLookedAtSooner { transport.interrupt(.resultHandler) }
    if let start { Trace.job(.asyncBegin, job.title, id, of: self, at: start) }
    perform(actions)
    return id
  }

  private static func notRunning(_ fault: MultiprocessingError?) -> MultiprocessingError {
    MultiprocessingError(
      .poolNotRunning, "Pool not running" + (fault.map { ": \($0.message)" } ?? ""), cause: fault)
  }

  /// Whether the pool takes jobs.
  package func checkRunning() throws {
    try state.with { state throws(MultiprocessingError) in
      guard state.machine.phase == .running else { throw Self.notRunning(state.fault) }
    }
  }

  // MARK: Events and actions

  /// Gives one event to the machine and performs what comes of it, in the calling thread.
  ///
  /// - Parameter keep: called with the lock held for a failure that the machine wants kept.
  func handle(_ event: PoolEvent, keep: ((Chunk) -> Void)? = nil) { perform(feed(event, keep: keep)) }

  /// Gives one event to the machine; what belongs to a helper thread is queued, the rest is returned.
  func feed(_ event: PoolEvent, keep: ((Chunk) -> Void)? = nil) -> [PoolAction] {
    world.pass(.event(event))
    let (actions, wake) = state.with { state in
      state.actions.removeAll(keepingCapacity: true)
      world.handle(event, &state.machine, &state.actions, of: self)
      return (queue(&state, keep: keep), state.takeTaskHandlerWake())
    }
    if wake { sendParker.unpark() }
    return actions
  }

  /// Moves the actions of the task handler into its queue, in order, and records outcomes; returns the others.
  ///
  /// What a job has is recorded here, in the order in which the machine decided it: two threads that perform their actions
  /// later may overtake each other, and the end of a job must not overtake its last chunk or its failure.
  func queue(_ state: inout State, keep: ((Chunk) -> Void)? = nil) -> [PoolAction] {
    state.actions.filter { action in
      switch action {
      case .offer(let id, let chunks):
        if let job = state.jobs[id] { state.sends.append(.offer(job, id, chunks)) }
        return false
      case .pullInputs(let id, let count):
        if let job = state.jobs[id] { state.sends.append(.pull(job, id, count)) }
        return false
      case .keepFailure(let chunk):
        keep?(chunk)
        return false
      case .keepExpiry(let id):
        state.jobs[id]?.keep(failure: Self.expired)
        return false
      case .deliver(let id, let chunks):
        state.jobs[id]?.deliver(chunks)
        return true
      default: return true
      }
    }
  }

  /// Performs actions in the calling thread.
  func perform(_ actions: [PoolAction]) {
    var hasResolved = false
    // Last: this may be the end of the pool.
    defer { if hasResolved { withExtendedLifetime(state.with { $0.takeKeeper() }) {} } }
    for action in actions {
      switch action {
      case .startWorker(let worker):
        state.with { $0.starts.append(worker) }
        transport.interrupt(.workerHandler)
      case .withdraw(let id): transport.withdraw(id)
      case .evict(let id): transport.evict(id)
      case .advanced(let chunk): state.with({ $0.jobs[chunk.job] }).map { advance($0) }
      case .withdrawAll: transport.withdrawAll()
      case .sendStop: transport.sendStop()
      case .runCallback(let id, let failed): runCallback(id, failed)
      case .deliver(let id, _): state.with { $0.jobs[id] }?.wakeConsumers()
      case .resolve(let id, let resolution):
        let (job, fault) = state.with { ($0.jobs.remove(id), $0.fault) }
        if let job, Trace.records(world) { Trace.job(.asyncEnd, job.title, id, of: self, at: Trace.now) }
        job?.resolve(resolution, Self.error(resolution, fault))
        hasResolved = true
      case .killWorker(let worker): transport.kill(worker)
      case .wakeJoiners:
        transport.noMoreWorkers()
        end()
      case .offer, .pullInputs, .keepFailure, .keepExpiry: break  // Done by `queue`.
      }
    }
  }

  private func runCallback(_ id: JobID, _ failed: Bool) {
    guard let job = state.with({ $0.jobs[id] }) else { return }
    job.runCallback(failed: failed)
    handle(.callbackFinished(id))
  }

  private static let expired = MultiprocessingError(.deadlinePassed, "The deadline of the job passed.")

  private static func error(_ resolution: Resolution, _ fault: MultiprocessingError?) -> MultiprocessingError? {
    switch resolution {
    case .succeeded, .failed: nil
    case .terminated:
      MultiprocessingError(.terminated, "The pool was terminated before the job was done.")
    case .broken:
      fault ?? MultiprocessingError(.workerCouldNotStart, "The pool cannot start workers any more.")
    case .cancelled: MultiprocessingError(.cancelled, "The job was cancelled.")
    case .expired: expired
    }
  }

  /// Records why the pool is about to break; the first reason stays.
  func note(_ fault: MultiprocessingError) {
    state.with { if $0.fault == nil { $0.fault = fault } }
  }
}

extension PoolEngine.State {
  /// What keeps the pool alive, if no job is pending: it is to be let go without the lock.
  mutating func takeKeeper() -> AnyObject? {
    guard machine.pendingJobs == 0 else { return nil }
    defer { keeper = nil }
    return keeper
  }

  /// What is not carried out yet of what the task handler has to do.
  var commandsLeft: Deque<Command>.SubSequence { sends.dropFirst(commandsDone) }

  /// Whether the task handler sleeps and has something to do now.
  mutating func takeTaskHandlerWake() -> Bool {
    guard taskHandlerWaits, !sends.isEmpty else { return false }
    taskHandlerWaits = false
    return true
  }
}
