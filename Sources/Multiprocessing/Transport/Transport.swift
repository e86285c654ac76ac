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

  package init(
    size: Int, startMethod: StartMethod, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil,
    hasPlainProcesses: Bool = false
  ) {
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
  case failed(any Error)
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

  /// Puts one chunk at the end of the common queue; false when there is no room. Never blocks. Calls do not overlap.
  func offer(_ chunk: Chunk, _ job: Job, _ bytes: [UInt8]) -> Bool

  /// Blocks the task handler until there may be room, or until interrupted.
  func waitForRoom()

  /// Takes back the unclaimed chunks of a job.
  func withdraw(_ job: JobID)

  /// Takes back every unclaimed chunk.
  func withdrawAll()

  /// From now on a worker that finds the queue empty ends.
  func sendStop()

  /// Ends one worker now, by force if it does not listen; a thread ends after the task that it runs.
  func kill(_ worker: WorkerID)

  /// Blocks the result handler until there are reports, or until interrupted; appends them.
  func collect(_ reports: inout [WorkerReport])

  /// Blocks the worker handler until something happened to a worker, or until interrupted.
  func watchWorkers()

  /// Wakes the task handler, the result handler or the worker handler out of their waits.
  func interrupt(_ role: HelperRole)

  /// Everything has ended: gives all back. Called once, by the helper thread that ends last.
  func shutDown()

  /// The pool could not be made: ends what was started and gives all back.
  func abandon()
}

extension Transport {
  package var traceNumber: Int { 0 }
}
