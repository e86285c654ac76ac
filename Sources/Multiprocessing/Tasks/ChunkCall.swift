/// A chunk as it travels: the function's name and the inputs; and how a worker runs it.
package enum ChunkCall {
  static func encode<F: PoolFunction>(_ function: F.Type, _ inputs: ArraySlice<F.Input>) throws -> [UInt8] {
    let name = try TypeName.of(function)
    return try Payload.encoding("A task of the type \(function)") {
      var writer = WireWriter()
      try Wire.encode(name, into: &writer)
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
  }

  /// Runs an encoded chunk in the calling worker.
  package static func run(_ bytes: [UInt8]) -> Outcome {
    do {
      return try bytes.withUnsafeBytes { buffer in
        var reader = WireReader(buffer)
        let name = try Wire.decode(String.self, from: &reader)
        guard let function = TypeName.find(name) as? any PoolFunction.Type else {
          throw MultiprocessingError(.notDecodable, "The worker knows no function of the name \(name).")
        }
        return try run(function, &reader)
      }
    } catch {
      return .failure(RemoteError(error))
    }
  }

  private static func run<F: PoolFunction>(_ function: F.Type, _ reader: inout WireReader) throws -> Outcome {
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
