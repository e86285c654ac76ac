/// What a job is made of, as the machine needs to know it.
package struct JobSpec: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// apply and map: resolved once, when every chunk is back.
    case whole
    /// imap: each chunk is delivered when all before it are.
    case ordered
    /// imapUnordered: each chunk is delivered as it arrives.
    case unordered
  }

  package var kind: Kind

  /// How many chunks there are; nil while the inputs have not ended (imap).
  package var chunks: Int?

  /// Whether a callback runs before the result is ready, by outcome.
  package var callbackOnSuccess: Bool
  package var callbackOnFailure: Bool

  /// How many chunks may be on their way between the inputs and the consumer; counts for imap only.
  package var lookAhead: Int

  /// Whether somebody wants to hear of every chunk that comes back.
  package var reportsProgress = false

  package init(
    kind: Kind = .whole, chunks: Int?, callbackOnSuccess: Bool = false, callbackOnFailure: Bool = false,
    lookAhead: Int = .max, reportsProgress: Bool = false
  ) {
    self.reportsProgress = reportsProgress
    self.kind = kind
    self.chunks = chunks
    self.callbackOnSuccess = callbackOnSuccess
    self.callbackOnFailure = callbackOnFailure
    self.lookAhead = lookAhead
  }

  /// One task with one result.
  package static let single = JobSpec(chunks: 1)
}

/// What has happened: the machine's only input.
package enum PoolEvent: Hashable, Sendable {
  /// The pool is made: it starts its workers.
  case opened
  /// A job was submitted; its id is `PoolMachine.nextJob`.
  case submitted(JobSpec)
  /// The inputs of an imap gave this many more chunks.
  case inputArrived(JobID, chunks: Int)
  /// The inputs of an imap came to their end; `failed`: with an error, which takes the place of one more chunk.
  case inputEnded(JobID, failed: Bool)
  /// The consumer of an imap took this many chunks.
  case consumed(JobID, chunks: Int)
  /// Nobody takes what is left of an imap.
  case consumerLeft(JobID)
  /// A worker could not be started.
  case workerCouldNotStart(WorkerID)
  /// A worker has run its initializer.
  case workerReady(WorkerID)
  /// A worker's initializer failed; the worker ends.
  case initializerFailed(WorkerID)
  /// A worker claimed a chunk. May arrive with or after its return.
  case took(WorkerID, Chunk)
  /// A worker returned a chunk, with its values or with an error.
  case returned(WorkerID, Chunk, failed: Bool)
  /// A worker ended, and everything that it wrote has been delivered before. `holding`: what it had claimed and not
  /// returned, nil for nothing.
  case exited(WorkerID, holding: Chunk?)
  /// A chunk can never be run: its inputs could not be encoded.
  case unsendable(Chunk)
  /// The callback of a job has run.
  case callbackFinished(JobID)
  /// No more jobs; what is submitted will be done.
  case closed
  /// Everything stops now.
  case terminated
  /// Nobody waits for this job any more.
  case cancelled(JobID)
  /// The time given to this job is over.
  case deadlinePassed(JobID)
  /// A worker has run this chunk for longer than any chunk of the pool may take.
  case overran(WorkerID, Chunk)
  /// Somebody wants to hear of every chunk of this job that comes back.
  case progressWanted(JobID)
}

/// What the driver is to do, in this order.
package enum PoolAction: Hashable, Sendable {
  case startWorker(WorkerID)
  /// Draw up to this many chunks from the inputs of an imap, in the task handler.
  case pullInputs(JobID, upTo: Int)
  /// Put these chunks at the end of the common queue.
  case offer(JobID, Range<Int>)
  /// Take back the chunks of this job that no worker has claimed.
  case withdraw(JobID)
  /// Take back every chunk that no worker has claimed: all jobs are over.
  case withdrawAll
  /// Tell every worker to end once the queue is empty.
  case sendStop
  /// End the workers that run a chunk of this job, where they can be ended in the middle of one.
  case evict(JobID)
  /// Keep the error that came with this event as the job's outcome.
  case keepFailure(Chunk)
  /// Keep as the job's outcome that its time is over.
  case keepExpiry(JobID)
  /// One more chunk of the job is back: tell whoever wants to hear of it.
  case advanced(Chunk)
  /// Run the job's callback, in the result handler.
  case runCallback(JobID, failed: Bool)
  /// These chunks of an imap are the consumer's next ones, in this order.
  case deliver(JobID, Range<Int>)
  /// The job is over: wake whoever waits, drop its payloads.
  case resolve(JobID, Resolution)
  case killWorker(WorkerID)
  /// The pool has ended: wake whoever joins, let the helper threads end.
  case wakeJoiners
}

/// How a job ended.
package enum Resolution: Hashable, Sendable {
  case succeeded
  /// With the failure that was kept.
  case failed
  /// Without being done: the pool was terminated.
  case terminated
  /// Without being done: an initializer failed or a worker could not be started.
  case broken
  /// Without being done: nobody wanted it any more.
  case cancelled
  /// Without being done: its time was over.
  case expired
}
