import Multiprocessing

/// Fixed work for a tool that counts instructions.
extension PoolBench {
  struct Point: Codable, Sendable, Equatable {
    var x: Int
    var y: Int
    var name: String
  }

  enum EchoPoint: PoolFunction {
    static func call(_ point: Point) -> Point { point }
  }

  /// So many tasks through a pool without processes and threads.
  static func loop<Function: PoolFunction>(
    _ size: Size, _ function: Function.Type, _ input: Function.Input
  ) throws -> [String: Double] where Function.Output: Equatable {
    var loop = try ChunkLoop()
    let output = try Function.call(input)
    let taken = try seconds {
      for _ in 0..<size.items { try check(loop.apply(function, input) == output, "a wrong result") }
    }
    return ["value": Double(size.items) / taken]
  }

  /// So many elements into a queue and out again, in one thread.
  static func queueLoop(_ size: Size) throws -> [String: Double] {
    let queue = try SimpleQueue<Sample>()
    let taken = try seconds {
      for number in 0..<size.items {
        try queue.put(Sample(number: number, value: 0.5))
        try check(queue.get().number == number, "a wrong element")
      }
    }
    return ["value": Double(size.items) / taken]
  }
}
