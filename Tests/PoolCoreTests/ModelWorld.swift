import PoolCore

/// Everything around a machine, as a model: a common queue, workers that claim, return, fail and die, a task handler, a
/// consumer, callbacks. Every step is chosen at random; what the machine asks for is checked against what must hold.
struct ModelWorld {
  /// What the model remembers of a job.
  struct JobRecord {
    var spec: JobSpec
    /// Chunks that the machine offered: they must be offered one after the other.
    var offered = 0
    /// The chunks that came back, as the machine was told.
    var returned: Set<Int> = []
    var firstFailure: Chunk?
    var kept: Chunk?
    /// Chunks given to the consumer, in order.
    var delivered: [Int] = []
    var consumed = 0
    var isUnread = false
    var callbacks = 0
    var callbackFinished = false
    var resolution: Resolution?
    /// imap: what the inputs still have, and whether they fail at their end.
    var inputsLeft = 0
    var inputsFail = false
    var inputsEnded = false
    var arrived = 0
    var isCancelled = false
    var isExpired = false
    /// The chunks of whose return somebody was told.
    var advanced: Set<Int> = []
  }

  struct WorkerRecord {
    var id: WorkerID
    var isReady = false
    var holding: Chunk?
    /// What it has said and the machine has not heard.
    var said: [PoolEvent] = []
    var isDead = false
    var isKilled = false
    var tasksLeft: Int
  }

