import CMultiprocessing
import PoolCore

/// The life of a worker process: initialize once, then claim, run and return chunks until it is told to stop.
enum WorkerMain {
  static func run(_ worker: WorkerStart, _ descriptors: [Int32]) -> Never {
    do {
      guard let first = descriptors.first else { mp_child_exit(1) }
      let segment = try Segment(file: Descriptor(first), workers: worker.areas)
      // It ends with the process: to unmap it before costs as much again.
      _ = Unmanaged.passRetained(segment)
      let ring = ResultRing(segment: segment, area: worker.area)
      mp_keep_memory()
      if Trace.isOn { Trace.enter(Trace.life) }
      do {
        try initialize(worker, descriptors.dropFirst().map { Descriptor($0, isInherited: true) })
      } catch {
        try ring.write(.initializerFailed, nil, Wire.encode(RemoteError(error)))
        mp_child_exit(1)
      }
      try ring.write(.ready, nil, [])
      try work(worker, TaskQueue(segment: segment), ring)
    } catch {
      mp_child_exit(1)
    }
    ProcessEnd.run()
    if Trace.isOn { Trace.leave(Trace.life) }
    mp_child_exit(0)
  }

  /// Tells the pool why this worker cannot begin, and ends.
  static func end(_ worker: WorkerStart, _ descriptors: [Int32], because error: MultiprocessingError) -> Never {
    if let first = descriptors.first, let segment = try? Segment(file: Descriptor(first), workers: worker.areas) {
      let ring = ResultRing(segment: segment, area: worker.area)
      try? ring.write(.couldNotBegin, nil, Wire.encode(RemoteError(error)))
    }
    mp_child_exit(1)
  }

  private static func initialize(_ worker: WorkerStart, _ shared: [Descriptor]) throws {
    guard let name = worker.initializer else { return }
    guard let type = TypeName.find(name) as? any Initializer.Type else {
      throw MultiprocessingError(.notDecodable, "The worker knows no initializer of the name \(name).")
    }
    let initializer = try decode(type, worker.initializerBytes, SharingContext(shared))
    try Trace.measure("initializer \(type)") { try initializer.run() }
    // What the initializer printed is out before anybody can be told that the worker is ready.
    _ = mp_flush()
  }

  private static func decode<I: Initializer>(
    _ type: I.Type, _ bytes: [UInt8], _ sharing: SharingContext
  ) throws -> I {
    try Wire.decode(type, from: bytes, userInfo: [SharingContext.key: sharing])
  }

  private static func work(_ worker: WorkerStart, _ queue: TaskQueue, _ ring: ResultRing) throws {
    var completed = 0
    var runner = ChunkRunner(writesLarge: true)
    let memory = ClaimMemory()
    var free = Trace.isOn ? Trace.now : 0
    while true {
      _ = Gate.current?.enter(.take)
      guard let claim = try queue.claim(area: worker.area, into: memory, take: { runner.take($0) }) else {
        if mp_load32(queue.segment.base + Layout.stop) != 0 {
          Gate.current?.willStop()
          return
        }
        queue.waitForChunk(area: worker.area)
        continue
      }
      Gate.current?.hasTaken()
      if Trace.isOn { Trace.took(claim.chunk, claim.withBytes { Trace.title(of: $0) }, pool: Trace.pool, since: free) }
      let outcome = claim.taken?.run() ?? claim.withBytes { runner.run($0) }
      // Before anybody can know of the outcome: a worker may be ended as soon as its last one is there.
      if Trace.isOn { Trace.finished(claim.withBytes { Trace.title(of: $0) }, failed: outcome.isFailure) }
      // A worker may be ended at any moment from here on: what it printed must not be lost with it.
      _ = mp_flush()
      // Nobody waits for this any more, and the pool is about to end this worker.
      guard ring.beginReturn(claim.chunk) else { mp_child_exit(1) }
      if let gate = Gate.current {
        try gate.perform(.return) { try report(outcome, of: claim.chunk, to: ring) }
      } else {
        try report(outcome, of: claim.chunk, to: ring)
      }
      ring.clearHeld()
      if Trace.isOn { free = Trace.now }
      completed += 1
      if completed == worker.maxTasksPerChild { return }
    }
  }

  private static func report(_ outcome: ChunkCall.Outcome, of chunk: Chunk, to ring: ResultRing) throws {
    do throws(MultiprocessingError) {
      switch outcome {
      case .success(let bytes): return try ring.write(.succeeded, chunk, bytes)
      case .few(let few): return ring.write(.succeeded, chunk, few)
      case .large(let bytes): return try ring.write(.succeeded, chunk, large: bytes)
      case .failure: break
      }
    } catch {
      // There is no room for it: the failure of this task, and of no other.
      return try ring.write(.failed, chunk, Wire.encode(RemoteError(error)))
    }
    if case .failure(let error) = outcome { try ring.write(.failed, chunk, Wire.encode(error)) }
  }
}
