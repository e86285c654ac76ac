import PoolCore

/// Chunks that came back, one after the other, and what has been found out about them.
struct ResultBatch {
  struct Entry {
    var worker: WorkerID
    var chunk: Chunk
    var outcome: ChunkOutcome
    /// Whose chunk it is; nil for a job that is over. Proof: `jobs` has it.
    unowned(unsafe) var job: Job?
  }
  fileprivate(set) var entries: [Entry] = []
  /// The jobs of the entries: most chunks that come together are of one, and counting a reference for each would be felt, for
  /// whoever sends its next chunks counts on the same word.
  private var jobs: [Job] = []
  /// Jobs that are over, and streams with something new to take (no resolution), in order: whoever waits for them is woken
  /// without the engine's lock.
  fileprivate var news: [(job: Job, id: JobID, resolution: Resolution?)] = []

  var count: Int { entries.count }

  mutating func append(_ worker: WorkerID, _ chunk: Chunk, _ outcome: ChunkOutcome) {
    entries.append(Entry(worker: worker, chunk: chunk, outcome: outcome))
  }

  /// Keeps an entry with its job, further in front where others were dropped.
  fileprivate mutating func keep(_ index: Int, _ job: Job?, at place: Int) {
    if place != index { entries.swapAt(place, index) }
    if let job, jobs.last !== job { jobs.append(job) }
    entries[place].job = job
  }

  fileprivate mutating func clear() {
    entries.removeAll(keepingCapacity: true)
    jobs.removeAll(keepingCapacity: true)
  }
}

/// Taking chunks back, many at a time: the engine's lock is taken twice for a batch and not a few times for each chunk.
///
/// A batch is what its chunks are one by one, in a schedule in which nobody else came in between.
extension PoolEngine {
  func settle(_ batch: inout ResultBatch) {
    guard !batch.entries.isEmpty else { return }
    var strangers: [WorkerID] = []
    state.with { state in
      var dropped = 0
      for index in batch.entries.indices {
        let chunk = batch.entries[index].chunk
        let job = state.jobs[chunk.job]
        // What nobody waits for is dropped, whatever a worker that has gone wrong says.
        let isAwaited = state.machine.isAwaited(chunk)
        if !isAwaited, !state.machine.mayHaveHad(chunk) { strangers.append(batch.entries[index].worker) }
        if job != nil, !isAwaited { dropped += 1 } else { batch.keep(index, job, at: index - dropped) }
      }
      batch.entries.removeLast(dropped)
    }
    for worker in strangers { transport.distrust(worker) }
    var start = 0
    for index in batch.entries.indices {
      let heard = Trace.records(world) ? Trace.now : nil
      let failure = store(&batch.entries[index])
      if let heard { Trace.heard(batch.entries[index].chunk, pool: transport.traceNumber, since: heard) }
      guard let failure, let job = batch.entries[index].job else { continue }
      record(&batch, start..<index)
      start = index + 1
      let entry = batch.entries[index]
      fail(entry.chunk, job, failure, .returned(entry.worker, entry.chunk, failed: true))
    }
    record(&batch, start..<batch.entries.count)
    batch.clear()
  }

  /// Gives a chunk's outputs to its job; the error of a chunk that failed.
  private func store(_ entry: inout ResultBatch.Entry) -> (any Error)? {
    guard let job = entry.job else { return nil }
    switch entry.outcome {
    case .stored: return nil
    case .failed(let error): return error
    case .encoded(let bytes): return decoding { try job.store(entry.chunk.index, bytes) }
    case .few(let few): return decoding { try job.store(entry.chunk.index, few) }
    case .mapped(let payload):
      // The worker's memory is its own again as soon as this is read.
      entry.outcome = .stored
      return decoding { try job.store(entry.chunk.index, payload) }
    }
  }

  private func decoding(_ body: () throws -> Void) -> (any Error)? {
    do {
      try body()
      return nil
    } catch {
      // CPython's result handler dies of this (2.16); here it is the job's error.
      return MultiprocessingError(.notDecodable, "The result of a task cannot be decoded: \(error)", cause: error)
    }
  }

  /// Tells the machine of chunks that succeeded, and performs what comes of it.
  private func record(_ batch: inout ResultBatch, _ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      let (others, keeper) = tell(&batch, &index, range.upperBound)
      for (job, id, resolution) in batch.news {
        guard let resolution else {
          job.wakeConsumers()
          continue
        }
        if Trace.records(world) { Trace.job(.asyncEnd, job.title, id, of: self, at: Trace.now) }
        job.resolve(resolution, nil)
      }
      batch.news.removeAll(keepingCapacity: true)
      perform(others)
      // Last: this may be the end of the pool.
      withExtendedLifetime(keeper) {}
    }
  }

  /// The same up to the first chunk of which more comes than a result that is ready: its actions, and what kept the pool alive if
  /// nothing is pending any more.
  private func tell(_ batch: inout ResultBatch, _ index: inout Int, _ end: Int) -> ([PoolAction], AnyObject?) {
    world.pass(.event(.returned(batch.entries[index].worker, batch.entries[index].chunk, failed: false)))
    let (others, wake, keeper) = state.with { state -> ([PoolAction], Bool, AnyObject?) in
      while index < end {
        let entry = batch.entries[index]
        index += 1
        state.actions.removeAll(keepingCapacity: true)
        world.handle(.returned(entry.worker, entry.chunk, failed: false), &state.machine, &state.actions, of: self)
        for (position, action) in state.actions.enumerated() {
          switch action {
          case .resolve(let id, let resolution) where resolution == .succeeded || resolution == .failed:
            if let job = state.jobs.remove(id) { batch.news.append((job, id, resolution)) }
          case .deliver(let id, let chunks):
            guard let job = state.jobs[id] else { continue }
            job.deliver(chunks)
            if batch.news.last?.job !== job { batch.news.append((job, id, nil)) }
          default:
            state.actions.removeFirst(position)
            return (queue(&state), state.takeTaskHandlerWake(), state.takeKeeper())
          }
        }
      }
      return ([], state.takeTaskHandlerWake(), state.takeKeeper())
    }
    if wake { sendParker.unpark() }
    return (others, keeper)
  }
}
