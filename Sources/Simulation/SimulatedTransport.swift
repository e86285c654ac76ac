import DequeModule
import Multiprocessing
import PoolCore

/// The way between a simulated pool and its workers: a common queue from which workers claim, and a channel back from each.
final class SimulatedTransport: Transport, @unchecked Sendable {
  // Sendable: a world and all that belongs to it run on one real thread.

  /// What a worker has to say.
  enum Report: Hashable {
    case ready
    case initializerFailed([UInt8])
    case succeeded(Chunk, [UInt8])
    case failed(Chunk, [UInt8])
    case exited(status: Int32)
  }

  /// One worker, from its start until its end has been reported.
  final class Place {
    let id: WorkerID
    let lane: Lane
    let process: SimulatedProcess
    private(set) var reports: Deque<Report> = []
    /// For each report its place among those of all workers; 0: it may be heard before or after theirs.
    private(set) var tickets: Deque<Int> = []
    var holds: Chunk?
    var completed = 0
    var hasExited = false

    init(_ id: WorkerID, _ lane: Lane, _ process: SimulatedProcess) {
      self.id = id
      self.lane = lane
      self.process = process
    }

    func add(_ report: Report, ticket: Int = 0) {
      reports.append(report)
      tickets.append(ticket)
    }

    func next() -> Report? {
      _ = tickets.popFirst()
      return reports.popFirst()
    }
  }

  unowned let world: SimulatedWorld
  let number: Int
  let configuration: TransportConfiguration
  private(set) var queue: Deque<(chunk: Chunk, bytes: [UInt8])> = []
  private(set) var places: [Place] = []
  private(set) var isStopped = false
  /// How many workers ended because of the stop mark.
  private(set) var stopsSeen = 0
  /// How many outcomes have been handed in.
  private var outcomes = 0
  private var interrupts: Set<HelperRole> = []
  private var doomed: Set<WorkerID> = []
  private let initializer: (name: String, bytes: [UInt8])?
  /// What a forked worker finds in its parent's variables.
  private var template: [ObjectIdentifier: LocalCell] = [:]
  private var threadsAtConstruction = 0

  init(_ world: SimulatedWorld, _ number: Int, _ configuration: TransportConfiguration) throws {
    self.world = world
    self.number = number
    self.configuration = configuration
    initializer = try configuration.initializer.map { initializer in
      (try TypeName.of(type(of: initializer)), try Self.encode(initializer))
    }
  }

  private static func encode(_ initializer: some Initializer) throws -> [UInt8] {
    try Wire.encode(initializer, userInfo: [SimulatedSharing.key: true])
  }

  private static func decode<I: Initializer>(_ type: I.Type, _ bytes: [UInt8]) throws -> I {
    try Wire.decode(type, from: bytes, userInfo: [SimulatedSharing.key: true])
  }

  var needsEncoding: Bool { true }
  var canKill: Bool { true }

  func prepare() {
    world.flushMain()
    guard configuration.startMethod == .fork else { return }
    template = world.currentProcess.copyLocals()
    threadsAtConstruction = world.currentProcess.state.threadsCreated
  }

  // MARK: The worker's side

  /// What a worker does from its start to its end.
  private func work(_ place: Place) {
    do {
      for _ in 0..<world.variant.initializations(0) { try initialize() }
    } catch {
      let bytes = (try? Wire.encode(RemoteError(error))) ?? []
      return exit(place, status: 1, saying: .initializerFailed(bytes))
    }
    say(place, .ready)
    while let (chunk, bytes) = take(place) {
      let outcome = ChunkCall.run(bytes)
      // A worker may be ended at any moment from here on: what it printed must not be lost with it.
      if world.variant.flushes { world.flush() }
      place.completed += 1
      for _ in 0..<world.variant.initializations(place.completed) { try? initialize() }
      switch outcome {
      case .success(let bytes): say(place, .succeeded(chunk, bytes))
      case .few(let few): say(place, .succeeded(chunk, few.list))
      case .large(let bytes): say(place, .succeeded(chunk, bytes.bytes))
      case .failure(let error): say(place, .failed(chunk, (try? Wire.encode(error)) ?? []))
      }
      place.holds = nil
      place.lane.chunk = nil
      if place.completed == world.variant.chunksPerWorker(configuration.maxTasksPerChild) { break }
    }
    exit(place, status: 0, saying: nil)
  }

