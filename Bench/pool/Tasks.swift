import Glibc
import Multiprocessing

// What the workers do: as little as possible, for the pool is measured and not the work.

enum Next: PoolFunction {
  static func call(_ number: Int) -> Int { number + 1 }
}

enum Echo: PoolFunction {
  static func call(_ bytes: [UInt8]) -> [UInt8] { bytes }
}

enum EchoText: PoolFunction {
  static func call(_ text: String) -> String { text }
}

enum Rest: PoolFunction {
  static func call(_ milliseconds: Int) { Multiprocessing.sleep(for: .milliseconds(milliseconds)) }
}

/// What a queue carries, as it lies in memory.
struct Sample: PlainData {
  var number: Int
  var value: Double
}

/// The same, encoded.
struct EncodedSample: Codable, Sendable {
  var number: Int
  var value: Double
}

/// Gives each worker the queues that its tasks use.
struct QueueSetup: Initializer {
  static let samples = ProcessLocal<SimpleQueue<Sample>?>(nil)
  static let encoded = ProcessLocal<SimpleQueue<EncodedSample>?>(nil)
  var queue: SimpleQueue<Sample>
  var encodedQueue: SimpleQueue<EncodedSample>?

  func run() {
    Self.samples.value = queue
    Self.encoded.value = encodedQueue
  }
}

enum PutSamples: PoolFunction {
  static func call(_ count: Int) throws {
    guard let queue = QueueSetup.samples.value else { return }
    for number in 0..<count { try queue.put(Sample(number: number, value: 0.5)) }
  }
}

enum PutEncodedSamples: PoolFunction {
  static func call(_ count: Int) throws {
    guard let queue = QueueSetup.encoded.value else { return }
    for number in 0..<count { try queue.put(EncodedSample(number: number, value: 0.5)) }
  }
}

/// Tells who runs it, then stays.
enum TellAndStay: PoolFunction {
  static func call(_ seconds: Int) throws {
    try QueueSetup.samples.value?.put(Sample(number: Int(getpid()), value: 0))
    Multiprocessing.sleep(for: .seconds(seconds))
  }
}
