import CMultiprocessing
import CSimulation
import Multiprocessing
import PoolCore

/// A world of simulated processes and threads, of which one at a time runs; see `Simulation`.
final class SimulatedWorld: World, @unchecked Sendable {
  // Sendable: a world and all that belongs to it run on one real thread.
  let stacks: Stacks
  let timers: Timers
  let granularity: Granularity
  private(set) var lanes: [Lane] = []
  private(set) var processes: [SimulatedProcess] = []
  var engines: [PoolEngine] = []
  private(set) var transports: [SimulatedTransport] = []
  private(set) var threadTransports: [ThreadTransport] = []
  private(set) var channels: [SimulatedChannel] = []
  private(set) var words: [SimulatedWords] = []
  /// The scheduler's own context while a lane runs.
  let context: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// The lane that has the baton; nil: the scheduler.
  var current: Lane?
  private(set) var output: [OutputLine] = []
  /// What has happened since the start.
  var steps: [Step] = []
  private(set) var events: [Schedule.Event] = []
  /// What a lane did that no program may do under simulation.
  private(set) var forbidden: String?
  var clock: Duration = .zero
  private(set) var parkers: [WeakParker] = []
  private var helperNames: [String] = []
  private var threadsNamed = 0
  /// What the current step did.
  var accesses: Set<Access> = []
  /// What it did after the end of a job or of a pool.
  var endAccesses: Set<Access> = []
  var end: AccessTable.Key?
  /// The jobs of which the step held a chunk, or heard of one.
  var jobsHeld: Set<JobID> = []
  /// Whether there has been a job for which the order of reports matters.
  var hasOrder = false
  /// A number for how jobs ended that did not succeed, in no order.
  var settlements = 0
  private(set) var stepLabel: String?
  var variant = Variant()

  let workersAreAlike: Bool
  let tasksAreAlike: Bool
  private let isForgetful: Bool

  private let draws: Draws?

  /// How many workers may still die.
  private(set) var deathsLeft: Int

  init(
    _ program: Program, _ stacks: Stacks, _ timers: Timers, _ granularity: Granularity, _ symmetry: Symmetry,
    _ faults: Faults
  ) {
    deathsLeft = faults.deaths
    draws = program.draws
    workersAreAlike = symmetry.workers
    tasksAreAlike = symmetry.tasks
    isForgetful = symmetry.isForgetful
    self.stacks = stacks
    self.timers = timers
    self.granularity = granularity
    context = .allocate(capacity: 1)
    context.initialize(to: nil)
    let identity = ProcessIdentity(
      name: ProcessName.main, identity: [], processID: 1000, isDaemon: false, parent: nil)
    let state = ProcessState(identity: identity, settings: program.settings, startMethod: program.startMethod)
    processes = [SimulatedProcess(0, state, locals: [:], hasThreads: true)]
  }

  deinit { context.deallocate() }

  var main: SimulatedProcess { processes[0] }
  var currentProcess: SimulatedProcess { current?.process ?? main }
  /// Whether the calling lane no longer counts.
  var isGhost: Bool { current?.isGhost ?? false }

  // MARK: Steps

  func begin() {
    accesses.removeAll(keepingCapacity: true)
    endAccesses.removeAll(keepingCapacity: true)
    end = nil
    jobsHeld.removeAll(keepingCapacity: true)
    stepLabel = nil
  }

  func touch(_ access: Access, isNoticed: Bool = true) {
    if end != nil { endAccesses.insert(access) } else { accesses.insert(access) }
    if isNoticed { current?.hasEffect = true }
  }

  func label(_ text: String) { if stepLabel == nil { stepLabel = text } }

  /// The step has to do with a chunk of this job, which therefore cannot end before it.
  func hold(_ job: JobID) { jobsHeld.insert(job) }

  func learn(_ value: Int) { current?.learn(value) }

  /// The calling lane remembers nothing of what it did before.
  func rest() { current?.history = 0 }

  /// Comes to an operation: others may go on before it is done. Returns how it was chosen.
  func perform(_ operation: Operation) -> Int {
    guard let lane = current, !lane.isGhost else { return 0 }
    if !lane.hasEffect {
      // Nothing has happened since the lane was chosen: to be chosen again would be no new choice.
      let codes = operation.codes(timers)
      if codes.count == 1 { return codes[0] }
    }
    lane.pending = operation
    lane.yield()
    lane.pending = nil
    if let job = lane.holds { jobsHeld.insert(job) }
    if let pool = lane.pool, lane.worker != nil { accesses.insert(.alive(pool: pool)) }
    return lane.code
  }