  private func initialize() throws {
    guard let initializer else { return }
    guard let type = TypeName.find(initializer.name) as? any Initializer.Type else {
      throw MultiprocessingError(.notDecodable, "The worker knows no initializer of the name \(initializer.name).")
    }
    try Self.decode(type, initializer.bytes).run()
    world.flush()
  }

  private func take(_ place: Place) -> (Chunk, [UInt8])? {
    world.rest()
    let code = world.perform(.take(self, place.id))
    guard !world.isGhost, code == 0, let (chunk, bytes) = nextEntry() else {
      world.touch(.stopSeen(pool: number))
      if !world.isGhost { stopsSeen += 1 }
      return nil
    }
    world.touch(.claim(pool: number))
    world.learn(world.tasksAreAlike ? chunk.job.hashValue : mix(chunk.hashValue, bytes.hashValue))
    world.label("take \(chunk.text)")
    if world.variant.remembersClaims { place.holds = chunk }
    place.lane.take(chunk)
    world.note(.claim(job: Int(chunk.job.rawValue), chunk: chunk.index))
    world.hold(chunk.job)
    return (chunk, bytes)
  }

  private func nextEntry() -> (chunk: Chunk, bytes: [UInt8])? {
    guard !queue.isEmpty else { return nil }
    let claim = world.variant.claim(queue.count)
    return claim.stays ? queue[claim.index] : queue.remove(at: claim.index)
  }

  /// 0: there is a chunk; 1: there is none, and none will come.
  var takeCodes: [Int] {
    guard queue.isEmpty else { return [0] }
    return isStopped && stopsSeen < world.variant.stopMarks ?? .max ? [1] : []
  }

  private func say(_ place: Place, _ report: Report) {
    // Where the order of outcomes matters, the moment of handing one in is another than that of taking the task.
    let isOrdered = world.hasOrder && report.isOutcome && configuration.size > 1
    if world.granularity == .fine || isOrdered { _ = world.perform(.report(self, place.id)) }
    guard !world.isGhost else { return }
    world.touch(.report(pool: number))
    guard isOrdered else { return place.add(report) }
    world.touch(.orderedReport(pool: number))
    outcomes += 1
    place.add(report, ticket: outcomes)
  }

  private func exit(_ place: Place, status: Int32, saying report: Report?) {
    world.flush()
    if let report { say(place, report) }
    guard !world.isGhost else { return }
    world.touch(.report(pool: number))
    place.hasExited = true
    place.add(.exited(status: status))
  }

  // MARK: The pool's side

  func start(_ worker: WorkerID) throws {
    world.flushMain()
    let parent = world.currentProcess
    let identity = world.variant.number(parent.state.nextChild())
    world.touch(.number)
    let method = configuration.startMethod
    let own = ProcessIdentity(
      name: ProcessName.worker(method.name, identity: identity), identity: identity,
      processID: world.nextProcessID(), isDaemon: true, parent: parent.state.identity)
    let state = ProcessState(
      identity: own, settings: parent.state.settings.with { $0 }, startMethod: method,
      threadsCreated: method == .fork ? threadsAtConstruction : 0)
    let process = world.makeProcess(state, locals: method == .fork ? template.mapValues { $0.copy() } : [:])
    let name = "w" + identity.map { String($0) }.joined(separator: ":")
    let lane = world.makeLane(name, process, state.mainThread, startsAtOnce: true) { [unowned self] in
      if let own = self.place(worker) { work(own) }
    }
    let place = Place(worker, lane, process)
    lane.worker = place
    lane.pool = number
    places.append(place)
    if doomed.contains(worker) { end(place) }
  }

  private func place(_ worker: WorkerID) -> Place? { places.first { $0.id == worker } }

  func offer(_ chunk: Chunk, _ job: Job, _ staged: StagedBytes) {
    world.touch(.offer(pool: number))
    for _ in 0..<world.variant.copies { queue.append((chunk, staged.bytes.bytes)) }
  }

  func waitForRoom() {}

  func withdraw(_ job: JobID) -> Int {
    world.touch(.withdraw(pool: number))
    let before = queue.count
    queue.removeAll { $0.chunk.job == job }
    return before - queue.count
  }

  func evict(_ job: JobID) {
    for place in places where place.holds?.job == job && !place.hasExited { kill(place.id) }
  }

  // How long a chunk runs is nothing that a simulation knows.
  func overruns(_ limit: Duration) -> [(worker: WorkerID, chunk: Chunk)] { [] }
  func nextOverrun(_ limit: Duration) -> Duration? { nil }

