import PoolCore

/// A pool without processes and threads: a task's whole way there and back, in the calling thread.
///
/// For counting instructions, which nothing else that runs disturbs. It does what the submitter, the worker, the result handler
/// and whoever asks for the result do for a task, each in its place, and nothing of waiting and waking.
package struct ChunkLoop {
  private let segment: Segment
  private let queue: TaskQueue
  private let ring: ResultRing
  private var machine = PoolMachine(size: 1)
  private var jobs = JobShelf()
  private var actions: [PoolAction] = []
  private var runner = ChunkRunner()
  private let memory = ClaimMemory()

  package init() throws {
    segment = try Segment(workers: 1)
    queue = TaskQueue(segment: segment)
    ring = ResultRing(segment: segment, area: 0)
    machine.handle(.opened, &actions)
    machine.handle(.workerReady(WorkerID(0)), &actions)
  }

  /// Calls the function as a pool of one worker does.
  package mutating func apply<Function: PoolFunction>(
    _ function: Function.Type, _ input: Function.Input
  ) throws -> Function.Output {
    let kind = try CallKind.of(function)
    let bytes = try ChunkCall.outgoing(function, kind.name, input)
    let job = ApplyJob(kind, callbacks: nil)
    try carry(job, bytes)
    return try AsyncResult(job).get()
  }

  /// There and back. Apart, because code that does not know a type costs more.
  private mutating func carry(_ job: ApplyJob, _ bytes: OutgoingBytes) throws {
    let id = machine.nextJob
    jobs.append(job, id)
    handle(.submitted(.single))
    queue.put(Chunk(job: id, index: 0), bytes)

    guard let claim = try queue.claim(area: 0, into: memory) else { throw Self.broken }
    switch claim.withBytes({ runner.run($0) }) {
    case .success(let bytes): try ring.write(.succeeded, claim.chunk, bytes)
    case .few(let few): ring.write(.succeeded, claim.chunk, few)
    case .large(let bytes): try ring.write(.succeeded, claim.chunk, large: bytes)
    case .failure(let error): try ring.write(.failed, claim.chunk, Wire.encode(error))
    }
    ring.clearHeld()

    guard let record = try ring.read(inPlace: true), record.kind == .succeeded, machine.isAwaited(record.chunk) else { throw Self.broken }
    ring.signalSpace()
    if let few = record.few {
      try jobs[record.chunk.job]?.store(record.chunk.index, few)
    } else {
      try jobs[record.chunk.job]?.store(record.chunk.index, record.payload)
    }
    handle(.returned(WorkerID(0), record.chunk, failed: false))
    for case .resolve(let id, let resolution) in actions { jobs.remove(id)?.resolve(resolution, nil) }
  }

  private mutating func handle(_ event: PoolEvent) {
    actions.removeAll(keepingCapacity: true)
    machine.handle(event, &actions)
  }

  private static var broken: MultiprocessingError { MultiprocessingError(.notDecodable, "A task did not come back.") }
}
