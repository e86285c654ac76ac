import Multiprocessing

/// A queue that reaches the workers through their initializer brings each result back the moment it is there.
enum ShareQueueWithWorkers: Example {
  /// What a task puts on the queue.
  struct Outcome: Codable, Sendable {
    let identifier: Int
    let value: Double
  }

  static let queue = ProcessLocal<SimpleQueue<Outcome>?>(nil)

  struct InitializeWorker: Initializer {
    // A queue cannot be the argument of a task; it is handed over when the worker starts.
    let sharedQueue: SimpleQueue<Outcome>

    func run() { queue.value = sharedQueue }
  }

  enum Work: PoolFunction {
    static func call(_ identifier: Int) throws {
      let value = random(in: 0..<5)
      sleep(for: .seconds(value))
      try queue.value?.put(Outcome(identifier: identifier, value: value))
    }
  }

  static func main() throws {
    let results = try SimpleQueue<Outcome>()
    try withPool(initializer: InitializeWorker(sharedQueue: results)) { pool in
      try pool.mapAsync(Work.self, 0..<10)
      for _ in 0..<10 {
        // The next result, whichever task it comes from; waits until there is one.
        let next = try results.get()
        print("Got (\(next.identifier), \(next.value))", flush: true)
      }
    }
  }
}