  // MARK: Processes and threads

  func makeProcess(_ state: ProcessState, locals: [ObjectIdentifier: LocalCell]) -> SimulatedProcess {
    let process = SimulatedProcess(processes.count, state, locals: locals, hasThreads: false)
    processes.append(process)
    return process
  }

  func nextProcessID() -> Int32 { 1000 + Int32(processes.count) }

  func makeLane(
    _ name: String, _ process: SimulatedProcess, _ identity: ThreadIdentity, startsAtOnce: Bool,
    _ body: @escaping () -> Void
  ) -> Lane {
    let lane = Lane(lanes.count, name, process, identity, self, startsAtOnce: startsAtOnce, body)
    lanes.append(lane)
    return lane
  }

  var process: ProcessState { currentProcess.state }

  func startThread(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws {
    threadsNamed += 1
    startThread("t\(threadsNamed)", identity, isHelper: false, body)
  }

  func startHelper(
    _ role: HelperRole, _ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void
  ) throws {
    let base =
      switch role {
      case .workerHandler: "workers"
      case .taskHandler: "tasks"
      case .resultHandler: "results"
      }
    helperNames.append(base)
    let count = helperNames.filter { $0 == base }.count
    startThread(count == 1 ? base : "\(base)\(count)", identity, isHelper: true, body)
  }

  private func startThread(
    _ name: String, _ identity: ThreadIdentity, isHelper: Bool, _ body: @escaping @Sendable () -> Void
  ) {
    touch(.number)
    let process = currentProcess
    process.state.add(identity)
    let lane = makeLane(name, process, identity, startsAtOnce: isHelper && granularity == .calls) {
      body()
      process.state.remove(identity)
    }
    lane.isHelper = isHelper
    // A thread belongs to the pool whose making started it.
    lane.pool = isHelper ? current?.opened : threadTransports.indices.last
  }

  /// Ends a worker from outside, as a signal does.
  func die(_ lane: Lane) {
    guard let place = lane.worker, let pool = lane.pool else { return }
    deathsLeft -= 1
    touch(.kill(pool: pool))
    label("die")
    transports[pool].end(place, status: -9)
  }

  // MARK: Time, chance, variables

  var now: Duration {
    learn(clock.hashValue)
    return clock
  }

  func sleep(for duration: Duration) {
    guard timers == .timed, duration > .zero else { return }
    let scale = process.settings.with { $0.timeScale }
    _ = perform(.sleep(until: clock + duration * scale))
  }

  func random(in range: Range<Double>) -> Double {
    // A function of what the lane knows: a task draws the same value whoever runs it and whenever.
    learn(1)
    if let draws, let lane = current, let chunk = lane.chunk,
      let value = draws.value(chunk: chunk.index, draw: lane.draws)
    {
      lane.draws += 1
      return value
    }
    let unit = Double(UInt64(bitPattern: Int64(mix(current?.history ?? 0, 17))) >> 11) * 0x1p-53
    return min(range.lowerBound + unit * (range.upperBound - range.lowerBound), range.upperBound.nextDown)
  }

  func makeParker() -> any Parker {
    parkers.removeAll { $0.parker == nil }
    let parker = SimulatedParker(self)
    parkers.append(WeakParker(parker: parker))
    return parker
  }

  func local<Value: Sendable>(_ variable: ProcessLocal<Value>) -> ProcessLocal<Value>.Storage {
    let process = currentProcess
    if process.hasThreads {
      _ = perform(.local)
      touch(.local(process: process.number))
    }
    let cell = process.cell(of: variable)
    let hash = cell.access(current?.history ?? 0)
    learn(hash)
    return cell.storage
  }

  // MARK: Output

  func print(_ text: String, flush: Bool) {
    let process = currentProcess
    if flush || process.hasThreads {
      current?.printing = text
      _ = perform(.print)
      current?.printing = nil
      touch(.print)
      label("print")
    }
    guard !isGhost else { return }
    process.buffer.append(SimulatedProcess.Line(text: text, printer: current?.name ?? "main"))
    // Where several threads print, the order in which lines come out is that of the calls.
    if process.hasThreads { note(.print(text)) }
    if isForgetful, let current, current.number == 0 {
      current.printed += 1
      current.history = current.printed
    }
    learn(2)
    if flush { letOut(process) }
  }

  /// Lets out what the calling process has buffered.
  func flush() {
    let process = currentProcess
    guard !process.buffer.isEmpty else { return }
    _ = perform(.print)
    guard !isGhost else { return }
    touch(.print)
    label("print")
    letOut(process)
  }

  /// The same before a worker starts; only the process that starts it has a buffer that the worker could print again.
  func flushMain() { flush() }

  private func letOut(_ process: SimulatedProcess) {
    for line in process.buffer {
      output.append(OutputLine(writer: line.printer, text: line.text))
      if !process.hasThreads { note(.print(line.text)) }
    }
    process.buffer = []
  }

  /// Records what a replay on real processes or threads has to follow.
  func note(_ kind: Schedule.Event.Kind) {
    guard let lane = current, !lane.isGhost else { return }
    events.append(
      Schedule.Event(
        lane: lane.name, process: lane.process.state.identity.name, thread: lane.identity.name, kind: kind))
  }

  func note(forbidden call: String, by lane: Lane) {
    if forbidden == nil { forbidden = "\(lane.name) \(call)" }
  }

  // MARK: Pools and queues

  func makeProcessTransport(_ configuration: TransportConfiguration) throws -> any Transport {
    let transport = try SimulatedTransport(self, transports.count, configuration)
    transports.append(transport)
    return transport
  }

  func makeThreadTransport(_ configuration: TransportConfiguration) throws -> any Transport {
    let transport = ThreadTransport(configuration)
    threadTransports.append(transport)
    return transport
  }

  func makeChannel() throws -> any Channel {
    let channel = SimulatedChannel(self, channels.count)
    channels.append(channel)
    return channel
  }

  /// A pipe whose ends are two views of one channel; that nobody holds the other end any more is not simulated.
  func makePipe(isDuplex: Bool) throws -> (any Channel, any Channel) {
    guard !isDuplex else {
      throw MultiprocessingError(.invalidArgument, "Under simulation a pipe has one direction: make it with duplex: false.")
    }
    let channel = try makeChannel()
    return (channel, channel)
  }

  func makeSharedWords(bytes: Int) throws -> any SharedWords {
    let made = SimulatedWords(self, words.count, bytes: bytes)
    words.append(made)
    return made
  }

  func decodeSharedWords(from decoder: any Decoder) throws -> any SharedWords {
    guard decoder.userInfo[SimulatedSharing.key] as? Bool == true else {
      throw MultiprocessingError(
        .sharingNotAllowed, "Shared objects reach a process through an initializer or as a process's argument only.")
    }
    let number = try decoder.singleValueContainer().decode(Int.self)
    guard words.indices.contains(number) else {
      throw MultiprocessingError(.notDecodable, "A shared object came without its words.")
    }
    return words[number]
  }

  var threadKey: UInt32 { UInt32(truncatingIfNeeded: current?.name.hashValue ?? 0) | 1 }

  func decodeChannel(from decoder: any Decoder) throws -> any Channel {
    guard decoder.userInfo[SimulatedSharing.key] as? Bool == true else {
      throw MultiprocessingError(
        .sharingNotAllowed, "SimpleQueue objects should only be shared between processes through inheritance")
    }
    let number = try decoder.singleValueContainer().decode(Int.self)
    guard channels.indices.contains(number) else {
      throw MultiprocessingError(.notDecodable, "A shared queue came without its channel.")
    }
    return channels[number]
  }

  /// Breaks the circles between the world and what lives in it.
  func tearDown() {
    engines = []
    transports = []
    threadTransports = []
    channels = []
    words = []
    parkers = []
    for lane in lanes {
      lane.worker = nil
      lane.leaveStack()
    }
    lanes = []
    processes = [processes[0]]
  }
}

struct WeakParker {
  weak var parker: SimulatedParker?
}

/// One line that came out, and who printed it.
package struct OutputLine: Hashable, Sendable {
  package var writer: String
  package var text: String
}

/// Where one simulated thread may be interrupted by another.
package enum Granularity: Hashable, Sendable {
  /// At every call of the world that others can notice.
  case calls
  /// Also before every wake-up and every report of a worker.
  case fine
}
