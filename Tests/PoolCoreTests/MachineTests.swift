import PoolCore
import Testing

/// A machine that is told events and shows the actions of the last one.
private struct Told {
  var machine: PoolMachine

  init(size: Int, ready: Bool = true) {
    machine = PoolMachine(size: size)
    _ = tell(.opened)
    if ready { for number in 0..<size { _ = tell(.workerReady(WorkerID(UInt32(number)))) } }
  }

  mutating func tell(_ event: PoolEvent) -> [PoolAction] {
    var actions: [PoolAction] = []
    machine.handle(event, &actions)
    return actions
  }

  mutating func submit(_ spec: JobSpec) -> JobID {
    let job = machine.nextJob
    _ = tell(.submitted(spec))
    return job
  }
}

private let worker0 = WorkerID(0)
private let worker1 = WorkerID(1)
private let worker2 = WorkerID(2)
private let job0 = JobID(0)

private func chunk(_ index: Int, of job: JobID = job0) -> Chunk { Chunk(job: job, index: index) }

/// Each rule of the machine by a short sequence of events.
@Suite struct MachineTests {
  // MARK: Jobs

  @Test func `opening starts every worker in order`() {
    var told = PoolMachine(size: 3)
    var actions: [PoolAction] = []
    told.handle(.opened, &actions)
    #expect(actions == [.startWorker(worker0), .startWorker(worker1), .startWorker(worker2)])
    #expect(told.workers.map(\.id) == [worker0, worker1, worker2])
  }

