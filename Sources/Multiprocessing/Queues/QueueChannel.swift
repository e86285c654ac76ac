import CMultiprocessing
import Synchronization

/// The channel of a queue, in memory that its processes share: see `QueueRing`. Every process has both ends, and forked
/// children get it by themselves.
final class QueueChannel: Channel {
  /// Held until `release`, when it is closed and nobody uses it.
  private let ring: Unmanaged<QueueRing>
  /// How many calls use the ring, and `closed`.
  private let uses = Atomic<Int>(0)
  private let isReleased = Atomic<Bool>(false)
  private static let closed = 1 << 62

  init(_ ring: QueueRing) { self.ring = .passRetained(ring) }

  convenience init() throws(MultiprocessingError) { self.init(try QueueRing()) }

  deinit { release() }

  /// Calls `body` with the ring, whose memory stays until it returns.
  @inline(__always)
  private func use<R>(_ body: (QueueRing) throws(MultiprocessingError) -> R) throws(MultiprocessingError) -> R {
    let before = uses.wrappingAdd(1, ordering: .acquiring).oldValue
    defer { if uses.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed { release() } }
    guard before < Self.closed else { throw MultiprocessingError(.queueClosed, "handle is closed") }
    // Proof: released only after the last use.
    let result: Result<R, MultiprocessingError> = ring._withUnsafeGuaranteedRef { ring in
      Result { () throws(MultiprocessingError) in try body(ring) }
    }
    return try result.get()
  }

  private func release() { if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { ring.release() } }

  // MARK: Putting

  func send(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try send($0) } }

  func send(_ bytes: UnsafeRawBufferPointer) throws {
    try use { ring throws(MultiprocessingError) in
      guard let gate = Gate.current else { return try Self.put(bytes, ring) }
      try gate.perform(.put) { () throws(MultiprocessingError) in try Self.put(bytes, ring) }
    }
  }

  func trySend(_ bytes: [UInt8]) throws -> Bool {
    try bytes.withUnsafeBytes { bytes in
      try use { ring throws(MultiprocessingError) in
        guard let gate = Gate.current else { return try ring.tryPut(bytes) }
        return try gate.perform(.put) { () throws(MultiprocessingError) in try ring.tryPut(bytes) }
      }
    }
  }

  private static func put(_ bytes: UnsafeRawBufferPointer, _ ring: QueueRing) throws(MultiprocessingError) {
    while try !ring.tryPut(bytes) { ring.awaitRoom(bytes.count) }
  }

  // MARK: Taking

  func receive() throws -> [UInt8]? {
    guard case .message(let bytes) = try receive(until: nil) else { return nil }
    return bytes
  }

  func receive(until deadline: Duration?) throws -> Reception {
    try withUnsafeTemporaryAllocation(byteCount: QueueLayout.inlineCapacity, alignment: 16) { room in
      switch try take(into: room, System.deadline(at: deadline)) {
      case .copied(let count): .message([UInt8](UnsafeRawBufferPointer(rebasing: room[..<count])))
      case .large(let bytes): .message(bytes)
      case .nothing: .timedOut
      }
    }
  }

  func receive(into room: UnsafeMutableRawBufferPointer) throws -> Int? {
    switch try take(into: room, -1) {
    case .copied(let count): return count
    case .large(let bytes):
      room.copyBytes(from: bytes.prefix(room.count))
      return bytes.count
    case .nothing: return nil
    }
  }

  private func take(
    into room: UnsafeMutableRawBufferPointer, _ deadline: Int64
  ) throws(MultiprocessingError) -> QueueRing.Take {
    let start = Trace.isOn ? Trace.now : 0
    defer { if start != 0 { Trace.did("wait for a message", since: start) } }
    return try use { ring throws(MultiprocessingError) in
      while true {
        let taken = try ring.tryTake(into: room)
        // Somebody else may take the message that the wait sees.
        guard case .nothing = taken, ring.awaitMessage(until: deadline) else { return taken }
      }
    }
  }

  var hasMessage: Bool { (try? waitForMessage(until: .zero)) ?? false }

  func waitForMessage(until deadline: Duration?) throws -> Bool {
    let limit = System.deadline(at: deadline)
    return try use { $0.awaitMessage(until: limit) }
  }

  // MARK: Closing and sharing

  /// A thread that waits for a message goes on waiting, and the memory goes with it.
  func close() { if uses.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).newValue == Self.closed { release() } }

  func share(to encoder: any Encoder) throws {
    let file = try use { $0.file }
    try SharedChannel.queue(file: SharedChannel.context(of: encoder.userInfo).index(of: file)).encode(to: encoder)
  }
}

/// How a channel travels: by the places of its descriptors among those that come along.
enum SharedChannel: Codable {
  case queue(file: Int)
  case pipe(reader: Int?, writer: Int?)

  /// The channel that another process shared.
  static func channel(from decoder: any Decoder) throws -> any Channel {
    let sharing = try context(of: decoder.userInfo)
    switch try SharedChannel(from: decoder) {
    case .pipe(let reader, let writer): return try SocketChannel.shared(reader, writer, sharing)
    case .queue(let index):
      let descriptors = sharing.descriptors
      guard descriptors.indices.contains(index) else {
        throw MultiprocessingError(.notDecodable, "A shared queue came without its memory.")
      }
      // A worker that shares it again, with pools of its own, passes the memory to forked children too.
      let channel = QueueChannel(try QueueRing(file: descriptors[index]))
      return sharing.object(index) { _ in channel } ?? channel
    }
  }

  static func context(of userInfo: [CodingUserInfoKey: Any]) throws(MultiprocessingError) -> SharingContext {
    try SharingContext.context(of: userInfo, sharing: "SimpleQueue")
  }
}
