import CMultiprocessing
import Glibc
package import PoolCore

/// The real world: this process, its threads, the system's clock.
package final class SystemWorld: World {
  package static let shared = SystemWorld()

  /// Replaced once, by a child that learns who it is, before it has a second thread.
  private let state = Guarded(ProcessState(identity: .main(), settings: Settings()))

  package var process: ProcessState { state.with { $0 } }

  /// In a forked child; see `Guarded.breakLock`.
  func breakLock() { state.breakLock() }

  /// Makes this process another one: a child, right after its start.
  func become(_ process: ProcessState) {
    state.with { state in
      // The same program: its own children are to begin as it did.
      process.hasExplicitEntry = state.hasExplicitEntry
      state = process
    }
    mp_set_thread_identity(nil)
  }

  package var now: Duration { Duration(clock: mp_now_ns()) }

  package func sleep(for duration: Duration) {
    let scale = process.settings.with { $0.timeScale }
    guard duration > .zero, scale > 0 else { return }
    mp_sleep_until(System.deadline(after: scale == 1 ? duration : duration * scale))
  }

  package func print(_ text: String, flush: Bool) {
    defer { if Trace.isOn { Trace.happened("print", ("text", String(text.prefix(200)))) } }
    var line = text
    line.append("\n")
    // What cannot be printed is lost, as with print of the standard library: a closed output ends no program.
    guard let gate = Gate.current else {
      line.withUTF8 { _ = mp_print($0.baseAddress, $0.count, flush ? 1 : 0) }
      return
    }
    gate.perform(.print) { line.withUTF8 { _ = mp_print($0.baseAddress, $0.count, flush ? 1 : 0) } }
  }

  package func flush() { _ = mp_flush() }

  package func random(in range: Range<Double>) -> Double {
    if let gate = Gate.current, gate.enter(.draw) {
      defer { gate.leave() }
      return gate.drawn(in: range)
    }
    guard let bits = process.draw() else { return Double.random(in: range) }
    let unit = Double(bits >> 11) * 0x1p-53
    return min(range.lowerBound + unit * (range.upperBound - range.lowerBound), range.upperBound.nextDown)
  }

  package func makeParker() -> any Parker { FutexParker() }

  package func local<Value: Sendable>(_ variable: ProcessLocal<Value>) -> ProcessLocal<Value>.Storage {
    variable.storage
  }

  package func startThread(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws {
    try SystemThread.start(identity, body)
  }

  package func startHelper(
    _ role: HelperRole, _ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void
  ) throws {
    try startService(identity, body)
  }

  package func startService(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws {
    // Counted for the fork gate from before it exists: a fork waits until this thread is parked in C.
    mp_announce_helper()
    do {
      try SystemThread.start(identity) {
        mp_become_helper()
        body()
      }
    } catch {
      mp_retract_helper()
      throw error
    }
  }

  package func makeProcessTransport(_ configuration: TransportConfiguration) throws -> any Transport {
    Tracing.startIfAsked()
    return try ProcessTransport(configuration)
  }

  package func openLog(_ path: String, isAppending: Bool) throws -> any LogFile {
    try SystemLogFile(path, isAppending: isAppending)
  }

  package func decodeLog(from decoder: any Decoder) throws -> any LogFile { try SystemLogFile.shared(from: decoder) }

  package func startProcess(_ request: ProcessRequest) throws -> any ProcessHandle {
    Tracing.startIfAsked()
    return try SystemProcess(request)
  }

  package func makeThreadTransport(_ configuration: TransportConfiguration) throws -> any Transport {
    Tracing.startIfAsked()
    return ThreadTransport(configuration)
  }

  package func makeChannel() throws -> any Channel { try QueueChannel() }

  package func makePipe(isDuplex: Bool) throws -> (any Channel, any Channel) { try SocketChannel.pipe(isDuplex: isDuplex) }

  package func makeSharedWords(bytes: Int) throws -> any SharedWords { try MemoryWords(bytes: bytes) }

  package func decodeSharedWords(from decoder: any Decoder) throws -> any SharedWords {
    try MemoryWords.shared(from: decoder)
  }

  package var threadKey: UInt32 { UInt32(bitPattern: mp_thread_id()) }

  package func decodeChannel(from decoder: any Decoder) throws -> any Channel {
    try SharedChannel.channel(from: decoder)
  }

  // MARK: Keeping to a schedule

  /// What the sentence begins with that a run writes to standard error when it leaves its schedule.
  package static let scheduleMark = "schedule: "

  /// Puts the run of this process under a schedule.
  ///
  /// Every line that is printed, and every step of another kind that the schedule names, waits for its turn. To be called
  /// once, by the only thread of a main process; the schedule stays for the life of the process.
  ///
  /// A run that leaves the schedule, or stays at one step for longer than `patience`, is ended with one sentence on standard
  /// error.
  package func keep(to schedule: StepOrder, patience: Duration) throws {
    try Gate.install(schedule, patience: patience)
  }

  /// Ends the run unless the whole schedule has been done; for the end of the program.
  package func finishSchedule() { Gate.current?.finish() }

  package var batchLimit: Int { 64 }

  package func pass(_ point: PassingPoint) {
    guard let gate = Gate.current, case .take = point else { return }
    _ = gate.enter(.take)
  }

  package func did(_ deed: QueueDeed) {
    guard let gate = Gate.current else { return }
    switch deed {
    // The locks that are taken in there are held across no other.
    case .claim: gate.hasTaken()
    case .stopSeen: gate.willStop()
    default: break
    }
  }
}
