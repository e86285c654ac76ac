import Multiprocessing

/// What C1 does with a queue, `imapUnordered` does by itself: results come in the order in which they are done.
enum IMapUnordered: Example {
  struct Outcome: Codable, Sendable {
    let identifier: Int
    let value: Double
  }

  enum Work: PoolFunction {
    static func call(_ identifier: Int) -> Outcome {
      let value = random(in: 0..<5)
      sleep(for: .seconds(value))
      return Outcome(identifier: identifier, value: value)
    }
  }

  static func main() throws {
    try withPool { pool in
      let results = try pool.imapUnordered(Work.self, 0..<10)
      while let outcome = try results.next() {
        print("Got (\(outcome.identifier), \(outcome.value))", flush: true)
      }
    }
  }
}
