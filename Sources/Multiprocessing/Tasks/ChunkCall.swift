/// A chunk as it travels: the function's name and the inputs.
package enum ChunkCall {
  /// One chunk of many inputs, to be written where it will lie; `name` is that of the function as it is written.
  static func outgoing<F: PoolFunction>(
    _ function: F.Type, _ name: WireName, _ inputs: [F.Input], _ range: Range<Int>
  ) throws -> OutgoingBytes {
    if let coder = WireCoders.find(F.Input.self) {
      guard coder.isScalar, range.count == 1 else { return coder.outgoing(inputs, range, after: name.bytes) }
      return inputs.withUnsafeBytes { OutgoingBytes(NumberCall(name, coder, $0.baseAddress! + coder.bytes(of: range).lowerBound)) }
    }
    return OutgoingBytes(try encode(function, name.bytes, inputs[range]))
  }

  /// A chunk of one input.
  static func outgoing<F: PoolFunction>(_ function: F.Type, _ name: WireName, _ input: F.Input) throws -> OutgoingBytes {
    if let coder = WireCoders.find(F.Input.self) {
      return withUnsafeBytes(of: input) { bytes in
        coder.isScalar
          ? OutgoingBytes(NumberCall(name, coder, bytes.baseAddress!))
          : OutgoingBytes(coder.list(ofOne: bytes.baseAddress!, after: name.bytes))
      }
    }
    return OutgoingBytes(try encodeOther(function, name.bytes, input))
  }

  /// Out of the way of numbers: what looks up the types that it needs does so whether it needs them or not.
  @inline(never) private static func encodeOther<F: PoolFunction>(
    _ function: F.Type, _ name: [UInt8], _ input: F.Input
  ) throws -> [UInt8] {
    try encode(function, name, CollectionOfOne(input))
  }

  private static func encode<F: PoolFunction>(
    _ function: F.Type, _ name: [UInt8], _ inputs: some Collection<F.Input>
  ) throws -> [UInt8] {
    try Payload.encoding("A task of the type \(function)") {
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
    /// The same where there is little of it.
    case few(FewBytes)
    /// The same where there is much of it, to be written where it will lie.
    case large(OutgoingBytes)
    /// The first failure; the rest of the chunk was not run (3.23).
    indirect case failure(RemoteError)

    var isFailure: Bool {
      if case .failure = self { return true }
      return false
    }
  }

  /// Runs an encoded chunk in the calling worker.
  package static func run(_ bytes: [UInt8]) -> Outcome {
    var runner = ChunkRunner()
    return bytes.withUnsafeBytes { runner.run($0) }
  }
}
