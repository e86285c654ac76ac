package import PoolCore

/// How a pool's workers are made.
package struct TransportConfiguration: Sendable {
  /// How many workers there are at a time.
  package var size: Int
  package var startMethod: StartMethod
  /// What each worker runs first.
  package var initializer: (any Initializer)?
  /// After how many chunks a worker ends and is replaced; nil for never.
  package var maxTasksPerChild: Int?
  /// Whether the workers bear the names of plain processes and are no daemons: an executor's.
  package var hasPlainProcesses: Bool
  /// For how long whoever waits looks again before it sleeps.
  package var spin: Duration

  package init(
    size: Int, startMethod: StartMethod, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
    hasPlainProcesses: Bool = false, spin: Duration = .zero
  ) {
    self.spin = spin
    self.hasPlainProcesses = hasPlainProcesses
    self.size = size
    self.startMethod = startMethod
    self.initializer = initializer
    self.maxTasksPerChild = maxTasksPerChild
  }
}

/// What workers have to say, in the order in which each of them said it.
package enum WorkerReport: Sendable {
  case ready(WorkerID)
  /// The initializer threw; the worker ends.
  case initializerFailed(WorkerID, any Error)
  case returned(WorkerID, Chunk, ChunkOutcome)
  /// The worker is gone and all that it said has been reported. `holding`: what it had claimed and not returned.
  case exited(WorkerID, name: String, processID: Int32, status: Int32, holding: Chunk?)
}

/// The outcome of one chunk.
package enum ChunkOutcome: Sendable {
  /// The job has the outputs already: they were computed in this process.
  case stored
  /// The outputs, encoded.
  case encoded([UInt8])
  /// The same where there is little of it.
  case few(FewBytes)
  /// The same, where the worker wrote them.
  case mapped(MappedPayload)
  case failed(any Error)
}

/// Bytes that have their place on the way to the workers.
package struct StagedBytes: Sendable {
  /// The bytes, where they go into the queue itself.
  package var bytes: OutgoingBytes
  /// Where they lie else.
  var place: UInt64 = 0
  var count = 0

  package init(_ bytes: OutgoingBytes) { self.bytes = bytes }

  init(at place: UInt64, _ count: Int) { (bytes, self.place, self.count) = (OutgoingBytes([]), place, count) }
}

/// A worker as the pool sees it from outside.
package struct WorkerActivity: Sendable {
  package var id: WorkerID
  package var name: String
  package var processID: Int32
  /// What it runs, and since when.
  package var chunk: Chunk?
  package var since: Duration?

  package init(id: WorkerID, name: String, processID: Int32, chunk: Chunk?, since: Duration? = nil) {
    self.id = id
    self.name = name
    self.processID = processID
    self.chunk = chunk
    self.since = since
  }
}