  var activities: [WorkerActivity] {
    places.filter { !$0.hasExited }.map { place in
      let identity = place.process.state.identity
      return WorkerActivity(id: place.id, name: identity.name, processID: identity.processID, chunk: place.holds)
    }
  }

  var queuedChunks: Int { queue.count }

  /// A worker of another process is never the calling thread of this one.
  var isOnWorker: Bool { false }

  func withdrawAll() {
    world.touch(.withdraw(pool: number))
    queue.removeAll()
  }

  func sendStop() {
    world.touch(.stop(pool: number))
    isStopped = true
  }

  func kill(_ worker: WorkerID) {
    // What a worker does between the order to end and its end it could have done before the order.
    if world.granularity == .fine { _ = world.perform(.kill(self, worker)) }
    world.touch(.kill(pool: number))
    guard let place = place(worker) else {
      doomed.insert(worker)
      return
    }
    end(place)
  }

  /// Ends a worker from outside.
  func end(_ place: Place, status: Int32 = -15) {
    guard !place.hasExited else { return }
    place.hasExited = true
    place.lane.isGhost = true
    for words in world.words { words.forget(place.lane.name) }
    place.process.buffer = []
    place.add(.exited(status: status))
  }

  func interrupt(_ role: HelperRole) {
    world.touch(.interrupt(pool: number))
    interrupts.insert(role)
  }

  func isInterrupted(_ role: HelperRole) -> Bool { interrupts.contains(role) }

  func watchWorkers() {
    _ = world.perform(.watch(self))
    world.touch(.watch(pool: number))
    interrupts.remove(.workerHandler)
  }

  /// 0: the wait was interrupted; n: worker n - 1 has said something.
  var collectCodes: [Int] {
    var codes = interrupts.contains(.resultHandler) ? [0] : []
    for place in places where isAudible(place) { codes.append(Int(place.id.rawValue) + 1) }
    return codes
  }

  /// Whether the worker has said something that may be heard now: outcomes are heard in the order in which they were handed
  /// in, what else a worker says at any time.
  func isAudible(_ place: Place) -> Bool {
    guard let ticket = place.tickets.first else { return false }
    return ticket == 0 || rank(ticket) == 0
  }

  /// How many outcomes that nobody has heard were handed in before this one.
  func rank(_ ticket: Int) -> Int {
    places.reduce(0) { sum, place in sum + place.tickets.count { $0 > 0 && $0 < ticket } }
  }

  func collect(_ reports: inout [WorkerReport], until deadline: Duration?) {
    let code = world.perform(.collect(self, until: deadline))
    guard code > 0, let place = place(WorkerID(UInt32(code - 1))), let report = place.next() else {
      interrupts.remove(.resultHandler)
      return
    }
    world.touch(.hear(pool: number), isNoticed: false)
    world.learn(mix(code, report.hashValue))
    world.label("hear \(place.lane.name)")
    if let heard = world.variant.hearing(hear(place, report)) { reports.append(heard) }
  }

  private func hear(_ place: Place, _ report: Report) -> WorkerReport {
    switch report {
    case .ready: return .ready(place.id)
    case .initializerFailed(let bytes): return .initializerFailed(place.id, Self.error(bytes))
    case .succeeded(let chunk, let bytes): return .returned(place.id, chunk, .encoded(bytes))
    case .failed(let chunk, let bytes): return .returned(place.id, chunk, .failed(Self.error(bytes)))
    case .exited(let status):
      places.removeAll { $0 === place }
      let identity = place.process.state.identity
      return .exited(
        place.id, name: identity.name, processID: identity.processID, status: status, holding: place.holds)
    }
  }

  private static func error(_ bytes: [UInt8]) -> any Error {
    do {
      return try Wire.decode(RemoteError.self, from: bytes).asError
    } catch {
      return error
    }
  }

  func shutDown() {}

  func abandon() {
    for place in places { end(place) }
  }
}

extension SimulatedTransport.Report {
  /// Whether it is the outcome of a chunk.
  var isOutcome: Bool {
    switch self {
    case .succeeded, .failed: true
    case .ready, .initializerFailed, .exited: false
    }
  }
}

extension Chunk {
  /// `3` for the only chunk of job 3, `3.1` for a later one.
  var text: String { index == 0 ? "\(job.rawValue)" : "\(job.rawValue).\(index)" }
}
