import CMultiprocessing
import Glibc

/// A pool's line to the server that forks its workers. Used by one thread at a time.
final class ServerConnection: @unchecked Sendable {
  // Sendable: the thread that makes the pool uses it first, the worker handler afterwards.
  let socket: Descriptor
  /// The server's name in messages.
  private let server: String
  private var exits: [ServerMessage] = []
  /// Answers that came while another was waited for.
  private var early: [(message: ServerMessage, descriptors: [Descriptor])] = []

  /// Whether the server has closed its end: it is gone.
  private(set) var isClosed = false

  init(_ socket: Descriptor, server: String) {
    self.socket = socket
    self.server = server
  }

  /// Until when an answer is waited for from now on: half a minute.
  static var limit: Int64 { System.deadline(after: .seconds(30)) }

  /// Has a worker forked; waits for the answer, at most half a minute.
  func start(id: UInt64, _ start: ChildStart, _ descriptors: [Descriptor]) throws(MultiprocessingError) -> Spawner.Child {
    try ask(id: id, start, descriptors)
    return try answer(id: id, until: Self.limit)
  }

  /// Asks for a worker to be forked; `answer` takes the answer.
  func ask(id: UInt64, _ start: ChildStart, _ descriptors: [Descriptor]) throws(MultiprocessingError) {
    let message = try StartMessage(start, descriptors)
    do throws(MultiprocessingError) {
      try message.send(ServerMessage(.start, id: id).bytes, over: socket)
    } catch {
      throw gone()
    }
  }

  /// The worker that was asked for; waited for until a moment of the system's clock.
  func answer(id: UInt64, until deadline: Int64) throws(MultiprocessingError) -> Spawner.Child {
    while true {
      let answer: ServerMessage
      let held: [Descriptor]
      if let index = early.firstIndex(where: { $0.message.id == id }) {
        (answer, held) = early.remove(at: index)
      } else if let (message, descriptors) = try receive() {
        (answer, held) = (message, descriptors.map { Descriptor($0) })
      } else if try wait(until: deadline) {
        continue
      } else {
        throw MultiprocessingError(.workerCouldNotStart, "\(server) did not answer within 30 s.")
      }
      switch answer.kind {
      case .started where answer.id == id:
        guard let pidfd = held.first else {
          // No descriptor was free for it. Nobody could watch the worker: it must not stay. Its end is waited for, because a
          // message is lost if this line is closed before the server has read it.
          let bytes = ServerMessage(.unwatched, id: id).bytes
          if mp_send(socket.number, bytes, bytes.count, [], 0, 1) < 0 { throw gone() }
          continue
        }
        return Spawner.Child(processID: answer.value, pidfd: pidfd)
      case .failed where answer.id == id: throw System.failure(answer.value, "fork")
      case .exited where answer.id == id: throw System.failure(EMFILE, "Receiving the descriptor of a worker")
      case .exited: exits.append(answer)
      case .started, .failed: early.append((answer, held))
      default: break
      }
    }
  }

  /// Announces another client.
  func send(client: Descriptor) throws(MultiprocessingError) {
    let bytes = ServerMessage(.client).bytes
    let sent = mp_send(socket.number, bytes, bytes.count, [client.number], 1, 1)
    if sent < 0 { throw gone() }
  }

  /// Whether there are reports of ends that came while an answer was waited for.
  var hasExits: Bool { !exits.isEmpty }

  /// The reports of workers' ends since the last call: their ids, and their statuses as the values; never blocks.
  func takeExits() -> [ServerMessage] {
    while !isClosed, let (message, descriptors) = take() {
      for number in descriptors { _ = mp_close(number) }
      if message.kind == .exited { exits.append(message) }
    }
    defer { exits = [] }
    return exits
  }

  private func wait(until deadline: Int64) throws(MultiprocessingError) -> Bool {
    var ready: UInt8 = 0
    var number = socket.number
    return try System.check(mp_poll(&number, &ready, 1, deadline), "poll") > 0
  }

  /// One message if there is one; nil for nothing, and throws where none will ever come.
  private func receive() throws(MultiprocessingError) -> (ServerMessage, [Int32])? {
    if let message = take() { return message }
    if isClosed { throw gone() }
    return nil
  }

  /// The same without an error.
  private func take() -> (ServerMessage, [Int32])? {
    var bytes = [UInt8](repeating: 0, count: ServerMessage.size)
    var numbers = [Int32](repeating: -1, count: 4)
    var count = Int32(numbers.count)
    let length = mp_receive(socket.number, &bytes, bytes.count, &numbers, &count, 0)
    if length == -Int(EAGAIN) { return nil }
    guard length > 0, let message = ServerMessage(Array(bytes[..<length])) else {
      isClosed = true
      return nil
    }
    return (message, Array(numbers[..<Int(count)]))
  }

  private func gone() -> MultiprocessingError {
    isClosed = true
    return MultiprocessingError(.workerCouldNotStart, "\(server) is gone; no worker can be started any more.")
  }
}
