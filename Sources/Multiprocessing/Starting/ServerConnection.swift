import CMultiprocessing
import Glibc

/// A pool's line to the server that forks its workers. Used by one thread at a time.
final class ServerConnection: @unchecked Sendable {
  // Sendable: the thread that makes the pool uses it first, the worker handler afterwards.
  let socket: Descriptor
  /// The server's name in messages.
  private let server: String
  private var exits: [(id: UInt64, status: Int32)] = []

  /// Whether the server has closed its end: it is gone.
  private(set) var isClosed = false

  init(_ socket: Descriptor, server: String) {
    self.socket = socket
    self.server = server
  }

  /// Has a worker forked; waits for the answer, at most half a minute.
  func start(id: UInt64, _ start: ChildStart, _ descriptors: [Descriptor]) throws(MultiprocessingError) -> Spawner.Child {
    let message = try StartMessage(start, descriptors)
    let sent = Result { () throws(MultiprocessingError) in
      try message.send(ServerMessage(.start, id: id).bytes, over: socket)
    }
    if case .failure = sent { throw gone() }
    let deadline = System.deadline(after: .seconds(30))
    while true {
      guard try wait(until: deadline) else {
        throw MultiprocessingError(.workerCouldNotStart, "\(server) did not answer within 30 s.")
      }
      guard let (answer, descriptors) = try receive() else { continue }
      let held = descriptors.map { Descriptor($0) }
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
      case .exited: exits.append((answer.id, answer.value))
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

  /// The workers whose ends were reported since the last call; never blocks.
  func takeExits() -> [(id: UInt64, status: Int32)] {
    while !isClosed, let (message, descriptors) = try? receive() {
      for number in descriptors { _ = mp_close(number) }
      if message.kind == .exited { exits.append((message.id, message.value)) }
    }
    defer { exits = [] }
    return exits
  }

  private func wait(until deadline: Int64) throws(MultiprocessingError) -> Bool {
    var ready: UInt8 = 0
    var number = socket.number
    return try System.check(mp_poll(&number, &ready, 1, deadline), "poll") > 0
  }

  /// One message if there is one; nil for nothing.
  private func receive() throws(MultiprocessingError) -> (ServerMessage, [Int32])? {
    var bytes = [UInt8](repeating: 0, count: ServerMessage.size)
    var numbers = [Int32](repeating: -1, count: 4)
    var count = Int32(numbers.count)
    let length = mp_receive(socket.number, &bytes, bytes.count, &numbers, &count, 0)
    if length == -Int(EAGAIN) { return nil }
    guard length > 0, let message = ServerMessage(Array(bytes[..<length])) else {
      isClosed = true
      throw gone()
    }
    return (message, Array(numbers[..<Int(count)]))
  }

  private func gone() -> MultiprocessingError {
    isClosed = true
    return MultiprocessingError(.workerCouldNotStart, "\(server) is gone; no worker can be started any more.")
  }
}
