import CMultiprocessing
import Glibc

/// A channel on a socket pair that keeps message boundaries: many may put and take at once, none needs a lock, and a process
/// that is killed in the middle harms nobody. A large message lies in a file of its own, whose descriptor goes instead.
final class SocketChannel: Channel {
  private let ends: Guarded<(reader: Descriptor, writer: Descriptor)?>

  /// A message up to this size goes as it is.
  private static let inlineLimit = 32 << 10

  init() throws {
    var numbers: [Int32] = [-1, -1]
    try System.check(mp_socket_pair(&numbers, 0), "socketpair")
    ends = Guarded((Descriptor(numbers[0], isInherited: true), Descriptor(numbers[1], isInherited: true)))
  }

  init(reader: Descriptor, writer: Descriptor) { ends = Guarded((reader, writer)) }

  private func open() throws(MultiprocessingError) -> (reader: Descriptor, writer: Descriptor) {
    guard let ends = ends.with({ $0 }) else { throw MultiprocessingError(.queueClosed, "handle is closed") }
    return ends
  }

  func send(_ bytes: [UInt8]) throws {
    guard let gate = Gate.current else { return try sendNow(bytes) }
    try gate.perform(.put) { () throws(MultiprocessingError) in try sendNow(bytes) }
  }

  private func sendNow(_ bytes: [UInt8]) throws(MultiprocessingError) {
    let writer = try open().writer
    // The first byte says where the message is: 0 here, 1 in the file that comes with it.
    if bytes.count <= Self.inlineLimit {
      try check(mp_send(writer.number, [0] + bytes, bytes.count + 1, nil, 0, 1))
    } else {
      let file = try Descriptor.memoryFile("multiprocessing-message", bytes)
      try check(mp_send(writer.number, [1], 1, [file.number], 1, 1))
      withExtendedLifetime(file) {}
    }
    withExtendedLifetime(writer) {}
  }

  private func check(_ sent: Int) throws(MultiprocessingError) {
    if sent == -Int(EPIPE) { throw MultiprocessingError(.queueClosed, "[Errno 32] Broken pipe") }
    try System.check(sent, "Sending to a queue")
  }

  func receive() throws -> [UInt8]? {
    let reader = try open().reader
    defer { withExtendedLifetime(reader) {} }
    var file: Int32 = -1
    var count: Int32 = 1
    var length = 0
    var failure: Int = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.inlineLimit + 1) { buffer, initialized in
      let result = mp_receive(reader.number, buffer.baseAddress, buffer.count, &file, &count, 1)
      length = max(0, result)
      failure = min(0, result)
      initialized = length
    }
    try System.check(failure, "Receiving from a queue")
    guard length > 0 else { return nil }
    guard count == 1 else { return Array(bytes.dropFirst()) }
    let content = Descriptor(file)
    return try content.read(content.size(), at: 0)
  }

  var hasMessage: Bool {
    guard let reader = try? open().reader else { return false }
    return reader.use { number in
      var number = number
      var ready: UInt8 = 0
      return mp_poll(&number, &ready, 1, 0) > 0
    }
  }

  func close() { ends.with { $0 = nil } }

  func share(to encoder: any Encoder) throws {
    let ends = try open()
    guard let sharing = encoder.userInfo[SharingContext.key] as? SharingContext else {
      throw MultiprocessingError(
        .sharingNotAllowed, "SimpleQueue objects should only be shared between processes through inheritance")
    }
    var container = encoder.unkeyedContainer()
    try container.encode(sharing.index(of: ends.reader))
    try container.encode(sharing.index(of: ends.writer))
  }

  /// The channel that another process shared.
  static func shared(from decoder: any Decoder) throws -> SocketChannel {
    guard let sharing = decoder.userInfo[SharingContext.key] as? SharingContext else {
      throw MultiprocessingError(
        .sharingNotAllowed, "SimpleQueue objects should only be shared between processes through inheritance")
    }
    var container = try decoder.unkeyedContainer()
    let reader = try container.decode(Int.self)
    let writer = try container.decode(Int.self)
    let descriptors = sharing.descriptors
    guard descriptors.indices.contains(reader), descriptors.indices.contains(writer) else {
      throw MultiprocessingError(.notDecodable, "A shared queue came without its descriptors.")
    }
    let channel = sharing.object(reader) { _ in
      SocketChannel(reader: descriptors[reader], writer: descriptors[writer])
    }
    guard let channel else { throw MultiprocessingError(.notDecodable, "A shared queue came without its descriptors.") }
    return channel
  }
}