/// What carries chunks to workers and outcomes back, and starts and stops workers: the part of a pool that touches the
/// world. The engine owns the three helper threads and the machine, and calls this.
package protocol Transport: AnyObject, Sendable {
  /// Whether chunks and outcomes cross as bytes.
  var needsEncoding: Bool { get }

  /// Whether a worker can be stopped in the middle of a task.
  var canKill: Bool { get }

  /// Whether the calling thread is one of the workers.
  var isOnWorker: Bool { get }

  /// The number that tells the pool from others in a record of what it does.
  var traceNumber: Int { get }

  /// Called once, before the first worker.
  func prepare() throws

  /// Starts one worker. Called by the thread that makes the pool, later by the worker handler.
  func start(_ worker: WorkerID) throws

  /// Starts the workers of a new pool, in order, and does something else before or while it waits for them. Throws what kept the
  /// first of them from starting that could not be started, or what `meanwhile` threw; workers may run then.
  func startAll(_ workers: [WorkerID], meanwhile: () throws -> Void) throws

  /// Blocks the worker handler while the workers of a new pool are being started.
  func waitForStart()

  /// Makes a place for a chunk's bytes, and puts them there where they are too many for the queue itself; nil when there is
  /// no room. Calls of this, `unstage` and `offer` do not overlap. Throws where there is no memory for them.
  func stage(_ bytes: OutgoingBytes) throws(MultiprocessingError) -> StagedBytes?

  /// Gives back a place that is not needed.
  func unstage(_ staged: StagedBytes)

  /// Puts one chunk at the end of the common queue. Never blocks, and is short: called with the engine's lock held.
  func offer(_ chunk: Chunk, _ job: Job, _ staged: StagedBytes)

  /// Blocks the task handler until there may be room, or until interrupted.
  func waitForRoom()

  /// Takes back the unclaimed chunks of a job: none of them runs afterwards. How many.
  @discardableResult
  func withdraw(_ job: JobID) -> Int

  /// Ends the workers that run a chunk of this job now, and no others, where a worker can be ended.
  func evict(_ job: JobID)

  /// The workers that have run their chunk for longer than the limit. Each is told of once; one that can be ended does not
  /// return that chunk any more. Called by the result handler.
  func overruns(_ limit: Duration) -> [(worker: WorkerID, chunk: Chunk)]

  /// The earliest moment at which a worker may exceed the limit.
  func nextOverrun(_ limit: Duration) -> Duration?

  /// The workers, in order of their start, with what they run now.
  var activities: [WorkerActivity] { get }

  /// How many chunks no worker has claimed.
  var queuedChunks: Int { get }

  /// Whether a worker can make chunks get lost by writing nonsense, and `audit` finds them.
  var canBeAudited: Bool { get }

  /// Whether something has been heard that no worker of ours says.
  var needsAudit: Bool { get }

  /// Removes the chunks that are in the queue, or that a worker has, and appends what workers have said meanwhile: what is
  /// left then and has not come back never will. Called by the result handler, when all it has heard is dealt with.
  func audit(_ chunks: inout Set<Chunk>, _ reports: inout [WorkerReport])

  /// A worker said what no worker of ours says: it is ended.
  func distrust(_ worker: WorkerID)

  /// Takes back every unclaimed chunk.
  func withdrawAll()

  /// From now on a worker that finds the queue empty ends.
  func sendStop()

  /// Ends one worker now, by force if it does not listen; a thread ends after the task that it runs.
  func kill(_ worker: WorkerID)

  /// Blocks the result handler until there are reports, or until interrupted, or until the deadline; appends them.
  func collect(_ reports: inout [WorkerReport], until deadline: Duration?)

  /// Blocks the worker handler until something happened to a worker, or until interrupted.
  func watchWorkers()

  /// Wakes the task handler, the result handler or the worker handler out of their waits.
  func interrupt(_ role: HelperRole)

  /// Every worker has ended and none is started any more: whatever they come from may begin to end. Never blocks; called while
  /// the helper threads run.
  func noMoreWorkers()

  /// Everything has ended: gives all back. Called once, by the helper thread that ends last.
  func shutDown()

  /// The pool could not be made: ends what was started and gives all back, when no helper thread uses it.
  func abandon()
}

/// What a transport has that starts workers one by one and cannot lose anything.
extension Transport {
  package func noMoreWorkers() {}

  package func startAll(_ workers: [WorkerID], meanwhile: () throws -> Void) throws {
    for worker in workers { try start(worker) }
    try meanwhile()
  }

  package func waitForStart() {}

  package func stage(_ bytes: OutgoingBytes) throws(MultiprocessingError) -> StagedBytes? { StagedBytes(bytes) }
  package func unstage(_ staged: StagedBytes) {}
  package var canBeAudited: Bool { false }
  package var needsAudit: Bool { false }
  package func audit(_ chunks: inout Set<Chunk>, _ reports: inout [WorkerReport]) { chunks = [] }
  package func distrust(_ worker: WorkerID) {}
}

extension Transport {
  package var traceNumber: Int { 0 }
}
