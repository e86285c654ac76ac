import CMultiprocessing

/// Something that `waitForAny` can wait for: a `Connection` with something to receive, or a `ChildProcess` that has ended.
///
/// Not for types of one's own.
public protocol Waitable: AnyObject, Sendable {}

extension Connection: Waitable {}
extension ChildProcess: Waitable {}

/// Blocks until one of several connections or processes is ready; Python's `multiprocessing.connection.wait`.
///
/// A connection is ready when something can be received, its end included, a process when it has ended. Returned are those that
/// are ready, in the order given.
///
/// None of them: the time-out passed, or there was nothing to wait for. A time-out of zero or less does not wait. Nothing is
/// received and no process is joined.
/// - Throws: `queueClosed` for a connection that this process has closed, `wrongState` for a process that was not started;
///   `invalidArgument` for a connection that only sends.
@available(*, noasync, message: "This blocks the thread.")
public func waitForAny(_ objects: [any Waitable], timeout: Duration? = nil) throws -> [any Waitable] {
  guard !objects.isEmpty else { return [] }
  let deadline = sharedDeadline(timeout)
  let sources = try objects.map { try WaitSource($0) }
  guard sources.allSatisfy(\.hasDescriptor) else { return try lookAgain(objects, sources, deadline) }
  var ready = [UInt8](repeating: 0, count: sources.count)
  let limit = System.deadline(at: deadline)
  // The sources hold the descriptors until the wait is over, whoever closes or joins meanwhile.
  let count = withExtendedLifetime(sources) { mp_poll(sources.map(\.descriptor), &ready, Int32(ready.count), limit) }
  try System.check(count, "poll")
  return objects.indices.filter { ready[$0] != 0 }.map { objects[$0] }
}

/// For processes whose end is known, and connections without descriptors: looks, and looks again every millisecond.
private func lookAgain(
  _ objects: [any Waitable], _ sources: [WaitSource], _ deadline: Duration?
) throws -> [any Waitable] {
  let world = CurrentWorld.world
  while true {
    let ready = try objects.indices.filter { try sources[$0].isReady() }
    if !ready.isEmpty { return ready.map { objects[$0] } }
    if let deadline, world.now >= deadline { return [] }
    world.sleep(for: .milliseconds(1))
  }
}

/// What stands for one object while it is waited for.
private enum WaitSource {
  case socket(Descriptor)
  case channel(any Channel)
  case process(any ProcessHandle)
  /// A process whose end is known.
  case over

  init(_ object: any Waitable) throws {
    switch object {
    case let connection as Connection:
      guard let socket = connection.channel as? SocketChannel else {
        self = .channel(connection.channel)
        return
      }
      self = .socket(try socket.openReader())
    case let process as ChildProcess: self = try process.handleToWatch().map { .process($0) } ?? .over
    default: throw MultiprocessingError(.invalidArgument, "A \(type(of: object)) cannot be waited for.")
    }
  }

  var hasDescriptor: Bool {
    switch self {
    case .socket, .process: true
    case .channel, .over: false
    }
  }

  var descriptor: Int32 {
    switch self {
    case .socket(let descriptor): descriptor.number
    case .process(let handle): handle.sentinel
    case .channel, .over: -1
    }
  }

  func isReady() throws -> Bool {
    switch self {
    case .socket(let descriptor):
      var (number, ready) = (descriptor.number, UInt8(0))
      return try System.check(mp_poll(&number, &ready, 1, 0), "poll") > 0
    case .channel(let channel): return try channel.waitForMessage(until: .zero)
    case .process(let handle): return handle.wait(until: .zero) != nil
    case .over: return true
    }
  }
}