  private(set) var machine: PoolMachine
  var generator: SeededGenerator
  private(set) var jobs: [JobID: JobRecord] = [:]
  private var order: [JobID] = []
  private(set) var workers: [WorkerRecord] = []
  private var starts: [WorkerID] = []
  private var sends: [Chunk] = []
  private var pulls: [JobID: Int] = [:]
  private var queue: [Chunk] = []
  private var runningCallbacks: [JobID] = []
  private var lastStarted: WorkerID?
  private var stops = 0
  private(set) var wakes = 0
  private var isClosed = false
  private var isTerminated = false
  private(set) var events: [PoolEvent] = []
  private let log = FaultLog()
  private var actions: [PoolAction] = []

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    machine = PoolMachine(size: 1 + generator.below(4))
    feed(.opened)
  }

  /// What did not hold.
  var faults: [String] { log.sentences }

  private final class FaultLog {
    var sentences: [String] = []
  }

  private func require(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { log.sentences.append(sentence()) }
  }

  // MARK: Events and actions

  private mutating func feed(_ event: PoolEvent) {
    events.append(event)
    note(event)
    actions.removeAll(keepingCapacity: true)
    machine.handle(event, &actions)
    for action in actions { perform(action) }
    check()
  }

  /// Remembers what the event tells, before the machine answers.
  private mutating func note(_ event: PoolEvent) {
    switch event {
    case .returned(_, let chunk, let failed): noteReturn(chunk, failed)
    case .exited(_, .some(let chunk)), .unsendable(let chunk), .overran(_, let chunk): noteReturn(chunk, true)
    case .inputArrived(let job, let chunks): jobs[job]?.arrived += chunks
    case .inputEnded(let job, let failed):
      jobs[job]?.inputsEnded = true
      if failed, let record = jobs[job] {
        noteReturn(Chunk(job: job, index: record.arrived), true)
        jobs[job]?.arrived += 1
      }
    case .cancelled(let job): jobs[job]?.isCancelled = true
    case .deadlinePassed(let job): jobs[job]?.isExpired = true
    case .callbackFinished(let job): jobs[job]?.callbackFinished = true
    case .closed: isClosed = true
    case .terminated: isTerminated = true
    default: break
    }
  }

  private mutating func noteReturn(_ chunk: Chunk, _ failed: Bool) {
    guard var record = jobs[chunk.job], record.resolution == nil else { return }
    if record.returned.insert(chunk.index).inserted, failed, record.firstFailure == nil { record.firstFailure = chunk }
    jobs[chunk.job] = record
  }

  private mutating func perform(_ action: PoolAction) {
    switch action {
    case .startWorker(let worker):
      require(lastStarted.map { $0 < worker } ?? true, "The number of \(worker) was used before.")
      lastStarted = worker
      starts.append(worker)
    case .offer(let job, let chunks):
      guard var record = live(job, "offered") else { return }
      require(chunks.lowerBound == record.offered && !chunks.isEmpty, "\(chunks) of \(job) offered after \(record.offered).")
      record.offered = chunks.upperBound
      jobs[job] = record
      sends += chunks.map { Chunk(job: job, index: $0) }
    case .pullInputs(let job, let count):
      guard let record = live(job, "pulled") else { return }
      require(count > 0, "Nothing is pulled.")
      require(
        record.arrived - record.consumed + count + pulls[job, default: 0] <= max(1, record.spec.lookAhead),
        "\(count) more of \(job) pulled, \(record.arrived) arrived, \(record.consumed) consumed, \(record.spec.lookAhead) allowed.")
      pulls[job, default: 0] += count
    case .withdraw(let job):
      queue.removeAll { $0.job == job }
      sends.removeAll { $0.job == job }
      pulls[job] = nil
    case .evict(let job):
      for index in workers.indices where workers[index].holding?.job == job { workers[index].isKilled = true }
    case .withdrawAll:
      queue = []
      sends = []
      pulls = [:]
    case .sendStop:
      stops += 1
      require(isTerminated || machine.phase == .broken || (isClosed && machine.pendingJobs == 0), "Stop before the work is done.")
    case .keepFailure(let chunk):
      guard var record = live(chunk.job, "kept a failure of") else { return }
      require(record.kept == nil, "A second failure of \(chunk.job) is kept.")
      require(record.firstFailure == chunk, "The failure kept is not the first to arrive.")
      record.kept = chunk
      jobs[chunk.job] = record
    case .keepExpiry(let job):
      guard let record = live(job, "kept as expired") else { return }
      require(record.isExpired, "\(job) is kept as expired and is not.")
    case .advanced(let chunk):
      guard let record = live(chunk.job, "advanced") else { return }
      require(record.returned.contains(chunk.index), "\(chunk) advanced and has not come back.")
      require(jobs[chunk.job]?.advanced.insert(chunk.index).inserted == true, "\(chunk) advances again.")
      require(record.spec.reportsProgress, "\(chunk) advanced, and nobody wants to hear of it.")
    case .runCallback(let job, let failed):
      guard var record = live(job, "called back") else { return }
      record.callbacks += 1
      require(record.callbacks == 1, "The callback of \(job) runs again.")
      require(failed == (record.firstFailure != nil || record.isExpired), "The wrong callback of \(job) runs.")
      require(failed ? record.spec.callbackOnFailure : record.spec.callbackOnSuccess, "\(job) has no such callback.")
      jobs[job] = record
      runningCallbacks.append(job)
    case .deliver(let job, let chunks): deliver(job, chunks)
    case .resolve(let job, let resolution): resolve(job, resolution)
    case .killWorker(let worker):
      if let index = workers.firstIndex(where: { $0.id == worker }) { workers[index].isKilled = true }
      // One that is asked for and not there yet is killed as it comes.
      if let index = starts.firstIndex(of: worker) {
        starts.remove(at: index)
        workers.append(WorkerRecord(id: worker, isDead: true, tasksLeft: 0))
      }
    case .wakeJoiners:
      wakes += 1
      require(wakes == 1, "Joiners are woken again.")
      require(workers.isEmpty && starts.isEmpty && machine.pendingJobs == 0, "Joiners are woken before the end.")
    }
  }

  /// The record of a job that is not over; a fault if it is.
  private mutating func live(_ job: JobID, _ what: String) -> JobRecord? {
    guard let record = jobs[job] else {
      log.sentences.append("\(job) is \(what) and was never submitted.")
      return nil
    }
    require(record.resolution == nil, "\(job) is \(what) after its end.")
    return record
  }

  private mutating func deliver(_ job: JobID, _ chunks: Range<Int>) {
    guard var record = live(job, "delivered") else { return }
    for chunk in chunks {
      require(record.returned.contains(chunk), "\(chunk) of \(job) is delivered and has not come back.")
      if record.spec.kind == .ordered {
        require(chunk == record.delivered.count, "\(chunk) of \(job) is delivered after \(record.delivered.count).")
      } else {
        require(!record.delivered.contains(chunk), "\(chunk) of \(job) is delivered again.")
      }
      record.delivered.append(chunk)
      if record.isUnread { record.consumed += 1 }
    }
    require(record.spec.kind != .whole && !chunks.isEmpty, "Nothing is delivered of \(job).")
    jobs[job] = record
  }

  private mutating func resolve(_ job: JobID, _ resolution: Resolution) {
    guard var record = live(job, "resolved") else { return }
    record.resolution = resolution
    jobs[job] = record
    switch resolution {
    case .succeeded, .failed:
      let isWhole = record.spec.kind == .whole
      let total = isWhole ? record.spec.chunks ?? 0 : record.arrived
      require(record.returned == Set(0..<total), "\(job) ends with \(record.returned.count) of \(total) chunks.")
      if isWhole {
        let isToldOf = record.spec.reportsProgress && total != 1
        require(record.advanced == (isToldOf ? record.returned : []), "\(job) ends with \(record.advanced.count) told of.")
        require((resolution == .failed) == (record.firstFailure != nil), "\(job) ends as \(resolution).")
        require((record.kept != nil) == (record.firstFailure != nil), "The failure of \(job) is not kept.")
        let hasCallback = resolution == .failed ? record.spec.callbackOnFailure : record.spec.callbackOnSuccess
        let isCalled = hasCallback && total > 0
        require(record.callbacks == (isCalled ? 1 : 0), "\(job) ends with \(record.callbacks) callbacks.")
        require(!isCalled || record.callbackFinished, "\(job) ends before its callback.")
      } else {
        require(record.inputsEnded, "\(job) ends before its inputs.")
        require(Set(record.delivered) == Set(0..<total), "\(job) ends with \(record.delivered.count) of \(total) delivered.")
      }
    case .terminated: require(isTerminated, "\(job) ends as terminated.")
    case .broken: require(machine.phase == .broken, "\(job) ends as broken.")
    case .cancelled: require(record.isCancelled, "\(job) ends as cancelled.")
    case .expired: require(record.isExpired, "\(job) ends as expired.")
    }
    if resolution == .expired, record.spec.callbackOnFailure {
      require(record.callbacks == 1 && record.callbackFinished, "\(job) expires before its callback.")
    } else if resolution != .succeeded, resolution != .failed {
      require(record.callbacks == 0, "\(job) is abandoned in its callback.")
    }
    pulls[job] = nil
  }

  /// What holds after every event.
  private mutating func check() {
    require(machine.workers.count <= machine.size, "\(machine.workers.count) workers in a pool of \(machine.size).")
    require(machine.workers.count == workers.count + starts.count, "The machine counts its workers wrongly.")
    require(machine.pendingJobs == order.count(where: { jobs[$0]?.resolution == nil }), "The machine counts its jobs wrongly.")
    require(stops <= 1, "The stop marks are sent again.")
    require(machine.hasEnded == (wakes == 1), "The end and the wake-up disagree.")
  }
}

