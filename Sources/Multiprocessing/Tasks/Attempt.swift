/// A function whose failures are outputs: for maps that keep the outcome of every item.
package enum Attempt<Function: PoolFunction>: PoolFunction, OwnEncoding {
  package typealias Output = Result<Function.Output, any Error>

  package static func call(_ input: Function.Input) -> Output { Result { try Function.call(input) } }

  /// A chunk's outcomes on their way: what came of which item, and the outputs of those that have one.
  private struct Travelling: Codable {
    var failures: [Int: RemoteError] = [:]
    /// The encoded outputs together, or, where they cannot all be encoded, one by one.
    var outputs: [[UInt8]] = []
    var isOneByOne = false
  }

  package static func __encode(_ outputs: [Output]) throws -> [UInt8] {
    var travelling = Travelling()
    var values: [(index: Int, value: Function.Output)] = []
    for (index, output) in outputs.enumerated() {
      switch output {
      case .success(let value): values.append((index, value))
      case .failure(let error): travelling.failures[index] = RemoteError(error)
      }
    }
    if let all = try? Function.__encode(values.map(\.value)) {
      travelling.outputs = [all]
    } else {
      travelling.isOneByOne = true
      for (index, value) in values {
        do {
          travelling.outputs.append(try Function.__encode([value]))
        } catch {
          travelling.failures[index] = RemoteError(error, isEncodingFailure: true)
        }
      }
    }
    return try Wire.encode(travelling)
  }

  package static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output] {
    let travelling = try Wire.decode(Travelling.self, from: bytes)
    guard travelling.failures.keys.allSatisfy({ (0..<count).contains($0) }) else {
      throw MultiprocessingError(.notDecodable, "A chunk came back with more results than it has items.")
    }
    let successes = count - travelling.failures.count
    let values: [Function.Output]
    if travelling.isOneByOne {
      values = try travelling.outputs.flatMap { try Function.__decode($0, count: 1) }
    } else {
      values = try Function.__decode(travelling.outputs.first ?? [], count: successes)
    }
    guard values.count == successes else {
      throw MultiprocessingError(.notDecodable, "A chunk came back with another number of results than it has items.")
    }
    var next = values.makeIterator()
    return (0..<count).compactMap { index in
      if let failure = travelling.failures[index] { return .failure(failure.asError) }
      return next.next().map { .success($0) }
    }
  }
}
