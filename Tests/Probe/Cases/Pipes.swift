import Glibc
import Multiprocessing

extension Cases {
  /// Connections.
  static let pipes: [Case] = [
    Case("a-duplex-pipe-in-one-process", "6.11, 6.12, 6.13", in: [.spawn]) { _ in
      let (first, second) = try Connection.pipe()
      try first.send(1)
      try first.send("two")
      try second.send([3.0])
      try expect(second.poll(timeout: .seconds(30)), "Nothing is there")
      try expectEqual(second.receive(Int.self), 1, "The first")
      try expectEqual(second.receive(String.self), "two", "The second")
      try expectEqual(first.receive([Double].self), [3.0], "The answer")
      try expect(!second.poll() && !first.poll(timeout: .milliseconds(20)), "Something is left")
      try first.send(1)
      try expectError(.notDecodable) { try second.receive(String.self) }
      let large = [UInt8](repeating: 7, count: 3 << 20)
      try second.send(large)
      try expect(first.receive([UInt8].self) == large, "A large message came out changed")
    },

    Case("a-simplex-pipe-has-one-direction", "6.11", in: [.spawn]) { _ in
      let (reader, writer) = try Connection.pipe(duplex: false)
      try expect(reader.isReadable && !reader.isWritable, "The first end does not only read")
      try expect(writer.isWritable && !writer.isReadable, "The second end does not only write")
      try writer.send(5)
      try expectEqual(reader.receive(Int.self), 5, "The value")
      try expectError(.invalidArgument, "connection is read-only") { try reader.send(1) }
      try expectError(.invalidArgument, "connection is write-only") { try writer.receive(Int.self) }
    },

    Case("a-pipe-whose-other-end-is-closed", "6.12", in: [.spawn]) { _ in
      let (first, second) = try Connection.pipe()
      try first.send(1)
      first.close()
      first.close()
      try expectEqual(second.receive(Int.self), 1, "What was sent before the end")
      try expect(second.poll(), "The end is not seen")
      try expectError(.queueClosed, "The other end of the connection is closed.") { try second.receive(Int.self) }
      try expectError(.queueClosed, "[Errno 32] Broken pipe") { try second.send(1) }
      try expectError(.queueClosed, "handle is closed") { try first.send(1) }
      try expectError(.queueClosed, "handle is closed") { try first.receive(Int.self) }
      try expectError(.queueClosed, "handle is closed") { try first.poll() }
    },

    Case("a-pipe-to-a-worker", "6.2, 6.11, P11") { place in
      let (here, there) = try Connection.pipe()
      defer { CarryPipe.current.value = nil }
      try place.withPool(1, initializer: CarryPipe(connection: there)) { pool in
        let sum = try pool.applyAsync(AnswerUntilZero())
        for value in 1...20 {
          try here.send(value)
          try expect(here.poll(timeout: .seconds(30)), "No answer")
          try expectEqual(here.receive(Int.self), value * value, "The answer")
        }
        try here.send(0)
        try expectEqual(sum.get(timeout: .seconds(30)), 210, "The sum")
      }
      if place != .thread {
        // The workers are gone, and with them their copies of the end: only this process's is left.
        there.close()
        try expectError(.queueClosed) { try here.receive(Int.self) }
      }
    },

    Case("a-pipe-is-not-inherited", "6.12", in: [.fork]) { place in
      let (here, there) = try Connection.pipe()
      CarryPipe.current.value = CarryPipe(connection: there)
      defer { CarryPipe.current.value = nil }
      try place.withPool(1) { pool in
        let error = try expectError(.taskFailed) { try pool.apply(AnswerUntilZero()) }
        try expect(error.message.hasSuffix("handle is closed"), "The message is \(error.message)")
        // No forked child keeps it open.
        there.close()
        try expectError(.queueClosed) { try here.receive(Int.self) }
      }
    },
  ]
}

struct CarryPipe: Initializer {
  let connection: Connection
  static let current = ProcessLocal<CarryPipe?>(nil)
  func run() { Self.current.value = self }
}

struct AnswerUntilZero: PoolTask {
  func run() throws -> Int {
    guard let connection = CarryPipe.current.value?.connection else { throw Failure("There is no pipe.") }
    var sum = 0
    while case let value = try connection.receive(Int.self), value != 0 {
      sum += value
      try connection.send(value * value)
    }
    return sum
  }
}