// MARK: Steps

extension ModelWorld {
  /// One random step. `isCalm`: no accidents and no new jobs, so that everything comes to its end.
  /// - Returns: false if nothing can happen any more.
  mutating func step(isCalm: Bool) -> Bool {
    if !isCalm, disturb() { return true }
    let moves = 5 + workers.count
    let first = generator.below(moves)
    for offset in 0..<moves {
      let move = (first + offset) % moves
      let moved =
        switch move {
        case 0: start(isCalm)
        case 1: send(isCalm)
        case 2: pull()
        case 3: consume()
        case 4: finishCallback()
        default: work(move - 5, isCalm)
        }
      if moved { return true }
    }
    return false
  }

  /// Something from outside, sometimes.
  private mutating func disturb() -> Bool {
    switch generator.below(100) {
    case 0..<12: return submit()
    case 12:
      feed(.closed)
      return true
    case 13:
      guard generator.once(in: 4) else { return false }
      feed(.terminated)
      return true
    case 14:
      guard !order.isEmpty else { return false }
      feed(.cancelled(order[generator.below(order.count)]))
      return true
    case 15:
      guard !order.isEmpty else { return false }
      feed(.deadlinePassed(order[generator.below(order.count)]))
      return true
    case 16: return repeatOldNews()
    case 17:
      guard let worker = workers.first(where: { $0.holding != nil && !$0.isDead }), let chunk = worker.holding else { return false }
      feed(.overran(worker.id, chunk))
      return true
    default: return false
    }
  }

