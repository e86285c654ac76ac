/// One end of a pipe between two processes or threads; Python's `multiprocessing.connection.Connection`.
///
/// It travels as a `Lock` does, and only so: a forked child does not get it through a global. A process that has passed an
/// end on closes its own copy, or the other end will never be told that it is alone; a pool keeps the connections of its
/// initializer open for its replacements as long as it lives. Two threads may send at the same time, also two processes.
///
/// Difference from CPython: a connection is refused as the argument of a task, like every shared object.
public final class Connection: Codable, Sendable {
  let channel: any Channel
  /// Whether this end can receive.
  public let isReadable: Bool
  /// Whether this end can send.
  public let isWritable: Bool

  private init(_ channel: any Channel, isReadable: Bool, isWritable: Bool) {
    self.channel = channel
    self.isReadable = isReadable
    self.isWritable = isWritable
  }

  /// A pipe, as its two ends; Python's `multiprocessing.Pipe`, whose name Foundation has.
  ///
  /// - Parameters:
  ///   - duplex: whether both ends send and receive; if not, the first only receives and the second only sends.
  ///   - context: there because Python's has one; any start method takes a connection.
  /// - Throws: `system` where no descriptors are left.
  public static func pipe(duplex: Bool = true, context: Context? = nil) throws -> (Connection, Connection) {
    let (first, second) = try CurrentWorld.world.makePipe(isDuplex: duplex)
    return (
      Connection(first, isReadable: true, isWritable: duplex), Connection(second, isReadable: duplex, isWritable: true)
    )
  }

  private enum Key: CodingKey { case channel, isReadable, isWritable }

  /// Joins the pipe whose end another process passed. Used by the library.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    channel = try container.decode(ChannelPart.self, forKey: .channel).channel
    isReadable = try container.decode(Bool.self, forKey: .isReadable)
    isWritable = try container.decode(Bool.self, forKey: .isWritable)
  }

  /// Passes the end to a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(ChannelPart(channel: channel, type: "Connection"), forKey: .channel)
    try container.encode(isReadable, forKey: .isReadable)
    try container.encode(isWritable, forKey: .isWritable)
  }

  /// Sends a value; blocks while the other end has too much unread. Python's `send`.
  ///
  /// - Throws: `queueClosed` after `close`, or when nobody has the other end any more, Python's BrokenPipeError;
  ///   `invalidArgument` at an end that only receives; the value's encoding error.
  @available(*, noasync, message: "This may block the thread; use the async twin.")
  public func send(_ value: some Encodable & Sendable) throws { try channel.send(Wire.encode(value)) }

  /// Sends a value, and suspends while the other end has too much unread; throws what the blocking `send` throws.
  public func send(_ value: some Encodable & Sendable) async throws {
    try await Blocking.run { try self.channel.send(Wire.encode(value)) }
  }

  /// Receives the oldest value that was sent; blocks until there is one. Python's `recv`.
  ///
  /// - Throws: `queueClosed` after `close`, or when nothing is left and nobody has the other end any more, Python's EOFError;
  ///   `invalidArgument` at an end that only sends; `notDecodable` for a value of another type, which is used up.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func receive<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value { try take(type) }

  /// Receives the oldest value that was sent, and suspends until there is one; throws what the blocking `receive` throws.
  public func receive<Value: Decodable & Sendable>(_ type: Value.Type = Value.self) async throws -> Value {
    try await Blocking.run { try self.take(type) }
  }

  private func take<Value: Decodable>(_ type: Value.Type) throws -> Value {
    guard let bytes = try channel.receive() else {
      throw MultiprocessingError(.queueClosed, "The other end of the connection is closed.")
    }
    do {
      return try Wire.decode(type, from: bytes)
    } catch {
      throw MultiprocessingError(.notDecodable, "What came is no \(type): \(error)", cause: error)
    }
  }

  /// Blocks until something can be received, the end included; whether it can. Python's `poll`.
  ///
  /// - Parameter timeout: how long to wait; zero not at all, nil for ever.
  /// - Throws: `queueClosed` after `close`; `invalidArgument` at an end that only sends.
  @available(*, noasync, message: "This may block the thread.")
  public func poll(timeout: Duration? = .zero) throws -> Bool { try channel.waitForMessage(until: sharedDeadline(timeout)) }

  /// Closes this process's copy of the end; Python's `close()`. May be called again, and never blocks.
  public func close() { channel.close() }
}
