import CMultiprocessing
import Synchronization

/// The channel of a queue, in memory that its processes share: see `QueueRing`. Every process has both ends, and forked
/// children get it by themselves.
final class QueueChannel: Channel {
  // Written once after init, when it is closed, nobody uses it, and `isReleased` says that it was this thread that noticed.
  private nonisolated(unsafe) var ring: QueueRing?
  /// How many calls use the ring, and `closed`.
  private let uses = Atomic<Int>(0)
  private let isReleased = Atomic<Bool>(false)
  private static let closed = 1 << 62

  init() throws(MultiprocessingError) { ring = try QueueRing() }

  init(_ ring: QueueRing) { self.ring = ring }

  /// Calls `body` with the ring, whose memory stays until it returns.
  @inline(__always) private func use<R>(_ body: (QueueRing) throws(MultiprocessingError) -> R) throws(MultiprocessingError) -> R {
    let before = uses.wrappingAdd(1, ordering: .acquiring).oldValue
    defer { if uses.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed { release() } }
    guard before < Self.closed, let ring else { throw MultiprocessingError(.queueClosed, "handle is closed") }
    return try body(ring)
  }

  private func release() { if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { ring = nil } }

  // MARK: Putting

  func send(_ bytes: [UInt8]) throws {
    try use { ring throws(MultiprocessingError) in
      guard let gate = Gate.current else { return try Self.put(bytes, ring) }
      try gate.perform(.put) { () throws(MultiprocessingError) in try Self.put(bytes, ring) }
    }
  }

  func trySend(_ bytes: [UInt8]) throws -> Bool {
    try use { ring throws(MultiprocessingError) in
      guard let gate = Gate.current else { return try Self.tryPut(bytes, ring) }
      return try gate.perform(.put) { () throws(MultiprocessingError) in try Self.tryPut(bytes, ring) }
    }
  }

  private static func put(_ bytes: [UInt8], _ ring: QueueRing) throws(MultiprocessingError) {
    while try !tryPut(bytes, ring) { ring.awaitRoom(bytes.count) }
  }

  private static func tryPut(_ bytes: [UInt8], _ ring: QueueRing) throws(MultiprocessingError) -> Bool {
    let result: Result<Bool, MultiprocessingError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(MultiprocessingError) in try ring.tryPut(bytes) }
    }
    return try result.get()
  }

  // MARK: Taking

  func receive() throws -> [UInt8]? {
    guard case .message(let bytes) = try receive(until: nil) else { return nil }
    return bytes
  }

  func receive(until deadline: Duration?) throws -> Reception {
    let limit = System.deadline(at: deadline)
    guard Trace.isOn else { return try use { ring throws(MultiprocessingError) in try Self.take(ring, limit) } }
    return try Trace.measure("wait for a message") {
      try use { ring throws(MultiprocessingError) in try Self.take(ring, limit) }
    }
  }

  private static func take(_ ring: QueueRing, _ deadline: Int64) throws(MultiprocessingError) -> Reception {
    var bytes: [UInt8] = []
    while true {
      var taken = QueueRing.Take.nothing
      var failure: MultiprocessingError?
      withUnsafeTemporaryAllocation(byteCount: QueueLayout.inlineCapacity, alignment: 16) { room in
        do throws(MultiprocessingError) {
          taken = try ring.tryTake(into: room.baseAddress!)  // Proof: the room is not empty.
          if case .copied(let count) = taken { bytes = [UInt8](UnsafeRawBufferPointer(rebasing: room[..<count])) }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      switch taken {
      case .copied: return .message(bytes)
      case .large(let bytes): return .message(bytes)
      case .nothing:
        // Somebody else may take the message that this sees.
        guard ring.awaitMessage(until: deadline) else { return .timedOut }
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
    guard let sharing = userInfo[SharingContext.key] as? SharingContext else {
      throw MultiprocessingError(
        .sharingNotAllowed, "SimpleQueue objects should only be shared between processes through inheritance")
    }
    return sharing
  }
}
