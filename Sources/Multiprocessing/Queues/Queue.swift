/// A queue between processes with a size, time-outs and a `put` that waits for no reader; Python's `multiprocessing.Queue`.
///
/// First in, first out for what one thread puts; any number of writers and readers. It travels as a `Lock` does: as a stored
/// property of an `Initializer` or of a process's target. What a process has put and no reader has made room for waits in
/// that process, which does not end before it has been sent; see `cancelJoinThread`. A process that is killed takes it along.
///
/// Differences from CPython: an element that cannot be encoded throws in `put` (there it is dropped later, with a trace on
/// standard error), and is in the queue as soon as `put` returns where there is room (there a moment later).
public class Queue<Element: Codable & Sendable>: Codable, @unchecked Sendable {
  // Sendable: nothing changes after init but what locks and atomic words protect.
  private let channel: any Channel
  let words: any SharedWords
  /// The feeder of the process with this id: a forked child needs one of its own.
  private let feeder: Guarded<(processID: Int32, feeder: Feeder)>

  /// The words: free places and who waits for one; the size; see `JoinableQueue` for the rest.
  private var places: CountingCore { CountingCore(words: words) }
  private static var sizeWord: Int { 2 }

  /// A queue that holds so many elements at a time; Python's `Queue(maxsize)`.
  ///
  /// - Parameters:
  ///   - maxSize: 0 or less for as many as come.
  ///   - context: there because Python's has one; any start method takes the queue.
  /// - Throws: `system` where no descriptors or no memory are left.
  public init(maxSize: Int = 0, context: Context? = nil) throws {
    channel = try CurrentWorld.world.makeChannel()
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    let size = maxSize > 0 ? UInt32(clamping: min(maxSize, Int(Int32.max))) : UInt32(Int32.max)
    words.store(0, size)
    words.store(Self.sizeWord, size)
    feeder = Guarded((ProcessIdentity.current.processID, Feeder(channel)))
  }

  /// Joins the queue that another process shared. Used by the library.
  public required init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    words = try container.decode(SharedWordsPart.self, forKey: .words).words
    channel = try container.decode(ChannelPart.self, forKey: .channel).channel
    feeder = Guarded((ProcessIdentity.current.processID, Feeder(channel)))
  }

  /// Shares the queue with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(SharedWordsPart(words: words, type: Self.typeName), forKey: .words)
    try container.encode(ChannelPart(channel: channel, type: Self.typeName), forKey: .channel)
  }

  private enum Key: CodingKey { case words, channel }

  class var typeName: String { "Queue" }

  /// Called before an element can be taken.
  func willPut() {}

  /// Called when it did not get into the queue after all.
  func putFailed() {}

  // MARK: Putting

  private var ownFeeder: Feeder {
    let process = ProcessIdentity.current.processID
    return feeder.with { held in
      if held.processID != process { held = (process, Feeder(channel)) }
      return held.feeder
    }
  }

  private var closedError: MultiprocessingError { MultiprocessingError(.queueClosed, "\(Self.typeName) is closed") }

  /// Puts an element; blocks while the queue is full, at most for the time-out, and never for a slow reader.
  ///
  /// - Parameters:
  ///   - element: encoded before this returns, so later changes of what it refers to do not travel.
  ///   - blocking: whether to wait for a place; if not, the time-out is ignored.
  ///   - timeout: how long to wait; nil for ever, a negative one is zero.
  /// - Throws: `queueFull`; `queueClosed` after `close`; the element's encoding error, which leaves the queue as it was.
  @available(*, noasync, message: "This may block the thread; use the async twin.")
  public func put(_ element: Element, blocking: Bool = true, timeout: Duration? = nil) throws {
    try putNow(element, blocking, sharedDeadline(timeout))
  }

  /// Puts an element, and suspends while the queue is full; throws what the blocking `put` throws.
  public func put(_ element: Element, timeout: Duration? = nil) async throws {
    let deadline = sharedDeadline(timeout)
    try await Blocking.run { try self.putNow(element, true, deadline) }
  }

  private func putNow(_ element: Element, _ blocking: Bool, _ deadline: Duration?) throws {
    let feeder = ownFeeder
    guard !feeder.isClosed else { throw closedError }
    let bytes = try Wire.encode(element)
    guard places.acquire(blocking: blocking, until: deadline) else {
      throw MultiprocessingError(.queueFull, "The queue is full.")
    }
    willPut()
    do {
      try feeder.send(bytes)
    } catch {
      _ = places.release()
      putFailed()
      throw error
    }
  }

  // MARK: Taking

  /// Takes the oldest element; blocks until there is one, at most for the time-out. Python's `get`.
  ///
  /// - Parameters:
  ///   - blocking: whether to wait for an element; if not, the time-out is ignored.
  ///   - timeout: how long to wait; nil for ever, a negative one is zero.
  /// - Throws: `queueEmpty`; `queueClosed` after `close`.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func get(blocking: Bool = true, timeout: Duration? = nil) throws -> Element {
    try take(blocking ? sharedDeadline(timeout) : .zero)
  }

  /// Takes the oldest element, and suspends until there is one; throws what the blocking `get` throws.
  public func get(timeout: Duration? = nil) async throws -> Element {
    let deadline = sharedDeadline(timeout)
    return try await Blocking.run { try self.take(deadline) }
  }

  private func take(_ deadline: Duration?) throws -> Element {
    guard !ownFeeder.isClosed else { throw closedError }
    switch try channel.receive(until: deadline) {
    case .message(let bytes):
      _ = places.release()
      return try Wire.decode(Element.self, from: bytes)
    case .timedOut: throw MultiprocessingError(.queueEmpty, "The queue is empty.")
    case .ended: throw closedError
    }
  }

  // MARK: Looking

  /// How many elements were put and not taken; Python's `qsize()`. Another process may change that at any moment.
  public var count: Int { Int(words.load(Self.sizeWord)) - places.value }

  /// Whether nothing is waiting to be taken, also while another process has not sent yet what it put. Python's `empty()`.
  public var isEmpty: Bool { !channel.hasMessage }

  /// Whether there is no place for another element now; Python's `full()`.
  public var isFull: Bool { places.value == 0 }

  // MARK: Closing

  /// This process puts and takes nothing more; what it has put is still sent. Python's `close()`.
  ///
  /// Never blocks, and may be called again. Other processes go on.
  public func close() { ownFeeder.close() }

  /// Blocks until what this process has put is sent; only after `close`. Python's `join_thread`.
  ///
  /// - Throws: `wrongState` before `close`.
  @available(*, noasync, message: "This blocks the thread.")
  public func joinThread() throws {
    let feeder = ownFeeder
    guard feeder.isClosed else { throw MultiprocessingError(.wrongState, "\(Self.typeName) not closed") }
    feeder.join()
  }

  /// Lets this process end without waiting until what it has put is sent, which may then be lost. Python's
  /// `cancel_join_thread`.
  public func cancelJoinThread() { ownFeeder.leave() }
}
