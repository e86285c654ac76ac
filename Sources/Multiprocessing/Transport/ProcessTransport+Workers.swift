import CMultiprocessing
import Glibc
package import PoolCore

/// Watching and ending workers, and hearing what they say.
extension ProcessTransport {
  /// How long a worker may take to end when it is asked; then it is killed.
  private static let patience: Duration = .milliseconds(500)

  /// How long a server may take to report an end: a busy machine must not make one up. A server that is gone is not waited for.
  private static let reportPatience: Duration = .seconds(5)

  package func kill(_ id: WorkerID) {
    let worker = state.with { state -> Worker? in
      guard var worker = state.workers[id] else {
        state.doomed.insert(id)
        return nil
      }
      worker.killDeadline = System.deadline(after: Self.patience)
      state.workers[id] = worker
      return worker
    }
    guard let worker else { return }
    worker.signal(SIGTERM)
    mp_event_signal(event.number)
  }

  // MARK: Worker handler

  package func watchWorkers() {
    let workers = state.with { $0.workers.values.filter { $0.status == nil } }
    let connection = connection
    // Every end is seen here; how a server's worker ended, the server reports a moment later.
    let watched = workers.filter { $0.reportDeadline == nil }
    var numbers = [event.number] + watched.map(\.child.pidfd.number)
    let canBeReported = connection?.isClosed == false
    if let connection, canBeReported { numbers.append(connection.socket.number) }
    var ready = [UInt8](repeating: 0, count: numbers.count)
    let reportDeadlines = workers.compactMap { canBeReported ? $0.reportDeadline : $0.reportDeadline.map { _ in 0 } }
    // What came while a start was answered is not in the line any more.
    let deadline = connection?.hasExits == true ? 0 : (workers.compactMap(\.killDeadline) + reportDeadlines).min() ?? -1
    let count = withExtendedLifetime(watched) { mp_poll(numbers, &ready, Int32(numbers.count), deadline) }
    guard count >= 0 else { return }
    mp_event_drain(event.number)

    // As a server reports them, whoever does.
    var ended: [ServerMessage] = []
    var unreported: [WorkerID] = []
    for (index, worker) in watched.enumerated() where ready[index + 1] != 0 {
      if worker.isForked {
        unreported.append(worker.id)
      } else {
        var status: Int32 = 0
        worker.child.pidfd.use { _ = mp_pidfd_reap($0, &status, 1) }
        ended.append(ServerMessage(.exited, id: UInt64(worker.id.rawValue), value: status))
      }
    }
    if let connection { ended += connection.takeExits() }
    forceDue()
    note(ended, unreported, canBeReported: connection?.isClosed == false)
  }

  /// Records ends, and gives up waiting for reports that do not come: nobody can say how a worker ended whose server is gone
  /// or stopped.
  private func note(_ ended: [ServerMessage], _ unreported: [WorkerID], canBeReported: Bool) {
    let now = mp_now_ns()
    let isNews = state.with { state in
      let before = state.ended.count
      for id in unreported {
        state.workers[id]?.reportDeadline = System.deadline(after: Self.reportPatience)
      }
      var ended = ended
      for worker in state.workers.values where worker.status == nil {
        guard let limit = worker.reportDeadline, limit <= now || !canBeReported else { continue }
        ended.append(ServerMessage(.exited, id: UInt64(worker.id.rawValue), value: -SIGKILL))
      }
      for end in ended {
        let id = WorkerID(UInt32(truncatingIfNeeded: end.id))
        guard var worker = state.workers[id], worker.status == nil else { continue }
        worker.status = end.value
        worker.killDeadline = nil
        worker.reportDeadline = nil
        state.workers[id] = worker
        state.ended.append(worker)
      }
      return state.ended.count > before
    }
    if isNews { wakeCollector() }
  }

  /// Kills by force whoever was asked to end and did not in time.
  private func forceDue() {
    let now = mp_now_ns()
    let due = state.with { state -> [Worker] in
      let due = state.workers.values.filter { $0.status == nil && $0.killDeadline.map { $0 <= now } == true }
      for worker in due { state.workers[worker.id]?.killDeadline = nil }
      return due
    }
    for worker in due { worker.signal(SIGKILL) }
  }

  // MARK: Result handler

  package func collect(_ reports: inout [WorkerReport], until deadline: Duration?) {
    let limit = System.deadline(at: deadline)
    let header = segment.base
    while true {
      if segment.look(until: { gather(&reports) }) { return }
      if limit >= 0, mp_now_ns() >= limit { return }
      let signal = mp_load32(header + Layout.resultSignal)
      let turn = mp_load32(header + Layout.collectorSleeps)
      mp_store32(header + Layout.collectorSleeps, turn &+ 1)
      mp_fence()
      if !hasNews { _ = mp_futex_wait(header + Layout.resultSignal, signal, limit, 1) }
      mp_store32(header + Layout.collectorSleeps, turn &+ 2)
    }
  }

