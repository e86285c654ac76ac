import CMultiprocessing

/// The message that starts a child: a few bytes, and the descriptors of everything else.
struct StartMessage {
  let descriptors: [Descriptor]

  /// - Throws: `sharingNotAllowed` when more objects travel than one message takes.
  init(_ start: ChildStart, _ others: [Descriptor]) throws(MultiprocessingError) {
    let bytes: [UInt8]
    do {
      bytes = try Wire.encode(start)
    } catch {
      throw MultiprocessingError(.notEncodable, "The start of a worker cannot be encoded: \(error)", cause: error)
    }
    descriptors = [
      try Descriptor.memoryFile("multiprocessing-start", bytes), try MainProcess.pidfd(),
    ] + others
    guard descriptors.count <= Int(MP_MAX_DESCRIPTORS) else {
      throw MultiprocessingError(
        .sharingNotAllowed, "An initializer carries \(others.count) shared objects; \(Int(MP_MAX_DESCRIPTORS) - 3) is the most.")
    }
  }

  func send(_ bytes: [UInt8], over socket: Descriptor) throws(MultiprocessingError) {
    let numbers = descriptors.map(\.number)
    let sent = mp_send(socket.number, bytes, bytes.count, numbers, Int32(numbers.count), 1)
    withExtendedLifetime(descriptors) {}
    try System.check(sent, "Sending to a new worker")
  }
}

/// The same message as a child receives it.
struct ReceivedStart {
  var bytes: [UInt8]
  /// The descriptors behind the first, which is used up.
  var descriptors: [Int32]

  /// Receives one message; nil when the other end is closed.
  static func receive(_ socket: Int32, wait: Bool = true) throws(MultiprocessingError) -> ReceivedStart? {
    var bytes = [UInt8](repeating: 0, count: 64)
    var numbers = [Int32](repeating: -1, count: Int(MP_MAX_DESCRIPTORS))
    var count = Int32(numbers.count)
    let length = try System.check(
      mp_receive(socket, &bytes, bytes.count, &numbers, &count, wait ? 1 : 0), "Receiving a start")
    guard length > 0 else { return nil }
    return ReceivedStart(bytes: Array(bytes[..<length]), descriptors: Array(numbers[..<Int(count)]))
  }

  /// What the first descriptor's file says.
  func decode() throws -> ChildStart {
    guard let first = descriptors.first else {
      throw MultiprocessingError(.notDecodable, "A start came without its description.")
    }
    let file = Descriptor(first)
    return try Wire.decode(ChildStart.self, from: file.read(file.size(), at: 0))
  }
}
