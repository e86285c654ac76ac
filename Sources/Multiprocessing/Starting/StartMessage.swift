import CMultiprocessing

/// The message that starts a child: what its receiver reads first, then the start, and with them the descriptors.
///
/// A start that is too long for a message lies in a file in memory, whose descriptor then comes before the others.
struct StartMessage {
  /// How many bytes of a start travel in the message itself.
  static let room = 4096

  private let start: [UInt8]
  let descriptors: [Descriptor]

  /// - Throws: `sharingNotAllowed` when more objects travel than one message takes.
  init(_ start: ChildStart, _ others: [Descriptor]) throws(MultiprocessingError) {
    let bytes = start.bytes
    let main = try MainProcess.pidfd()
    if bytes.count < Self.room {
      self.start = bytes
      descriptors = [main] + others
    } else {
      self.start = []
      descriptors = [try Descriptor.memoryFile("multiprocessing-start", bytes), main] + others
    }
    guard descriptors.count <= Int(MP_MAX_DESCRIPTORS) else {
      throw MultiprocessingError(
        .sharingNotAllowed, "An initializer carries \(others.count) shared objects; \(Int(MP_MAX_DESCRIPTORS) - 3) is the most.")
    }
  }

  /// - Parameter head: what comes before the start.
  func send(_ head: [UInt8], over socket: Descriptor) throws(MultiprocessingError) {
    let bytes = head + start
    let numbers = descriptors.map(\.number)
    let sent = mp_send(socket.number, bytes, bytes.count, numbers, Int32(numbers.count), 1)
    withExtendedLifetime(descriptors) {}
    try System.check(sent, "Sending to a new worker")
  }
}

/// The same message as a child receives it.
struct ReceivedStart {
  /// What came before the start.
  var head: [UInt8]
  /// The start, if it came with the message.
  private let start: [UInt8]
  var descriptors: [Int32]

  /// Receives one message whose head has so many bytes at most; nil when the other end is closed.
  static func receive(_ socket: Int32, head: Int, wait: Bool = true) throws(MultiprocessingError) -> ReceivedStart? {
    var numbers = [Int32](repeating: -1, count: Int(MP_MAX_DESCRIPTORS))
    var count = Int32(numbers.count)
    var length = 0
    // Not filled first: most of it stays untouched, and a new process pays for each page that it touches.
    let bytes = [UInt8](unsafeUninitializedCapacity: head + StartMessage.room) { buffer, filled in
      length = mp_receive(socket, buffer.baseAddress!, buffer.count, &numbers, &count, wait ? 1 : 0)
      filled = max(0, length)
    }
    guard try System.check(length, "Receiving a start") > 0 else { return nil }
    return ReceivedStart(
      head: Array(bytes.prefix(head)), start: Array(bytes.dropFirst(head)), descriptors: Array(numbers[..<Int(count)]))
  }

  /// The start, and the descriptors that belong to it: the main process, and what the role says.
  func decode() throws -> (start: ChildStart, main: Int32, others: [Int32]) {
    let isInline = !start.isEmpty
    guard descriptors.count >= (isInline ? 1 : 2) else {
      throw MultiprocessingError(.notDecodable, "A start came without its descriptors.")
    }
    var bytes = start
    if !isInline {
      let file = Descriptor(descriptors[0])
      bytes = try file.read(file.size(), at: 0)
    }
    let rest = descriptors.dropFirst(isInline ? 0 : 1)
    return (try bytes.withUnsafeBytes(ChildStart.init(bytes:)), rest[rest.startIndex], Array(rest.dropFirst()))
  }
}
