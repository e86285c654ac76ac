import DequeModule
import Multiprocessing

/// A queue between simulated processes.
final class SimulatedChannel: Channel, @unchecked Sendable {
  // Sendable: a world and all that belongs to it run on one real thread.
  private unowned let world: SimulatedWorld
  let number: Int
  private(set) var messages: Deque<[UInt8]> = []
  private var closedIn: Set<Int> = []

  init(_ world: SimulatedWorld, _ number: Int) {
    self.world = world
    self.number = number
  }

  var isReadable: Bool { !messages.isEmpty }

  private func checkOpen() throws {
    if closedIn.contains(world.currentProcess.number) { throw MultiprocessingError(.queueClosed, "handle is closed") }
  }

  func send(_ bytes: [UInt8]) throws {
    try checkOpen()
    _ = world.perform(.send(self))
    guard !world.isGhost else { return }
    world.touch(.send(number))
    messages.append(bytes)
  }

  func receive() throws -> [UInt8]? {
    try checkOpen()
    _ = world.perform(.receive(self))
    guard !world.isGhost else { return nil }
    world.touch(.receive(number))
    let message = messages.popFirst()
    world.learn(message.hashValue)
    return message
  }

  var hasMessage: Bool {
    _ = world.perform(.look(self))
    world.touch(.look(number))
    world.learn(messages.isEmpty ? 0 : 1)
    return !messages.isEmpty
  }

  func close() { closedIn.insert(world.currentProcess.number) }

  func share(to encoder: any Encoder) throws {
    guard encoder.userInfo[SimulatedSharing.key] as? Bool == true else {
      throw MultiprocessingError(
        .sharingNotAllowed, "SimpleQueue objects should only be shared between processes through inheritance")
    }
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

/// Marks the one way in which shared objects may travel: with an initializer.
enum SimulatedSharing {
  static let key = CodingUserInfoKey(rawValue: "swift-multiprocessing.simulation")!  // Proof: any text is a valid key.
}
