import Multiprocessing

extension Cases {
  /// Waiting for several things at once.
  static let parityWaits: [Case] = [
    Case("waiting-for-any-of-several-connections", "7 TestWait.wait", in: Place.processes) { place in
      var ends: [Connection] = []
      var processes: [ChildProcess] = []
      for number in 0..<4 {
        let (reader, writer) = try Connection.pipe(duplex: false)
        let process = try place.process(SendNumbers(connection: writer, first: number * 100, count: 10))
        try process.start()
        writer.close()
        ends.append(reader)
        processes.append(process)
      }
      var values: [Int] = []
      while !ends.isEmpty {
        let ready = try waitForAny(ends, timeout: .seconds(30))
        try expect(!ready.isEmpty, "Nothing came, and no end")
        for object in ready {
          guard let connection = object as? Connection else { throw Failure("\(object) is no connection.") }
          do {
            values.append(try connection.receive())
          } catch let error as MultiprocessingError where error.code == .queueClosed {
            ends.removeAll { $0 === connection }
          }
        }
      }
      try expectEqual(values.sorted(), (0..<4).flatMap { number in (0..<10).map { number * 100 + $0 } }, "What came")
      for number in 0..<4 {
        let own = values.filter { $0 / 100 == number }
        try expectEqual(own, own.sorted(), "The order of what came from the process \(number)")
      }
      for process in processes { try expect(process.join(timeout: .seconds(30)), "A process did not end") }
    },

    Case("waiting-for-any-with-a-time-out", "7 neg_timeout, 7 wait_timeout", in: [.spawn]) { _ in
      let (first, second) = try Connection.pipe()
      let start = ContinuousClock.now
      try expect(try waitForAny([first, second], timeout: .milliseconds(50)).isEmpty, "Something is there")
      let taken = ContinuousClock.now - start
      try expect(taken >= .milliseconds(50), "Waiting 50 ms took \(taken)")
      try expectWithin(.seconds(5), "Not waiting") {
        for limit in [Duration.zero, .seconds(-1), .seconds(-1000)] {
          try expect(try waitForAny([first, second], timeout: limit).isEmpty, "Something is there within \(limit)")
        }
        try expect(try waitForAny([]).isEmpty, "Nothing to wait for is ready")
      }
      try first.send(1)
      let ready = try waitForAny([first, second], timeout: .seconds(30))
      try expect(ready.count == 1 && ready[0] === second, "Ready is \(ready)")
      // Waiting takes nothing.
      try expectEqual(second.receive(Int.self), 1, "The value")
      second.close()
      let closed = try waitForAny([first], timeout: .seconds(30))
      try expect(closed.count == 1 && closed[0] === first, "The end of the other side is not seen")
      try expectError(.queueClosed) { try waitForAny([first, second]) }
    },

    Case("waiting-for-the-end-of-a-process-beside-a-connection", "1.42, 7 wait_integer", in: Place.processes) { place in
      let gate = try Event()
      let process = try place.process(ReportOneself(reports: Queue(), gate: gate))
      let (here, there) = try Connection.pipe()
      try expectError(.wrongState, "process not started") { try waitForAny([process]) }
      try process.start()
      try expect(try waitForAny([process, here], timeout: .milliseconds(30)).isEmpty, "Something is ready")
      try there.send(1)
      let message = try waitForAny([process, here], timeout: .seconds(30))
      try expect(message.count == 1 && message[0] === here, "Ready is \(message)")
      try expectEqual(here.receive(Int.self), 1, "The value")
      gate.set()
      let end = try waitForAny([process, here], timeout: .seconds(30))
      try expect(end.count == 1 && end[0] === process, "Ready is \(end)")
      try process.join()
      try there.send(2)
      // In the order given, a process that was joined among them.
      let both = try waitForAny([here, process])
      try expect(both.count == 2 && both[0] === here && both[1] === process, "Ready is \(both)")
    },
  ]
}

struct SendNumbers: ProcessTarget {
  let connection: Connection
  var first: Int
  var count: Int
  func run() throws { for number in 0..<count { try connection.send(first + number) } }
}
