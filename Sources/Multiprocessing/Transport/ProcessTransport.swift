import CMultiprocessing
import Glibc
package import PoolCore

/// Workers that are processes: chunks and outcomes cross in shared memory, and each worker's end is seen by its pidfd.
///
/// No lock exists that a worker could hold, so a worker may be killed at any moment: what it had said is heard, what it held
/// is known, and nobody else notices.
package final class ProcessTransport: Transport {
  /// One worker process.
  struct Worker: Sendable {
    var id: WorkerID
    var name: String
    /// The number in its name.
    var number: Int
    var area: Int
    var child: Spawner.Child
    /// Whether a server forked it and reports its exit status, or it is this process's own child.
    var isForked: Bool
    /// When it is killed by force, if it was asked to end.
    var killDeadline: Int64?
    /// Until when the report of its server is waited for, once it has ended.
    var reportDeadline: Int64?
    /// How it ended.
    var status: Int32?

    func signal(_ signal: Int32) { child.pidfd.use { _ = mp_pidfd_signal($0, signal) } }
  }

  /// What the result handler needs to hear a worker.
  struct Listener: Sendable {
    var id: WorkerID
    var area: Int
  }

  struct State {
    var workers: [WorkerID: Worker] = [:]
    /// One for each worker.
    var listeners: [Listener] = []
    var freeAreas: [Int]
    /// Ended workers of which the result handler has not heard.
    var ended: [Worker] = []
    var collectorIsInterrupted = false
    var roomIsInterrupted = false
    /// Asked to be killed before they were started.
    var doomed: Set<WorkerID> = []
    /// Something was heard that no worker of ours says.
    var needsAudit = false
    /// The thread that makes the pool still talks to the server.
    var isStarting = false
    var large = LargePayloads()
  }

  let configuration: TransportConfiguration
  let segment: Segment
  let queue: TaskQueue
  let state: Guarded<State>
  /// Wakes the worker handler.
  let event: Descriptor
  private let origin: Origin
  let initializer: EncodedInitializer?
  /// As a fork of the program finds them: its copy knows of no thread that came later.
  let threadsAtConstruction = CurrentWorld.world.process.threadsCreated
  let mainThreadAtConstruction = ThreadIdentity.current.name
  package let traceNumber = Trace.nextPool()

  /// Where workers come from.
  private final class Origin: Sendable {
    let template = Guarded<Spawner.Child?>(nil)
    let connection = Guarded<ServerConnection?>(nil)
  }

  var connection: ServerConnection? { origin.connection.with { $0 } }

  package init(_ configuration: TransportConfiguration) throws {
    self.configuration = configuration
    initializer = try configuration.initializer.map { try EncodedInitializer($0) }
    segment = try Segment(workers: configuration.size)
    segment.spin = Int64(configuration.spin / .nanoseconds(1))
    queue = TaskQueue(segment: segment)
    event = Descriptor(try System.check(mp_event_make(), "eventfd"))
    state = Guarded(State(freeAreas: Array((0..<configuration.size).reversed())))
    origin = Origin()
  }

  package var needsEncoding: Bool { true }
  package var canKill: Bool { true }
  package var isOnWorker: Bool { false }

  package func prepare() throws {
    switch configuration.startMethod {
    case .spawn: break
    case .fork:
      let (template, connection) = try ForkTemplate.start()
      origin.template.with { $0 = template }
      origin.connection.with { $0 = connection }
    case .forkserver:
      let connection = try ForkServer.connect()
      origin.connection.with { $0 = connection }
    }
  }

  // MARK: Sending

  package func stage(_ bytes: OutgoingBytes) throws(MultiprocessingError) -> StagedBytes? {
    guard queue.hasRoom else { return nil }
    if bytes.count <= Layout.inlineCapacity { return StagedBytes(bytes) }
    guard let place = try state.with({ state throws(MultiprocessingError) in try state.large.reserve(bytes.count, queue) })
    else { return nil }
    let staged = StagedBytes(at: place, bytes.count)
    if let target = segment.tasks(at: place, bytes.count)?.baseAddress {
      bytes.write(to: target)
      return staged
    }
    do throws(MultiprocessingError) {
      try segment.file.write(bytes.bytes, at: place)
    } catch {
      // No room in the queue is waited for, no memory for the payload is not: it may never come.
      unstage(staged)
      throw error
    }
    return staged
  }

  package func unstage(_ staged: StagedBytes) {
    if staged.place != 0 { state.with { $0.large.giveBack(staged.place, staged.count, queue) } }
  }

  package func offer(_ chunk: Chunk, _ job: Job, _ staged: StagedBytes) {
    let start = Trace.isOn ? Trace.now : nil
    defer { if let start { Trace.sent(chunk, job.title, pool: traceNumber, since: start) } }
    guard staged.place != 0 else {
      queue.put(chunk, staged.bytes)
      return
    }
    let position = queue.put(chunk, staged.bytes, large: staged.place, staged.count)
    state.with { $0.large.keep(staged.place, staged.count, position: position) }
  }

  package func waitForRoom() {
    let signal = mp_load32(segment.base + Layout.roomSignal)
    // A full queue is waited for until half of it is free: to be woken for each slot would cost more than to fill it.
    let hasSlot = queue.hasRoom
    let wanted = hasSlot ? 1 : mp_load64(segment.base + Layout.tail) - UInt64(Layout.slotCount / 2) + 1
    mp_store64(segment.base + Layout.roomWanted, wanted)
    mp_fence()
    let isInterrupted = state.with { state in
      defer { state.roomIsInterrupted = false }
      // Or a place became free before anybody could know that it is waited for.
      return state.roomIsInterrupted || hasSlot && state.large.hasReleased(queue)
    }
    // A slot may have been freed before the flag was seen: look again soon, whatever the signal says.
    if !isInterrupted {
      _ = mp_futex_wait(segment.base + Layout.roomSignal, signal, System.deadline(after: .milliseconds(50)), 1)
    }
    mp_store64(segment.base + Layout.roomWanted, 0)
  }

  package func withdraw(_ job: JobID) -> Int { queue.withdraw { $0.job == job } }
  package func withdrawAll() { queue.withdraw { _ in true } }

  package func sendStop() {
    mp_store32(segment.base + Layout.stop, 1)
    segment.wakeAllWorkers()
  }

  package func interrupt(_ role: HelperRole) {
    switch role {
    case .workerHandler: mp_event_signal(event.number)
    case .taskHandler:
      state.with { $0.roomIsInterrupted = true }
      _ = mp_add32(segment.base + Layout.roomSignal, 1)
      _ = mp_futex_wake(segment.base + Layout.roomSignal, 1, 1)
    case .resultHandler:
      state.with { $0.collectorIsInterrupted = true }
      wakeCollector()
    }
  }

  func wakeCollector() {
    _ = mp_add32(segment.base + Layout.resultSignal, 1)
    _ = mp_futex_wake(segment.base + Layout.resultSignal, 1, 1)
  }

  // MARK: Ending

  package func noMoreWorkers() {
    // The template ends while the helper threads do.
    connection?.socket.use { _ = shutdown($0, Int32(SHUT_RDWR)) }
  }

  package func shutDown() {
    // The template sees its line closed and ends; it has no child left.
    origin.connection.with { $0 = nil }
    guard let template = origin.template.with({ $0 }) else { return }
    origin.template.with { $0 = nil }
    Self.reap(template, patience: .seconds(5))
  }

  /// Waits for the end of a child of this process, by force when the patience is over, and reaps it.
  private static func reap(_ child: Spawner.Child, patience: Duration) {
    let hasEnded = hasEnded(child, within: patience)
    child.pidfd.use { number in
      if !hasEnded { _ = mp_pidfd_signal(number, SIGKILL) }
      var status: Int32 = 0
      _ = mp_pidfd_reap(number, &status, 1)
    }
  }

  private static func hasEnded(_ child: Spawner.Child, within patience: Duration) -> Bool {
    child.pidfd.use { number in
      var number = number
      var ready: UInt8 = 0
      return mp_poll(&number, &ready, 1, System.deadline(after: patience)) > 0
    }
  }

  package func abandon() {
    let workers = state.with { Array($0.workers.values) }
    for worker in workers { worker.signal(SIGKILL) }
    for worker in workers {
      if worker.isForked {
        // A server reaps its own. It must see their ends before it sees its line closed, or they are left to nobody.
        _ = Self.hasEnded(worker.child, within: .seconds(5))
      } else {
        Self.reap(worker.child, patience: .zero)
      }
    }
    shutDown()
  }
}
