import CMultiprocessing
import PoolCore

/// The life of a worker process: initialize once, then claim, run and return chunks until it is told to stop.
enum WorkerMain {
  static func run(_ worker: WorkerStart, _ descriptors: [Int32]) -> Never {
    do {
      guard let first = descriptors.first else { mp_child_exit(1) }
      let segment = try Segment(file: Descriptor(first), workers: worker.areas)
      let ring = ResultRing(segment: segment, area: worker.area)
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
    mp_child_exit(0)
  }

  private static func initialize(_ worker: WorkerStart, _ shared: [Descriptor]) throws {
    guard let name = worker.initializer else { return }
    guard let type = TypeName.find(name) as? any Initializer.Type else {
      throw MultiprocessingError(.notDecodable, "The worker knows no initializer of the name \(name).")
    }
    try decode(type, worker.initializerBytes, SharingContext(shared)).run()
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
    var runner = ChunkRunner()
    while true {
      _ = Gate.current?.enter(.take)
      guard let claim = try queue.claim(area: worker.area) else {
        if mp_load32(queue.segment.base + Layout.stop) != 0 {
          Gate.current?.willStop()
          return
        }
        queue.waitForChunk(area: worker.area)
        continue
      }
      Gate.current?.hasTaken()
      let outcome = runner.run(claim.bytes)
      // A worker may be ended at any moment from here on: what it printed must not be lost with it.
      _ = mp_flush()
      switch outcome {
      case .success(let bytes): try ring.write(.succeeded, claim.chunk, bytes)
      case .failure(let error): try ring.write(.failed, claim.chunk, Wire.encode(error))
      }
      ring.clearHeld()
      completed += 1
      if completed == worker.maxTasksPerChild { return }
    }
  }
}
