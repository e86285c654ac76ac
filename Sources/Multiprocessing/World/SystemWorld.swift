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
    state.with { $0 = process }
    mp_set_thread_identity(nil)
  }

  package var now: Duration { Duration(clock: mp_now_ns()) }

  package func sleep(for duration: Duration) {
    let scale = process.settings.with { $0.timeScale }
    guard duration > .zero, scale > 0 else { return }
    mp_sleep_until(System.deadline(after: scale == 1 ? duration : duration * scale))
  }

  package func print(_ text: String, flush: Bool) {
    var line = text
    line.append("\n")
    // What cannot be printed is lost, as with print of the standard library: a closed output ends no program.
    line.withUTF8 { _ = mp_print($0.baseAddress, $0.count, flush ? 1 : 0) }
  }

  package func flush() { _ = mp_flush() }

  package func random(in range: Range<Double>) -> Double {
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
    try ProcessTransport(configuration)
  }

  package func makeThreadTransport(_ configuration: TransportConfiguration) throws -> any Transport {
    ThreadTransport(configuration)
  }

  package func makeChannel() throws -> any Channel { try SocketChannel() }

  package func makeSharedWords(bytes: Int) throws -> any SharedWords { try MemoryWords(bytes: bytes) }

  package func decodeSharedWords(from decoder: any Decoder) throws -> any SharedWords {
    try MemoryWords.shared(from: decoder)
  }

  package var threadKey: UInt32 { UInt32(bitPattern: mp_thread_id()) }

  package func decodeChannel(from decoder: any Decoder) throws -> any Channel { try SocketChannel.shared(from: decoder) }
}