  private mutating func submit() -> Bool {
    // The driver refuses jobs of a pool that does not run.
    guard machine.phase == .running else { return false }
    let job = machine.nextJob
    if let last = order.last { require(last < job, "The number of \(job) was used before.") }
    let kinds: [JobSpec.Kind] = [.whole, .whole, .whole, .ordered, .unordered]
    let kind = kinds[generator.below(kinds.count)]
    var spec = JobSpec(kind: kind, chunks: kind == .whole ? [0, 1, 1, 2, 5, 70][generator.below(6)] : nil)
    if kind == .whole {
      spec.callbackOnSuccess = generator.once(in: 2)
      spec.callbackOnFailure = generator.once(in: 2)
      spec.reportsProgress = generator.once(in: 2)
    } else {
      spec.lookAhead = [0, 1, 2, 3, 8, .max][generator.below(6)]
    }
    var record = JobRecord(spec: spec)
    record.inputsLeft = generator.below(12)
    record.inputsFail = generator.once(in: 4)
    jobs[job] = record
    order.append(job)
    feed(.submitted(spec))
    return true
  }

  /// What the machine has heard before, or what concerns only the past: it changes nothing.
  private mutating func repeatOldNews() -> Bool {
    guard let job = order.first(where: { jobs[$0]?.resolution != nil }) else { return false }
    let nobody = WorkerID(.max)
    let news: [PoolEvent] = [
      .returned(nobody, Chunk(job: job, index: 0), failed: generator.once(in: 2)), .cancelled(job), .deadlinePassed(job),
      .callbackFinished(job), .inputArrived(job, chunks: 1), .inputEnded(job, failed: generator.once(in: 2)),
      .consumed(job, chunks: 1), .consumerLeft(job), .unsendable(Chunk(job: job, index: 0)), .exited(nobody, holding: nil),
      .took(nobody, Chunk(job: job, index: 0)), .overran(nobody, Chunk(job: job, index: 0)), .progressWanted(job),
    ]
    let event = news[generator.below(news.count)]
    let before = machine
    actions.removeAll(keepingCapacity: true)
    machine.handle(event, &actions)
    require(actions.isEmpty, "\(event), which is old news, leads to \(actions).")
    require(machine == before, "\(event), which is old news, changes the state.")
    return true
  }

  private mutating func start(_ isCalm: Bool) -> Bool {
    guard !starts.isEmpty else { return false }
    let worker = starts.removeFirst()
    // At its end a pool may well fail to start what it asked for before.
    let isEnding = machine.phase == .broken || machine.phase == .terminated
    if isEnding ? generator.once(in: 5) : !isCalm && generator.once(in: 150) {
      feed(.workerCouldNotStart(worker))
    } else {
      workers.append(WorkerRecord(id: worker, tasksLeft: generator.once(in: 3) ? 1 + generator.below(3) : .max))
    }
    return true
  }

  private mutating func send(_ isCalm: Bool) -> Bool {
    guard !sends.isEmpty else { return false }
    let chunk = sends.removeFirst()
    if !isCalm, generator.once(in: 30) { feed(.unsendable(chunk)) } else { queue.append(chunk) }
    return true
  }

