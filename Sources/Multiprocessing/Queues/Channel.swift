/// What carries whole messages between processes, in order, to whoever takes one first.
package protocol Channel: AnyObject, Sendable {
  /// Puts one message; blocks while the channel is full.
  func send(_ bytes: [UInt8]) throws

  /// Takes one message; blocks while there is none. Nil: nobody is left who could put one.
  func receive() throws -> [UInt8]?

  /// Takes one message; waits for it until the deadline at the most, for ever where that is nil.
  func receive(until deadline: Duration?) throws -> Reception

  /// Puts one message whose bytes are the caller's.
  func send(_ bytes: UnsafeRawBufferPointer) throws

  /// Takes one message and copies as much of it as there is room for; how many bytes it has. Nil: nobody is left who could put one.
  func receive(into room: UnsafeMutableRawBufferPointer) throws -> Int?

  /// Puts one message if there is room now; whether it did. Never blocks.
  func trySend(_ bytes: [UInt8]) throws -> Bool

  /// Whether a message is waiting.
  var hasMessage: Bool { get }

  /// Waits until there is a message or nobody is left who could put one, at most until the deadline; whether it is so.
  func waitForMessage(until deadline: Duration?) throws -> Bool

  /// Closes this process's ends.
  func close()

  /// Writes what another process needs to open the same channel.
  func share(to encoder: any Encoder) throws
}

/// What came of waiting for a message.
package enum Reception: Sendable {
  case message([UInt8])
  /// Nobody is left who could put one.
  case ended
  case timedOut
}

/// For channels that carry arrays.
extension Channel {
  package func send(_ bytes: UnsafeRawBufferPointer) throws { try send(Array(bytes)) }

  package func receive(into room: UnsafeMutableRawBufferPointer) throws -> Int? {
    guard let bytes = try receive() else { return nil }
    room.copyBytes(from: bytes.prefix(room.count))
    return bytes.count
  }
}

/// For channels that only know to wait for ever and to look: they look again every millisecond of their world's time.
extension Channel {
  package func receive(until deadline: Duration?) throws -> Reception {
    if deadline != nil, try !waitForMessage(until: deadline) { return .timedOut }
    return try receive().map { .message($0) } ?? .ended
  }

  package func trySend(_ bytes: [UInt8]) throws -> Bool {
    try send(bytes)
    return true
  }

  package func waitForMessage(until deadline: Duration?) throws -> Bool {
    let world = CurrentWorld.world
    while !hasMessage {
      if let deadline, world.now >= deadline { return false }
      world.sleep(for: .milliseconds(1))
    }
    return true
  }
}
