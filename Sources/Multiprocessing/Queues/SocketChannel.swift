import CMultiprocessing
import Glibc

/// One end of a pipe, on a socket pair that keeps message boundaries: many may put and take at once, none needs a lock, and a
/// process that is killed in the middle harms nobody. A large message lies in a file of its own, whose descriptor goes instead.
///
/// It has a descriptor or none for each direction, and reaches other processes only by being passed: were it inherited as
/// well, the other end would not be seen to close.
final class SocketChannel: Channel {
  private struct Ends: Sendable {
    var reader: Descriptor?
    var writer: Descriptor?
  }
  private let ends: Guarded<Ends?>

  /// A message up to this size goes as it is.
  private static let inlineLimit = 32 << 10

  init(reader: Descriptor?, writer: Descriptor?) { ends = Guarded(Ends(reader: reader, writer: writer)) }

  /// The two ends of a pipe; of a simplex one the first only reads and the second only writes.
  static func pipe(isDuplex: Bool) throws -> (SocketChannel, SocketChannel) {
    let (first, second) = try Descriptor.socketPair()
    return (
      SocketChannel(reader: first, writer: isDuplex ? first : nil),
      SocketChannel(reader: isDuplex ? second : nil, writer: second)
    )
  }

  private func open() throws(MultiprocessingError) -> Ends {
    guard let ends = ends.with({ $0 }), ends.reader?.isOpen != false, ends.writer?.isOpen != false else {
      throw MultiprocessingError(.queueClosed, "handle is closed")
    }
    return ends
  }

  func openReader() throws(MultiprocessingError) -> Descriptor {
    guard let reader = try open().reader else { throw MultiprocessingError(.invalidArgument, "connection is write-only") }
    return reader
  }

  func send(_ bytes: [UInt8]) throws {
    guard let gate = Gate.current else { return _ = try send(bytes, wait: true) }
    try gate.perform(.put) { () throws(MultiprocessingError) in _ = try send(bytes, wait: true) }
  }

  func trySend(_ bytes: [UInt8]) throws -> Bool {
    guard let gate = Gate.current else { return try send(bytes, wait: false) }
    return try gate.perform(.put) { () throws(MultiprocessingError) in try send(bytes, wait: false) }
  }

  /// Whether it was sent; false if there is no room and it must not wait.
  private func send(_ bytes: [UInt8], wait: Bool) throws(MultiprocessingError) -> Bool {
    guard let writer = try open().writer else {
      throw MultiprocessingError(.invalidArgument, "connection is read-only")
    }
    let sent: Int
    // The first byte says where the message is: 0 here, 1 in the file that comes with it.
    if bytes.count <= Self.inlineLimit {
      sent = mp_send(writer.number, [0] + bytes, bytes.count + 1, nil, 0, wait ? 1 : 0)
    } else {
      let file = try Descriptor.memoryFile("multiprocessing-message", bytes)
      sent = mp_send(writer.number, [1], 1, [file.number], 1, wait ? 1 : 0)
      withExtendedLifetime(file) {}
    }
    withExtendedLifetime(writer) {}
    if sent == -Int(EAGAIN), !wait { return false }
    if sent == -Int(EPIPE) { throw MultiprocessingError(.queueClosed, "[Errno 32] Broken pipe") }
    try System.check(sent, "Sending to a pipe")
    return true
  }

  func receive() throws -> [UInt8]? {
    switch try Trace.measure("wait for a message", { try receive(wait: true) }) {
    case .message(let bytes): bytes
    case .ended, .timedOut: nil
    }
  }

  func receive(until deadline: Duration?) throws -> Reception {
    try Trace.measure("wait for a message") { try receiveInTime(deadline) }
  }

  private func receiveInTime(_ deadline: Duration?) throws -> Reception {
    guard deadline != nil else { return try receive(wait: true) }
    while true {
      let reception = try receive(wait: false)
      guard case .timedOut = reception else { return reception }
      // Somebody else may take the message that this sees.
      if try !waitForMessage(until: deadline) { return .timedOut }
    }
  }

  /// Takes one message; `timedOut` if there is none and it must not wait.
  private func receive(wait: Bool) throws -> Reception {
    let reader = try openReader()
    defer { withExtendedLifetime(reader) {} }
    var file: Int32 = -1
    var count: Int32 = 1
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.inlineLimit + 1) { buffer, initialized in
      result = mp_receive(reader.number, buffer.baseAddress, buffer.count, &file, &count, wait ? 1 : 0)
      initialized = max(0, result)
    }
    if result == -Int(EAGAIN), !wait { return .timedOut }
    // The peer ended with messages of ours unread: to the reader it has ended.
    if result == -Int(ECONNRESET) { return .ended }
    try System.check(result, "Receiving from a pipe")
    guard result > 0 else { return .ended }
    guard count == 1 else { return .message(Array(bytes.dropFirst())) }
    let content = Descriptor(file)
    return .message(try content.read(content.size(), at: 0))
  }

  var hasMessage: Bool { (try? waitForMessage(until: .zero)) ?? false }

  func waitForMessage(until deadline: Duration?) throws -> Bool {
    let limit = System.deadline(at: deadline)
    return try openReader().use { number throws(MultiprocessingError) in
      var number = number
      var ready: UInt8 = 0
      return try System.check(mp_poll(&number, &ready, 1, limit), "poll") > 0
    }
  }

  func close() { ends.with { $0 = nil } }

  func share(to encoder: any Encoder) throws {
    let ends = try open()
    let sharing = try SharedChannel.context(of: encoder.userInfo)
    let indices = (ends.reader.map { sharing.index(of: $0) }, ends.writer.map { sharing.index(of: $0) })
    try SharedChannel.pipe(reader: indices.0, writer: indices.1).encode(to: encoder)
  }

  /// The end of a pipe that another process shared.
  static func shared(_ reader: Int?, _ writer: Int?, _ sharing: SharingContext) throws -> SocketChannel {
    let descriptors = sharing.descriptors
    guard let first = reader ?? writer, [reader, writer].allSatisfy({ $0.map(descriptors.indices.contains) ?? true }) else {
      throw MultiprocessingError(.notDecodable, "A shared pipe came without its descriptors.")
    }
    let channel = sharing.object(first) { _ in
      // A pipe's end is not for this process's forked children.
      descriptors[first].own()
      return SocketChannel(reader: reader.map { descriptors[$0] }, writer: writer.map { descriptors[$0] })
    }
    guard let channel else { throw MultiprocessingError(.notDecodable, "A shared pipe came without its descriptors.") }
    return channel
  }
}
