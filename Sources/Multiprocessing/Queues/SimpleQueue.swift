/// A queue between processes: first in, first out, any number of writers and readers; Python's `SimpleQueue`.
///
/// It reaches worker processes as a stored property of an `Initializer`, never as the argument of a task: that throws
/// `sharingNotAllowed`, as in Python. Between threads it goes anywhere. There is no time-out and no size of one's own; `put`
/// blocks while 4,096 elements are waiting, or 64 MiB of elements above 4 KiB. A process that is killed in the middle of a `put`
/// or `get` stops nobody, and takes the element with it at most.
///
/// It lives in memory that its processes share: to put and to take a small element costs no system call, but where somebody
/// waits for it. Elements that are `PlainData` are not even encoded.
public final class SimpleQueue<Element: Codable & Sendable>: Codable, Sendable {
  private let channel: any Channel
  /// Whether elements travel as they lie in memory.
  @usableFromInline let isPlain = Element.self is any PlainData.Type

  /// A queue for processes of any start method.
  ///
  /// - Parameter context: there because Python's has one; it makes no difference.
  /// - Throws: `system` where no descriptors or no memory are left.
  public init(context: Context? = nil) throws {
    channel = try CurrentWorld.world.makeChannel()
  }

  /// Joins the queue that another process shared. Used by the library; throws for any other decoder.
  public init(from decoder: any Decoder) throws {
    channel = try CurrentWorld.world.decodeChannel(from: decoder)
  }

  /// Shares the queue with a new worker. Used by the library; throws for any other encoder.
  public func encode(to encoder: any Encoder) throws { try channel.share(to: encoder) }

  /// Puts an element; blocks while the queue is full.
  ///
  /// - Throws: the element's encoding error, which leaves the queue as it was; `queueClosed` after `close`; `system` where no
  ///   memory is left.
  @inlinable public func put(_ element: Element) throws {
    // Inlined: code that does not know the type when it is compiled takes several times as long.
    if isPlain { try withUnsafeBytes(of: element) { try send($0) } } else { try encodeAndSend(element) }
  }

  @usableFromInline func send(_ bytes: UnsafeRawBufferPointer) throws { try channel.send(bytes) }

  @usableFromInline func encodeAndSend(_ element: Element) throws { try channel.send(Wire.encode(element)) }

  /// Takes the oldest element; blocks until there is one.
  ///
  /// - Throws: `queueClosed` after `close`; `notDecodable` where a process has written nonsense into the queue's memory.
  @available(*, noasync, message: "This blocks the thread; in async code use the twin that suspends.")
  @inlinable public func get() throws -> Element { try take() }

  @inlinable func take() throws -> Element { isPlain ? try takePlain() : try takeAndDecode() }

  @usableFromInline func takeAndDecode() throws -> Element {
    guard let bytes = try channel.receive() else { throw Ended.error }
    return try Wire.decode(Element.self, from: bytes)
  }

  @inlinable func takePlain() throws -> Element {
    try withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { room in
      try receive(UnsafeMutableRawBufferPointer(room), MemoryLayout<Element>.size)
      // Proof: as many bytes as a value has, and any bits are one.
      return UnsafeRawPointer(room.baseAddress!).load(as: Element.self)
    }
  }

  @usableFromInline func receive(_ room: UnsafeMutableRawBufferPointer, _ size: Int) throws {
    guard let count = try channel.receive(into: room) else { throw Ended.error }
    guard count == size else { throw MultiprocessingError(.notDecodable, "\(count) bytes are no \(Element.self).") }
  }

  /// Takes the oldest element, and suspends until there is one; throws what the blocking `get` throws.
  public func get() async throws -> Element { try await Blocking.run { try self.take() } }

  /// Whether nothing is waiting; another process may change that at any moment. Python's `empty()`.
  public var isEmpty: Bool { !channel.hasMessage }

  /// Ends this process's use of the queue, and may be called again. Python's `close()`, since 3.9.
  ///
  /// A thread that waits in `get` goes on waiting. The memory goes with the last process that has the queue open.
  public func close() { channel.close() }
}

private enum Ended {
  static var error: MultiprocessingError {
    MultiprocessingError(.queueClosed, "The queue is empty and nobody is left to put anything.")
  }
}