  @Test func `a single job is offered, returned and resolved`() {
    var told = Told(size: 1)
    #expect(told.machine.nextJob == job0)
    #expect(told.tell(.submitted(.single)) == [.offer(job0, 0..<1)])
    #expect(told.machine.nextJob == JobID(1))
    #expect(told.tell(.took(worker0, chunk(0))) == [])
    #expect(told.machine.workers.first?.holds == chunk(0))
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [.resolve(job0, .succeeded)])
    #expect(told.machine.workers.first?.holds == nil)
    #expect(told.machine.pendingJobs == 0)
  }

  @Test func `a failure is kept before the job is resolved`() {
    var told = Told(size: 1)
    _ = told.submit(.single)
    #expect(
      told.tell(.returned(worker0, chunk(0), failed: true)) == [.keepFailure(chunk(0)), .resolve(job0, .failed)])
  }

  @Test func `the result is ready only after its callback`() {
    // 3.5
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 1, callbackOnSuccess: true))
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [.runCallback(job0, failed: false)])
    #expect(told.machine.pendingJobs == 1)
    #expect(told.tell(.callbackFinished(job0)) == [.resolve(job0, .succeeded)])
    #expect(told.tell(.callbackFinished(job0)) == [])
  }

  @Test func `only the callback of the outcome runs`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 1, callbackOnSuccess: true))
    #expect(
      told.tell(.returned(worker0, chunk(0), failed: true)) == [.keepFailure(chunk(0)), .resolve(job0, .failed)])
    _ = told.submit(JobSpec(chunks: 1, callbackOnFailure: true))
    let second = chunk(0, of: JobID(1))
    #expect(
      told.tell(.returned(worker0, second, failed: true)) == [.keepFailure(second), .runCallback(JobID(1), failed: true)])
    #expect(told.tell(.callbackFinished(JobID(1))) == [.resolve(JobID(1), .failed)])
  }

  @Test func `a map is ready when all its chunks are back`() {
    var told = Told(size: 2)
    #expect(told.tell(.submitted(JobSpec(chunks: 3))) == [.offer(job0, 0..<3)])
    #expect(told.tell(.returned(worker0, chunk(2), failed: false)) == [])
    #expect(told.tell(.returned(worker1, chunk(0), failed: false)) == [])
    #expect(told.tell(.returned(worker0, chunk(1), failed: false)) == [.resolve(job0, .succeeded)])
  }

  @Test func `a map keeps its first failure to arrive and waits for the rest`() {
    // 3.14, 3.24
    var told = Told(size: 2)
    _ = told.submit(JobSpec(chunks: 3))
    #expect(told.tell(.returned(worker0, chunk(2), failed: true)) == [.keepFailure(chunk(2))])
    #expect(told.tell(.returned(worker0, chunk(0), failed: true)) == [])
    #expect(told.tell(.returned(worker1, chunk(1), failed: false)) == [.resolve(job0, .failed)])
  }

  @Test func `a chunk that comes back twice counts once`() {
    var told = Told(size: 2)
    _ = told.submit(JobSpec(chunks: 2, callbackOnSuccess: true))
    _ = told.tell(.returned(worker0, chunk(0), failed: false))
    #expect(told.tell(.exited(worker0, holding: chunk(0))) == [.startWorker(worker2)])
    #expect(told.tell(.returned(worker1, chunk(1), failed: false)) == [.runCallback(job0, failed: false)])
    // And while its callback runs, not at all.
    #expect(told.tell(.exited(worker1, holding: chunk(1))) == [.startWorker(WorkerID(3))])
    #expect(told.tell(.callbackFinished(job0)) == [.resolve(job0, .succeeded)])
  }

  @Test func `an empty map is ready at once and calls nothing back`() {
    // 3.7
    var told = Told(size: 1)
    let spec = JobSpec(chunks: 0, callbackOnSuccess: true, callbackOnFailure: true)
    #expect(told.tell(.submitted(spec)) == [.resolve(job0, .succeeded)])
  }

  @Test func `a chunk that cannot be sent fails its job`() {
    // 2.14
    var told = Told(size: 1)
    _ = told.submit(.single)
    #expect(told.tell(.unsendable(chunk(0))) == [.keepFailure(chunk(0)), .resolve(job0, .failed)])
  }

  // MARK: imap

  @Test func `an ordered imap delivers in order`() {
    // 3.31
    var told = Told(size: 2)
    #expect(told.tell(.submitted(JobSpec(kind: .ordered, chunks: nil, lookAhead: 4))) == [.pullInputs(job0, upTo: 4)])
    #expect(told.tell(.inputArrived(job0, chunks: 1)) == [.offer(job0, 0..<1)])
    #expect(told.tell(.inputArrived(job0, chunks: 2)) == [.offer(job0, 1..<3)])
    #expect(told.tell(.returned(worker0, chunk(2), failed: false)) == [])
    #expect(told.tell(.returned(worker1, chunk(0), failed: false)) == [.deliver(job0, 0..<1)])
    #expect(told.tell(.returned(worker1, chunk(1), failed: true)) == [.deliver(job0, 1..<3)])
    #expect(told.tell(.inputEnded(job0, failed: false)) == [.resolve(job0, .succeeded)])
  }

  @Test func `an unordered imap delivers as things arrive`() {
    // 3.31
    var told = Told(size: 2)
    _ = told.submit(JobSpec(kind: .unordered, chunks: nil, lookAhead: 8))
    _ = told.tell(.inputArrived(job0, chunks: 3))
    #expect(told.tell(.returned(worker0, chunk(2), failed: false)) == [.deliver(job0, 2..<3)])
    #expect(told.tell(.returned(worker1, chunk(0), failed: false)) == [.deliver(job0, 0..<1)])
    #expect(told.tell(.inputEnded(job0, failed: false)) == [])
    #expect(told.tell(.returned(worker1, chunk(1), failed: false)) == [.deliver(job0, 1..<2), .resolve(job0, .succeeded)])
  }

  @Test func `inputs that fail give one more chunk, the error`() {
    // 3.34
    var told = Told(size: 2)
    _ = told.submit(JobSpec(kind: .ordered, chunks: nil, lookAhead: 8))
    _ = told.tell(.inputArrived(job0, chunks: 1))
    #expect(told.tell(.inputEnded(job0, failed: true)) == [])
    #expect(
      told.tell(.returned(worker0, chunk(0), failed: false)) == [.deliver(job0, 0..<2), .resolve(job0, .succeeded)])
  }

  @Test func `no more inputs are pulled than the look-ahead allows`() {
    // 8.6
    var told = Told(size: 1)
    #expect(told.tell(.submitted(JobSpec(kind: .ordered, chunks: nil, lookAhead: 4))) == [.pullInputs(job0, upTo: 4)])
    #expect(told.tell(.inputArrived(job0, chunks: 4)) == [.offer(job0, 0..<4)])
    for index in 0..<4 { _ = told.tell(.returned(worker0, chunk(index), failed: false)) }
    // Again only when half of the room is free.
    #expect(told.tell(.consumed(job0, chunks: 1)) == [])
    #expect(told.tell(.consumed(job0, chunks: 1)) == [.pullInputs(job0, upTo: 2)])
  }

  @Test func `what a consumer that has left does not take counts as taken`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(kind: .ordered, chunks: nil, lookAhead: 4))
    _ = told.tell(.inputArrived(job0, chunks: 4))
    _ = told.tell(.returned(worker0, chunk(0), failed: false))
    _ = told.tell(.returned(worker0, chunk(2), failed: false))
    #expect(told.tell(.consumerLeft(job0)) == [])
    // Chunk 2 waits for chunk 1, as it did before.
    #expect(
      told.tell(.returned(worker0, chunk(1), failed: false)) == [.deliver(job0, 1..<3), .pullInputs(job0, upTo: 3)])
    #expect(told.tell(.inputEnded(job0, failed: false)) == [])
    #expect(
      told.tell(.returned(worker0, chunk(3), failed: false)) == [.deliver(job0, 3..<4), .resolve(job0, .succeeded)])
  }

  @Test(arguments: [Int.min, 0, 1, Int.max])
  func `any look-ahead pulls something`(lookAhead: Int) {
    var told = Told(size: 1)
    let spec = JobSpec(kind: .ordered, chunks: nil, lookAhead: lookAhead)
    #expect(told.tell(.submitted(spec)) == [.pullInputs(job0, upTo: max(1, lookAhead))])
  }

  // MARK: Workers

  @Test func `a worker that ends is replaced under a new number`() {
    // 1.30
    var told = Told(size: 2)
    #expect(told.tell(.exited(worker0, holding: nil)) == [.startWorker(worker2)])
    #expect(told.machine.workers.map(\.id) == [worker1, worker2])
    #expect(told.tell(.exited(worker0, holding: nil)) == [])
  }

  @Test func `a dead worker's chunk fails`() {
    // 8.1
    var told = Told(size: 1)
    _ = told.submit(.single)
    #expect(
      told.tell(.exited(worker0, holding: chunk(0))) == [
        .keepFailure(chunk(0)), .resolve(job0, .failed), .startWorker(worker1),
      ])
  }

  @Test func `a failing initializer breaks the pool`() {
    // 8.4
    var told = Told(size: 2, ready: false)
    _ = told.submit(.single)
    #expect(
      told.tell(.initializerFailed(worker0)) == [
        .withdrawAll, .resolve(job0, .broken), .sendStop, .killWorker(worker0), .killWorker(worker1),
      ])
    #expect(told.machine.phase == .broken)
    #expect(told.tell(.initializerFailed(worker1)) == [])
    #expect(told.tell(.exited(worker1, holding: nil)) == [])
    #expect(told.tell(.exited(worker0, holding: nil)) == [.wakeJoiners])
  }

  @Test func `a worker that cannot be started breaks the pool, and the last one ends it`() {
    var told = Told(size: 2)
    _ = told.tell(.exited(worker0, holding: nil))
    _ = told.tell(.exited(worker1, holding: nil))
    #expect(told.tell(.workerCouldNotStart(worker2)) == [.sendStop, .killWorker(WorkerID(3))])
    #expect(told.machine.phase == .broken)
    #expect(told.tell(.workerCouldNotStart(WorkerID(3))) == [.wakeJoiners])
  }

  @Test func `workers that die again and again before they are ready break the pool`() {
    // 8.4: and one that becomes ready in between starts the count anew.
    var told = Told(size: 1, ready: false)
    var next = UInt32(0)
    let limit = PoolMachine.deathsBeforeReadyLimit
    for _ in 0..<limit - 1 {
      #expect(!told.machine.isAboutToBreak(ifLost: WorkerID(next)))
      #expect(told.tell(.exited(WorkerID(next), holding: nil)) == [.startWorker(WorkerID(next + 1))])
      next += 1
    }
    #expect(told.machine.isAboutToBreak(ifLost: WorkerID(next)))
    _ = told.tell(.workerReady(WorkerID(next)))
    #expect(!told.machine.isAboutToBreak(ifLost: WorkerID(next)))
    for _ in 0..<limit {
      #expect(told.tell(.exited(WorkerID(next), holding: nil)) == [.startWorker(WorkerID(next + 1))])
      next += 1
    }
    #expect(told.tell(.exited(WorkerID(next), holding: nil)) == [.sendStop, .wakeJoiners])
    #expect(told.machine.phase == .broken)
  }

  @Test func `workers that end after the stop marks do not break the pool`() {
    var told = Told(size: 9, ready: false)
    #expect(told.tell(.closed) == [.sendStop])
    for number in 0..<8 { #expect(told.tell(.exited(WorkerID(UInt32(number)), holding: nil)) == []) }
    #expect(told.tell(.exited(WorkerID(8), holding: nil)) == [.wakeJoiners])
    #expect(told.machine.phase == .closing)
  }

  // MARK: Ending

  @Test func `closing an idle pool stops it`() {
    var told = Told(size: 2)
    #expect(told.tell(.closed) == [.sendStop])
    #expect(told.machine.phase == .closing)
    #expect(told.tell(.closed) == [])
    #expect(told.tell(.exited(worker0, holding: nil)) == [])
    #expect(told.tell(.exited(worker1, holding: nil)) == [.wakeJoiners])
    #expect(told.machine.hasEnded)
  }

  @Test func `closing waits for what was submitted, callbacks included`() {
    // 4.7
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 1, callbackOnSuccess: true))
    #expect(told.tell(.closed) == [])
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [.runCallback(job0, failed: false)])
    #expect(told.tell(.callbackFinished(job0)) == [.resolve(job0, .succeeded), .sendStop])
  }

  @Test func `a closing pool still replaces workers while there is work`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 2))
    _ = told.tell(.closed)
    _ = told.tell(.returned(worker0, chunk(0), failed: false))
    #expect(told.tell(.exited(worker0, holding: nil)) == [.startWorker(worker1)])
    _ = told.tell(.workerReady(worker1))
    #expect(told.tell(.returned(worker1, chunk(1), failed: false)) == [.resolve(job0, .succeeded), .sendStop])
  }

  @Test func `terminating drops everything`() {
    // 4.9, 4.10
    var told = Told(size: 2)
    _ = told.submit(.single)
    _ = told.submit(JobSpec(kind: .ordered, chunks: nil, lookAhead: 2))
    #expect(
      told.tell(.terminated) == [
        .withdrawAll, .resolve(job0, .terminated), .resolve(JobID(1), .terminated), .sendStop,
        .killWorker(worker0), .killWorker(worker1),
      ])
    #expect(told.tell(.terminated) == [])
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [])
    #expect(told.tell(.inputArrived(JobID(1), chunks: 1)) == [])
    #expect(told.tell(.exited(worker0, holding: nil)) == [])
    #expect(told.tell(.exited(worker1, holding: chunk(0))) == [.wakeJoiners])
    #expect(told.tell(.closed) == [])
    #expect(told.machine.phase == .terminated)
  }

  @Test func `a callback that runs while the pool is terminated finishes first`() {
    // 3.10
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 1, callbackOnSuccess: true))
    _ = told.tell(.returned(worker0, chunk(0), failed: false))
    #expect(told.tell(.terminated) == [.withdrawAll, .sendStop, .killWorker(worker0)])
    #expect(told.tell(.exited(worker0, holding: nil)) == [])
    #expect(told.tell(.callbackFinished(job0)) == [.resolve(job0, .succeeded), .wakeJoiners])
  }

  @Test func `terminating a closed pool ends what is left`() {
    var told = Told(size: 1)
    _ = told.submit(.single)
    _ = told.tell(.closed)
    #expect(
      told.tell(.terminated) == [.withdrawAll, .resolve(job0, .terminated), .sendStop, .killWorker(worker0)])
    var idle = Told(size: 1)
    _ = idle.tell(.closed)
    // The stop marks are out already.
    #expect(idle.tell(.terminated) == [.killWorker(worker0)])
    #expect(idle.tell(.exited(worker0, holding: nil)) == [.wakeJoiners])
  }

  @Test func `a cancelled job is withdrawn and later returns do not matter`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 2, callbackOnSuccess: true, callbackOnFailure: true))
    #expect(told.tell(.cancelled(job0)) == [.withdraw(job0), .evict(job0), .resolve(job0, .cancelled)])
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [])
    #expect(told.tell(.cancelled(job0)) == [])
  }

  @Test func `a passed deadline ends who runs the job`() {
    var told = Told(size: 3)
    _ = told.submit(JobSpec(chunks: 2))
    #expect(told.tell(.deadlinePassed(job0)) == [.withdraw(job0), .evict(job0), .resolve(job0, .expired)])
    #expect(told.tell(.exited(worker0, holding: chunk(0))) == [.startWorker(WorkerID(3))])
    #expect(told.tell(.deadlinePassed(job0)) == [])
    #expect(told.tell(.cancelled(job0)) == [])
  }

  @Test func `the error callback hears of a passed deadline`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 2, callbackOnSuccess: true, callbackOnFailure: true))
    #expect(
      told.tell(.deadlinePassed(job0)) == [
        .withdraw(job0), .evict(job0), .keepExpiry(job0), .runCallback(job0, failed: true),
      ])
    #expect(!told.machine.takesChunks(job0))
    #expect(told.machine.isPending(job0))
    // What comes while the callback runs changes nothing.
    #expect(told.tell(.cancelled(job0)) == [])
    #expect(told.tell(.deadlinePassed(job0)) == [])
    #expect(told.tell(.returned(worker0, chunk(1), failed: false)) == [])
    #expect(told.tell(.callbackFinished(job0)) == [.resolve(job0, .expired)])
  }

  @Test func `a chunk that takes too long fails, and its worker ends`() {
    var told = Told(size: 2)
    _ = told.submit(JobSpec(chunks: 2))
    #expect(told.tell(.overran(worker1, chunk(1))) == [.killWorker(worker1), .keepFailure(chunk(1))])
    // Nobody waits for that chunk any more, and its worker ends all the same: it takes no other one.
    #expect(told.tell(.overran(worker1, chunk(1))) == [.killWorker(worker1)])
    #expect(told.tell(.exited(worker1, holding: chunk(1))) == [.startWorker(worker2)])
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [.resolve(job0, .failed)])
    #expect(told.tell(.overran(worker0, chunk(0))) == [.killWorker(worker0)])
    #expect(told.tell(.overran(worker1, chunk(1))) == [])
  }

  @Test func `every chunk that comes back is progress, once`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 3, reportsProgress: true))
    #expect(told.tell(.returned(worker0, chunk(1), failed: false)) == [.advanced(chunk(1))])
    #expect(told.tell(.returned(worker0, chunk(1), failed: false)) == [])
    #expect(told.tell(.returned(worker0, chunk(0), failed: true)) == [.keepFailure(chunk(0)), .advanced(chunk(0))])
    #expect(told.machine.returnedChunks(of: job0, including: 2).map { $0 == (2, false) } ?? false)
    #expect(told.tell(.returned(worker0, chunk(2), failed: false)) == [.advanced(chunk(2)), .resolve(job0, .failed)])
  }

  @Test func `progress may be wanted later`() {
    var told = Told(size: 1)
    _ = told.submit(JobSpec(chunks: 2))
    #expect(told.tell(.returned(worker0, chunk(0), failed: false)) == [])
    #expect(told.tell(.progressWanted(job0)) == [])
    #expect(told.tell(.returned(worker0, chunk(1), failed: false)) == [.advanced(chunk(1)), .resolve(job0, .succeeded)])
    #expect(told.tell(.progressWanted(job0)) == [])
  }

  @Test func `with CPython's rules a dead worker's job is never over`() {
    var machine = PoolMachine(size: 1, rules: .cpython)
    var actions: [PoolAction] = []
    for event in [PoolEvent.opened, .workerReady(worker0), .submitted(.single)] { machine.handle(event, &actions) }
    actions = []
    machine.handle(.exited(worker0, holding: chunk(0)), &actions)
    #expect(actions == [.startWorker(worker1)])
    machine.handle(.closed, &actions)
    #expect(actions == [.startWorker(worker1)])
    machine.handle(.terminated, &actions)
    #expect(actions.contains(.resolve(job0, .terminated)))
  }

  @Test func `with CPython's rules a failing initializer is tried again, and not for ever`() {
    var machine = PoolMachine(size: 1, rules: .cpython)
    var actions: [PoolAction] = []
    machine.handle(.opened, &actions)
    for number in 0..<PoolMachine.deathsBeforeReadyLimit {
      #expect(machine.phase == .running)
      machine.handle(.initializerFailed(WorkerID(UInt32(number))), &actions)
      machine.handle(.exited(WorkerID(UInt32(number)), holding: nil), &actions)
    }
    #expect(machine.phase == .broken)
  }

  @Test func `machines with the same past are equal`() {
    var first = Told(size: 2)
    var second = Told(size: 2)
    #expect(first.machine == second.machine)
    _ = first.submit(JobSpec(chunks: 200))
    _ = second.submit(JobSpec(chunks: 200))
    for index in 0..<150 {
      _ = first.tell(.returned(worker0, chunk(index), failed: false))
      _ = second.tell(.returned(worker0, chunk(149 - index), failed: false))
    }
    // The order in which things came back is forgotten.
    #expect(first.machine == second.machine)
    #expect(first.machine.hashValue == second.machine.hashValue)
    _ = first.tell(.returned(worker0, chunk(160), failed: false))
    #expect(first.machine != second.machine)
  }
}
