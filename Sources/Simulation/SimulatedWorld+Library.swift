import Multiprocessing
import PoolCore

/// What the library lets a simulation see.
extension SimulatedWorld {
  func pass(_ point: PassingPoint) {
    switch point {
    case .rest, .take: rest()
    case .event: break
    }
    if granularity == .calls {
      // To look, find nothing and wait, or to look later, comes to the same where a wake-up is never lost.
      switch point {
      case .rest(.taskHandler), .rest(.workerHandler): return
      default: break
      }
    }
    _ = perform(.pass(point))
    guard let pool = current?.pool else { return }
    switch point {
    case .rest(.taskHandler): touch(.sends(pool: pool), isNoticed: false)
    case .rest(.workerHandler): touch(.starts(pool: pool), isNoticed: false)
    case .rest(.resultHandler), .take, .event: break
    }
  }

  func handle(
    _ event: PoolEvent, _ machine: inout PoolMachine, _ actions: inout [PoolAction], of engine: PoolEngine
  ) {
    let pool = engines.firstIndex { $0 === engine } ?? engines.count
    if pool == engines.count { engines.append(engine) }
    current?.opened = pool
    if case .submitted(let spec) = event, spec.kind != .whole || spec.callbackOnSuccess || spec.callbackOnFailure {
      hasOrder = true
    }
    let before = machine
    for event in variant.events(event, before) { machine.handle(event, &actions) }
    actions = variant.actions(event, machine, actions)
    touch(.event(pool: pool, EventClass(event, before, actions)))
    switch event {
    case .returned(_, let chunk, _):
      jobsHeld.insert(chunk.job)
      touch(.done(pool: pool))
      if actions.contains(where: { $0.isResolving(chunk.job) }) { end = .settled(pool, chunk.job) }
    default:
      if actions.contains(where: { $0.isResolving(nil) }) { touch(.dropped(pool: pool)) }
    }
    if actions.contains(.wakeJoiners) { end = .end(pool) }
    remember(event, actions, pool)
    for action in actions {
      switch action {
      case .offer, .pullInputs: touch(.sends(pool: pool))
      case .startWorker: touch(.starts(pool: pool))
      case .wakeJoiners:
        touch(.sends(pool: pool))
        touch(.starts(pool: pool))
      default: break
      }
    }
    // What a helper thread does next depends on the actions; a program that submitted a job never sees them.
    learn(current?.isHelper == true ? mix(event.hashValue, actions.hashValue) : event.hashValue)
  }

  /// Keeps how jobs ended that did not succeed: the machine forgets them, and a program may ask for their results later.
  private func remember(_ event: PoolEvent, _ actions: [PoolAction], _ pool: Int) {
    switch event {
    case .returned(let worker, let chunk, failed: true):
      settlements &+= mix(mix(pool, chunk.hashValue), workersAreAlike ? 1 : mix(1, worker.hashValue))
    case .exited(let worker, .some(let chunk)):
      settlements &+= mix(mix(pool, chunk.hashValue), workersAreAlike ? 2 : mix(2, worker.hashValue))
    default: break
    }
    for action in actions {
      switch action {
      case .keepFailure(let chunk): settlements &+= mix(mix(pool, chunk.hashValue), 3)
      case .resolve(let job, let resolution) where resolution != .succeeded:
        settlements &+= mix(mix(pool, job.hashValue), mix(4, resolution.hashValue))
      default: break
      }
    }
  }

  func did(_ deed: QueueDeed) {
    // Threads of a pool, and its helper threads, know their pool; a program works for the one whose machine it told of
    // something last.
    let pool = current?.pool ?? current?.opened ?? 0
    switch deed {
    case .offer: touch(.offer(pool: pool))
    case .claim(let chunk):
      touch(.claim(pool: pool))
      current?.take(chunk)
      note(.claim(job: Int(chunk.job.rawValue), chunk: chunk.index))
      learn(chunk.hashValue)
      label("take \(chunk.text)")
    case .idle: touch(.idle(pool: pool))
    case .withdraw: touch(.withdraw(pool: pool))
    case .stop: touch(.stop(pool: pool))
    case .stopSeen: touch(.stopSeen(pool: pool))
    case .report(let report):
      touch(.report(pool: pool))
      if case .returned = report { current?.chunk = nil }
      if hasOrder || report.isFailure { touch(.orderedReport(pool: pool)) }
    case .hear: break
    case .doom: touch(.doom(pool: pool))
    }
  }

  func learns(_ value: @autoclosure () -> Any?) {
    let value = value()
    learn(value.map { contentHash($0) } ?? 0)
    touch(value == nil ? .foundPending : .foundReady, isNoticed: false)
  }
}
