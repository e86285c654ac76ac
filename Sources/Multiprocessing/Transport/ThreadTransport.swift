import CMultiprocessing
import DequeModule
package import PoolCore

/// Workers that are threads of this process: a common queue behind a lock, and nothing to encode.
package final class ThreadTransport: Transport {
  private struct Worker {
    let id: WorkerID
    let identity: ThreadIdentity
    /// The thread as the wait graph knows it; 0 until it runs.
    var token: UInt = 0
    var chunk: Chunk?
    /// Since when it runs that; not under simulation.
    var since: Int64 = 0
    /// Whether it was told that it takes too long.
    var isOverdue = false
  }

  private struct State {
    var queue: Deque<(Chunk, Job)> = []
    var workers: [Worker] = []
    /// Workers without a chunk, in the order in which they came.
    var idle: [(worker: WorkerID, parker: any Parker)] = []
    var doomed: Set<WorkerID> = []
    var stop = false
    var reports: [WorkerReport] = []
    /// Whether the result handler sleeps.
    var collectorSleeps = false
    var isInterrupted = false

    /// Notes what a worker runs from now on, nil for nothing.
    mutating func note(_ worker: WorkerID, _ chunk: Chunk?, _ now: Int64) {
      guard let index = workers.firstIndex(where: { $0.id == worker }) else { return }
      (workers[index].chunk, workers[index].since, workers[index].isOverdue) = (chunk, now, false)
    }
  }

  private let world: any World
  private let configuration: TransportConfiguration
  /// Under simulation real time is not looked at.
  private let isReal: Bool
  private let state = Guarded(State())
  private let collector: any Parker
  private let watcher: any Parker
  package let traceNumber: Int

  package init(_ configuration: TransportConfiguration) {
    world = CurrentWorld.world
    isReal = world is SystemWorld
    self.configuration = configuration
    traceNumber = Trace.nextPool()
    collector = world.makeParker()
    watcher = world.makeParker()
  }

  package var needsEncoding: Bool { false }
  package var canKill: Bool { false }

  package var isOnWorker: Bool {
    let current = ThreadIdentity.current
    return state.with { state in state.workers.contains { $0.identity === current } }
  }

  package func prepare() {}

  package func start(_ worker: WorkerID) throws {
    let name = world.process.nextThreadName(function: HelperRole.worker)
    let identity = ThreadIdentity(name: name, isDaemon: true)
    let process = world.process
    state.with { $0.workers.append(Worker(id: worker, identity: identity)) }
    var isStarted = false
    defer { if !isStarted { state.with { $0.workers.removeAll { $0.id == worker } } } }
    try world.startThread(identity) { [self] in
      work(worker)
      state.with { $0.workers.removeAll { $0.id == worker } }
      // Off the list before anybody can learn of the end.
      process.remove(identity)
      report(.exited(worker, name: name, processID: process.identity.processID, status: 0, holding: nil))
    }
    isStarted = true
  }

  // MARK: The worker's side

  private func work(_ worker: WorkerID) {
    let token = mp_thread_token()
    state.with { state in
      if let index = state.workers.firstIndex(where: { $0.id == worker }) { state.workers[index].token = token }
    }
    let isTraced = Trace.records(world)
    if isTraced { Trace.enter(Trace.life) }
    defer { if isTraced { Trace.leave(Trace.life) } }
    do {
      try initialize()
    } catch {
      return report(.initializerFailed(worker, error))
    }
    report(.ready(worker))
    let parker = world.makeParker()
    parker.serve(.task)
    var completed = 0
    var free = isTraced ? Trace.now : 0
    while let (chunk, job) = take(worker, parker) {
      if isTraced { Trace.took(chunk, job.title, pool: traceNumber, since: free) }
      let failure = job.run(chunk.index)
      if isTraced {
        Trace.finished(job.title, failed: failure != nil)
        free = Trace.now
      }
      report(.returned(worker, chunk, failure.map { .failed($0) } ?? .stored))
      completed += 1
      if completed == configuration.maxTasksPerChild { return }
    }
  }

  private func initialize() throws {
    guard let initializer = configuration.initializer else { return }
    guard Trace.records(world) else { return try initializer.run() }
    try Trace.measure("initializer \(type(of: initializer))") { try initializer.run() }
  }

  /// Blocks until there is a chunk; nil when the worker is to end.
  private func take(_ worker: WorkerID, _ parker: any Parker) -> (Chunk, Job)? {
    while true {
      world.pass(.take(worker))
      let (next, ends) = state.with { state -> ((Chunk, Job)?, Bool) in
        if !state.idle.isEmpty { state.idle.removeAll { $0.worker == worker } }
        if !state.doomed.isEmpty, state.doomed.contains(worker) {
          world.did(.stopSeen)
          return (nil, true)
        }
        if let next = state.queue.popFirst() {
          world.did(.claim(next.0))
          state.note(worker, next.0, isReal ? mp_now_ns() : 0)
          return (next, false)
        }
        if state.stop {
          world.did(.stopSeen)
          return (nil, true)
        }
        world.did(.idle)
        state.idle.append((worker, parker))
        return (nil, false)
      }
      if ends { return nil }
      if let next { return next }
      _ = parker.park(until: nil)
    }
  }

  private func report(_ report: WorkerReport) {
    let wake = state.with { state in
      world.did(.report(report))
      if case .returned(let worker, _, _) = report { state.note(worker, nil, 0) }
      state.reports.append(report)
      defer { state.collectorSleeps = false }
      return state.collectorSleeps
    }
    if wake { collector.unpark() }
  }

  // MARK: The pool's side

  package func offer(_ chunk: Chunk, _ job: Job, _ staged: StagedBytes) {
    let start = Trace.records(world) ? Trace.now : nil
    defer { if let start { Trace.sent(chunk, job.title, pool: traceNumber, since: start) } }
    let parker = state.with { state -> (any Parker)? in
      world.did(.offer)
      state.queue.append((chunk, job))
      // Whoever is woken takes itself off the list; another offer meanwhile must wake somebody else.
      return state.idle.isEmpty ? nil : state.idle.removeFirst().parker
    }
    parker?.unpark()
  }

  package func waitForRoom() {}

  package func withdraw(_ job: JobID) -> Int {
    state.with { state in
      world.did(.withdraw)
      let before = state.queue.count
      state.queue.removeAll { $0.0.job == job }
      return before - state.queue.count
    }
  }

  /// A thread cannot be ended from outside: what it runs comes to its end, and nobody hears of it.
  package func evict(_ job: JobID) {}

  package func overruns(_ limit: Duration) -> [(worker: WorkerID, chunk: Chunk)] {
    guard isReal else { return [] }
    let latest = Duration(clock: mp_now_ns()) - limit
    return state.with { state in
      var overdue: [(worker: WorkerID, chunk: Chunk)] = []
      for (index, worker) in state.workers.enumerated() {
        guard let chunk = worker.chunk, !worker.isOverdue, Duration(clock: worker.since) <= latest else { continue }
        state.workers[index].isOverdue = true
        overdue.append((worker.id, chunk))
      }
      return overdue
    }
  }

  package func nextOverrun(_ limit: Duration) -> Duration? {
    guard isReal else { return nil }
    let now = mp_now_ns()
    let earliest = state.with { state in
      state.workers.reduce(now) { $1.chunk == nil || $1.isOverdue ? $0 : min($0, $1.since) }
    }
    return Duration(clock: earliest) + limit
  }

  package var activities: [WorkerActivity] {
    let pid = world.process.identity.processID
    return state.with { state in
      state.workers.map { worker in
        WorkerActivity(
          id: worker.id, name: worker.identity.name, processID: pid, chunk: worker.chunk,
          since: worker.chunk == nil ? nil : Duration(clock: worker.since))
      }
    }
  }

  /// What the threads do, and what waits for one, at one moment.
  var occupation: (workers: [(token: UInt, name: String, chunk: Chunk?)], queue: [Chunk]) {
    state.with { state in
      (state.workers.map { ($0.token, $0.identity.name, $0.chunk) }, state.queue.map(\.0))
    }
  }

  package var queuedChunks: Int { state.with { $0.queue.count } }

  package func withdrawAll() {
    // What the jobs refer to goes outside of the lock.
    let dropped = state.with { state in
      defer { state.queue = [] }
      return state.queue
    }
    withExtendedLifetime(dropped) {}
  }

  package func sendStop() {
    let parkers = state.with { state in
      world.did(.stop)
      state.stop = true
      return state.idle.map(\.parker)
    }
    for parker in parkers { parker.unpark() }
  }

  package func kill(_ worker: WorkerID) {
    let parker = state.with { state in
      world.did(.doom)
      state.doomed.insert(worker)
      return state.idle.first { $0.worker == worker }?.parker
    }
    parker?.unpark()
  }

  package func collect(_ reports: inout [WorkerReport], until deadline: Duration?) {
    while true {
      let isDone = state.with { state in
        world.did(.hear)
        swap(&reports, &state.reports)
        let isDone = !reports.isEmpty || state.isInterrupted
        state.isInterrupted = false
        state.collectorSleeps = !isDone
        return isDone
      }
      if isDone {
        world.learns(reports)
        return
      }
      if !collector.park(until: deadline) { return }
    }
  }

  package func watchWorkers() { _ = watcher.park(until: nil) }

  package func interrupt(_ role: HelperRole) {
    switch role {
    case .workerHandler: watcher.unpark()
    case .taskHandler: break
    case .resultHandler:
      state.with { $0.isInterrupted = true }
      collector.unpark()
    }
  }

  package func shutDown() {}

  package func abandon() {
    let parkers = state.with { state in
      state.stop = true
      return state.idle.map(\.parker)
    }
    for parker in parkers { parker.unpark() }
  }

  /// What a simulation needs to recognise a transport that it has seen before.
  package struct Snapshot: Hashable, Sendable {
    package var queue: [Chunk]
    package var idle: [WorkerID]
    package var doomed: Set<WorkerID>
    package var stop: Bool
    package var reports: [String]
    package var collectorSleeps: Bool
    package var isInterrupted: Bool
  }

  package var snapshot: Snapshot {
    state.with { state in
      Snapshot(
        queue: state.queue.map(\.0), idle: state.idle.map(\.worker), doomed: state.doomed, stop: state.stop,
        reports: state.reports.map { "\($0)" }, collectorSleeps: state.collectorSleeps,
        isInterrupted: state.isInterrupted)
    }
  }
}
