import CMultiprocessing
package import PoolCore

/// Starting workers.
extension ProcessTransport {
  /// A worker that is about to be started.
  private struct Request {
    var id: WorkerID
    var area: Int
    var start: ChildStart
    var descriptors: [Descriptor]
  }

  /// How many workers are asked for before the first answer is waited for: what is on its way counts against the limit of
  /// descriptors, and that of a socket's memory.
  private static let window = 16

  /// How long those are waited for that were asked for before another failed.
  private static let lastPatience: Duration = .seconds(5)

  package func start(_ id: WorkerID) throws {
    let request = try prepare(id)
    // What is in a buffer now would come out of order with what the child prints. It has no copy of the buffer, so a reader
    // that takes nothing does not keep the pool from replacing its workers, and from ending.
    _ = mp_flush_soon()
    try finish(request) {
      guard let connection else {
        return try Spawner.start(request.start, request.descriptors, control: Descriptor.socketPair())
      }
      return try connection.start(id: UInt64(id.rawValue), request.start, request.descriptors)
    }
  }

  package func startAll(_ workers: [WorkerID], meanwhile: () throws -> Void) throws {
    guard let connection else {
      for worker in workers { try start(worker) }
      return try meanwhile()
    }
    state.with { $0.isStarting = true }
    defer {
      state.with { $0.isStarting = false }
      mp_event_signal(event.number)
    }
    _ = mp_flush_soon()
    // The server forks one while the next is being asked for: to wait for each answer costs two hand-overs a worker.
    var asked: [Request] = []
    var answered = 0
    var failure: (any Error)?
    // Once one has failed, for all that are still on their way together: a server that is stopped answers none of them.
    var lastLimit: Int64?
    func takeAnswer() {
      let request = asked[answered]
      answered += 1
      if failure != nil, lastLimit == nil { lastLimit = System.deadline(after: Self.lastPatience) }
      do {
        try finish(request) {
          try connection.answer(id: UInt64(request.id.rawValue), until: lastLimit ?? ServerConnection.limit)
        }
      } catch {
        failure = failure ?? error
      }
    }
    for worker in workers where failure == nil {
      do {
        let request = try prepare(worker)
        do {
          try connection.ask(id: UInt64(worker.rawValue), request.start, request.descriptors)
          asked.append(request)
        } catch {
          giveBack(request)
          throw error
        }
      } catch {
        failure = failure ?? error
      }
      if asked.count - answered == Self.window { takeAnswer() }
    }
    if failure == nil {
      do { try meanwhile() } catch { failure = error }
      // This process has nothing to do until the first answer.
      FirstCall.rehearse()
    }
    // Those that were asked for after one that failed are known too, and end with the pool.
    while answered < asked.count { takeAnswer() }
    if let failure { throw failure }
  }

  package func waitForStart() {
    while state.with({ $0.isStarting }) {
      var number = event.number
      var ready: UInt8 = 0
      _ = mp_poll(&number, &ready, 1, -1)
      mp_event_drain(number)
    }
  }

  private func prepare(_ id: WorkerID) throws -> Request {
    let process = CurrentWorld.world.process
    let identity = process.nextChild()
    let method = configuration.startMethod
    let isPlain = configuration.hasPlainProcesses
    let name =
      isPlain
      ? ProcessName.process(method.name, identity: identity) : ProcessName.worker(method.name, identity: identity)
    let area = state.with { $0.freeAreas.popLast() }
    guard let area else {
      throw MultiprocessingError(.workerCouldNotStart, "The pool has no place for another worker.")
    }
    segment.reset(area)
    var start = ChildStart(
      name: name, identity: identity, method: method, process: process,
      role: .worker(
        WorkerStart(
          area: area, areas: configuration.size, maxTasksPerChild: configuration.maxTasksPerChild,
          initializer: initializer?.name, initializerBytes: initializer?.bytes ?? [])))
    start.isDaemon = !isPlain
    start.trace = Trace.start(pool: traceNumber)
    if method == .fork {
      start.threadsCreated = threadsAtConstruction
      start.mainThread = mainThreadAtConstruction
    }
    if method == .forkserver { start.workingDirectory = SystemProcess.workingDirectory() }
    var descriptors = [segment.file] + (initializer?.descriptors ?? [])
    if let gate = Gate.current {
      start.isGated = true
      descriptors.append(gate.memory.file)
    }
    return Request(id: id, area: area, start: start, descriptors: descriptors)
  }

  private func giveBack(_ request: Request) { state.with { $0.freeAreas.append(request.area) } }

  /// Makes a worker known that `child` started.
  private func finish(_ request: Request, _ child: () throws -> Spawner.Child) throws {
    let id = request.id
    do {
      let worker = Worker(
        id: id, name: request.start.name, number: request.start.identity.last ?? 0, area: request.area, child: try child(),
        isForked: connection != nil)
      let isDoomed = state.with { state in
        state.workers[id] = worker
        state.listeners.append(Listener(id: id, area: request.area))
        return state.doomed.contains(id)
      }
      // It may have said something, even all that it ever says, before it was known here.
      wakeCollector()
      if isDoomed || ResultRing(segment: segment, area: request.area).isCondemned { kill(id) }
    } catch {
      giveBack(request)
      throw error
    }
  }
}