  private mutating func pull() -> Bool {
    guard let job = order.first(where: { pulls[$0, default: 0] > 0 }), var record = jobs[job] else { return false }
    guard record.resolution == nil else {
      pulls[job] = nil
      return true
    }
    if record.inputsLeft == 0 {
      pulls[job] = nil
      feed(.inputEnded(job, failed: record.inputsFail))
    } else {
      record.inputsLeft -= 1
      jobs[job] = record
      pulls[job, default: 1] -= 1
      feed(.inputArrived(job, chunks: 1))
    }
    return true
  }

  private mutating func consume() -> Bool {
    guard let job = order.first(where: { jobs[$0].map { $0.consumed < $0.delivered.count } ?? false }),
      let record = jobs[job]
    else { return false }
    if generator.once(in: 8) {
      jobs[job]?.isUnread = true
      jobs[job]?.consumed = record.delivered.count
      feed(.consumerLeft(job))
      return true
    }
    let count = 1 + generator.below(record.delivered.count - record.consumed)
    jobs[job]?.consumed += count
    feed(.consumed(job, chunks: count))
    return true
  }

  private mutating func finishCallback() -> Bool {
    guard !runningCallbacks.isEmpty else { return false }
    feed(.callbackFinished(runningCallbacks.removeFirst()))
    return true
  }

  /// One worker does something, or is heard.
  private mutating func work(_ index: Int, _ isCalm: Bool) -> Bool {
    var worker = workers[index]
    if !worker.said.isEmpty, worker.isDead || generator.once(in: 2) {
      let event = worker.said.removeFirst()
      workers[index] = worker
      feed(event)
      return true
    }
    if worker.isDead {
      workers.remove(at: index)
      feed(.exited(worker.id, holding: worker.holding))
      return true
    }
    defer { workers[index] = worker }
    if (worker.isKilled && generator.once(in: 3)) || (!isCalm && generator.once(in: 60)) {
      worker.isDead = true
      return true
    }
    if !worker.isReady {
      worker.isReady = isCalm || !generator.once(in: 120)
      worker.isDead = !worker.isReady
      worker.said.append(worker.isReady ? .workerReady(worker.id) : .initializerFailed(worker.id))
      return true
    }
    if let chunk = worker.holding {
      worker.holding = nil
      worker.said.append(.returned(worker.id, chunk, failed: generator.once(in: 6)))
      // "Took" may be heard with the outcome, or after it.
      if generator.once(in: 5) { worker.said.append(.took(worker.id, chunk)) }
      worker.tasksLeft -= 1
      worker.isDead = worker.tasksLeft == 0
      if !isCalm, generator.once(in: 40) {
        // It dies before it forgets what it has returned: the chunk comes back twice.
        worker.holding = chunk
        worker.isDead = true
      }
      return true
    }
    if !queue.isEmpty {
      let chunk = queue.removeFirst()
      worker.holding = chunk
      if generator.once(in: 2) { worker.said.append(.took(worker.id, chunk)) }
      return true
    }
    if stops > 0 {
      worker.isDead = true
      return true
    }
    if !worker.said.isEmpty {
      // Heard now, for nothing else can happen here.
      let event = worker.said.removeFirst()
      workers[index] = worker
      feed(event)
      if let now = workers.first(where: { $0.id == worker.id }) { worker = now }
      return true
    }
    return false
  }

  /// Lets a whole life pass: disturbed for a while, then to its calm end; then everything must be over.
  mutating func live() {
    for _ in 0..<generator.below(250) where log.sentences.isEmpty { _ = step(isCalm: false) }
    if machine.phase == .running { feed(generator.once(in: 4) ? .terminated : .closed) }
    var steps = 0
    while log.sentences.isEmpty, step(isCalm: true) {
      steps += 1
      if steps > 100_000 {
        log.sentences.append("It does not come to an end.")
        return
      }
    }
    require(wakes == 1, "Joiners are not woken.")
    require(stops == 1, "The stop marks were sent \(stops) times.")
    require(order.allSatisfy { jobs[$0]?.resolution != nil }, "A job is not over.")
    require(workers.isEmpty && starts.isEmpty, "A worker is left.")
    require(queue.isEmpty && sends.isEmpty, "A chunk is left.")
    require(machine.workers.isEmpty && machine.pendingJobs == 0, "The machine has something left.")
  }
}