  private var hasNews: Bool {
    let (listeners, isNews) = state.with { ($0.listeners, $0.collectorIsInterrupted || !$0.ended.isEmpty) }
    return isNews || listeners.contains { !ResultRing(segment: segment, area: $0.area).isEmpty }
  }

  /// Appends what there is to report; false if there is nothing and nobody interrupts.
  private func gather(_ reports: inout [WorkerReport]) -> Bool {
    // The ends are taken first: what an ended worker has said is all in its ring by then.
    let (listeners, ended, isInterrupted) = state.with { state in
      defer {
        if !state.ended.isEmpty { state.ended = [] }
        state.collectorIsInterrupted = false
      }
      return (state.listeners, state.ended, state.collectorIsInterrupted)
    }
    drain(listeners, &reports)
    for worker in ended { report(end: worker, &reports) }
    return !reports.isEmpty || isInterrupted
  }

  /// Appends what the workers have said, nothing before what it may depend on.
  ///
  /// Rings are looked at one after the other. Meanwhile one worker may hand in an outcome, and another one take the next task
  /// and hand in that: to hear the second and not the first would turn their order around. So the rings are looked at again
  /// for what has an earlier ticket than the last one heard, until there is nothing; then all are put into the order of
  /// their tickets. A worker can add one record at most to those, so the rounds are bounded, also where a worker lies.
  func drain(_ listeners: [Listener], _ reports: inout [WorkerReport]) {
    var heard = Heard(first: reports.count)
    for listener in listeners { drain(listener, below: .max, &heard, &reports) }
    guard listeners.count > 1, heard.last > 0 else { return }
    let limit = heard.last
    for _ in listeners {
      let count = reports.count
      for listener in listeners { drain(listener, below: limit, &heard, &reports) }
      if reports.count == count { break }
    }
    heard.sort(&reports)
  }

  private func drain(_ worker: Listener, below limit: UInt64, _ heard: inout Heard, _ reports: inout [WorkerReport]) {
    let ring = ResultRing(segment: segment, area: worker.area)
    guard !ring.isEmpty else { return }
    defer { ring.signalSpace() }
    do {
      // No more than the ring holds: a worker that goes on meanwhile must not keep the others waiting.
      let end = ring.end
      while ring.isBefore(end), let record = try ring.read(below: limit, inPlace: true) {
        reports.append(try Self.report(worker.id, record))
        heard.append(record.ticket)
      }
    } catch {
      // Whatever writes into this ring is no worker of ours any more; its end is reported as any other.
      let worker = state.with { state in
        state.needsAudit = true
        return state.workers[worker.id]
      }
      worker?.signal(SIGKILL)
    }
  }

  private static func report(_ worker: WorkerID, _ record: ResultRing.Record) throws -> WorkerReport {
    if let failure = record.failure, record.kind == .succeeded || record.kind == .failed {
      return .returned(worker, record.chunk, .failed(failure))
    }
    switch record.kind {
    case .ready, .skip: return .ready(worker)
    case .couldNotBegin:
      let error = try Wire.decode(RemoteError.self, from: record.payload)
      return .initializerFailed(
        worker,
        MultiprocessingError(
          .workerCouldNotStart, "\(error.failure.worker) could not begin: \(error.failure.description)",
          remote: error.failure))
    case .initializerFailed:
      return .initializerFailed(worker, try Wire.decode(RemoteError.self, from: record.payload).asError)
    case .succeeded:
      if let few = record.few { return .returned(worker, record.chunk, .few(few)) }
      return .returned(worker, record.chunk, record.mapped.map { .mapped($0) } ?? .encoded(record.payload))
    case .failed:
      let error = try Wire.decode(RemoteError.self, from: record.payload).asError
      return .returned(worker, record.chunk, .failed(error))
    }
  }

  private func report(end worker: Worker, _ reports: inout [WorkerReport]) {
    Gate.current?.hasEnded(.worker(worker.number))
    if Trace.isOn { Trace.happened("\(worker.name) has ended", ("status", "\(worker.status ?? 0)")) }
    let claimed = queue.takeBack(from: worker.area)
    let held = ResultRing(segment: segment, area: worker.area).held ?? claimed.first
    if claimed.contains(where: { $0 != held }) { state.with { $0.needsAudit = true } }
    queue.forget(area: worker.area)
    // What it returned and then did not forget before it died is no longer held.
    let returned = reports.contains { report in
      if case .returned(worker.id, held, _) = report { return true }
      return false
    }
    state.with { state in
      state.workers[worker.id] = nil
      state.listeners.removeAll { $0.id == worker.id }
      state.freeAreas.append(worker.area)
    }
    reports.append(
      .exited(
        worker.id, name: worker.name, processID: worker.child.processID, status: worker.status ?? 0,
        holding: returned ? nil : held))
  }
}
