/// A chunk as it travels: the function's name and the inputs.
package enum ChunkCall {
  static func encode<F: PoolFunction>(_ function: F.Type, _ inputs: some Collection<F.Input>) throws -> [UInt8] {
    let name = try TypeName.wire(of: function)
    return try Payload.encoding("A task of the type \(function)") {
      var writer = WireWriter(minimumCapacity: name.count + 64)
      name.withUnsafeBytes { writer.append(raw: $0) }
      try Wire.encodeArray(inputs, into: &writer)
      return writer.bytes
    }
  }

  /// The outcome of a chunk, as it goes back.
  package enum Outcome {
    /// The encoded outputs.
    case success([UInt8])
    /// The first failure; the rest of the chunk was not run (3.23).
    case failure(RemoteError)

    var isFailure: Bool {
      if case .failure = self { return true }
      return false
    }
  }

  /// Runs an encoded chunk in the calling worker.
  package static func run(_ bytes: [UInt8]) -> Outcome {
    var runner = ChunkRunner()
    return runner.run(bytes)
  }
}

/// Runs chunks in a worker, and remembers the functions that they named.
package struct ChunkRunner {
  /// The name of the function that ran last, as it is written: most workers run one function over and over.
  private var name: [UInt8] = []
  private var function: (any PoolFunction.Type)?
  private var known: [[UInt8]: any PoolFunction.Type] = [:]

  package init() {}

  /// Runs an encoded chunk in the calling worker.
  package mutating func run(_ bytes: [UInt8]) -> ChunkCall.Outcome {
    do {
      return try bytes.withUnsafeBytes { buffer in
        var reader = WireReader(buffer)
        let function = try find(&reader)
        return try Self.run(function, &reader)
      }
    } catch {
      return .failure(RemoteError(error))
    }
  }

  private mutating func find(_ reader: inout WireReader) throws -> any PoolFunction.Type {
    if let function, reader.skip(name) { return function }
    let start = reader
    let text = try Wire.decode(String.self, from: &reader)
    let wire = [UInt8](start.bytes[start.offset..<reader.offset])
    guard let found = known[wire] ?? (TypeName.find(text) as? any PoolFunction.Type) else {
      throw MultiprocessingError(.notDecodable, "The worker knows no function of the name \(text).")
    }
    known[wire] = found
    (name, function) = (wire, found)
    return found
  }

  private static func run<F: PoolFunction>(_ function: F.Type, _ reader: inout WireReader) throws -> ChunkCall.Outcome {
    let inputs = try Wire.decodeArray(of: F.Input.self, from: &reader)
    var outputs: [F.Output] = []
    outputs.reserveCapacity(inputs.count)
    for input in inputs { outputs.append(try F.call(input)) }
    do {
      return .success(try F.__encode(outputs))
    } catch {
      return .failure(RemoteError(error, isEncodingFailure: true))
    }
  }
}
