/// A chunk as it travels: the function's name and the inputs.
package enum ChunkCall {
  /// One chunk of many inputs; `name` is that of the function as it is written.
  static func encode<F: PoolFunction>(
    _ function: F.Type, _ name: [UInt8], _ inputs: [F.Input], _ range: Range<Int>
  ) throws -> [UInt8] {
    if let coder = WireCoders.find(F.Input.self) {
      guard coder.isScalar else { return coder.list(inputs[range], after: name) }
      return inputs.withUnsafeBytes {
        coder.packed(after: name, UnsafeRawBufferPointer(rebasing: $0[coder.bytes(of: range)]))
      }
    }
    return try encode(function, name, inputs[range])
  }

  /// A chunk of one input.
  static func encode<F: PoolFunction>(_ function: F.Type, _ name: [UInt8], _ input: F.Input) throws -> [UInt8] {
    if let coder = WireCoders.find(F.Input.self) {
      return withUnsafeBytes(of: input) { bytes in
        coder.isScalar ? coder.packed(after: name, bytes) : coder.list(ofOne: bytes.baseAddress!, after: name)
      }
    }
    return try encodeOther(function, name, input)
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
    if let input = WireCoders.find(F.Input.self), let output = WireCoders.find(F.Output.self),
      output.isScalar, let numbers = input.packedNumbers(&reader, atMost: Self.few)
    {
      return .success(try run(function, numbers, input, output))
    }
    return try runOther(function, &reader)
  }

  /// Out of the way of numbers, as in `ChunkCall`.
  @inline(never) private static func runOther<F: PoolFunction>(
    _ function: F.Type, _ reader: inout WireReader
  ) throws -> ChunkCall.Outcome {
    let outputs = try F.__map(Wire.decodeArray(of: F.Input.self, from: &reader)[...])
    do {
      return .success(try F.__encode(outputs))
    } catch {
      return .failure(RemoteError(error, isEncodingFailure: true))
    }
  }

  /// Of more numbers than this the function's own loop is faster, arrays and all.
  private static let few = 16

  /// Numbers in, numbers out: from the bytes of the one to the bytes of the other, without an array of either.
  private static func run<F: PoolFunction>(
    _ function: F.Type, _ numbers: UnsafeRawBufferPointer, _ input: WireCoder, _ output: WireCoder
  ) throws -> [UInt8] {
    let (step, size) = (input.tag.scalarByteCount, output.tag.scalarByteCount)
    let count = numbers.count / step
    var bytes = WireCoder.room(9 + count * size)
    try bytes.withUnsafeMutableBytes { target in
      output.openPacked(target, count)
      var memory: UInt128 = 0
      try withUnsafeMutableBytes(of: &memory) { memory in
        for index in 0..<count {
          memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: numbers[index * step..<(index + 1) * step]))
          let result = try F.call(memory.assumingMemoryBound(to: F.Input.self)[0])
          withUnsafeBytes(of: result) {
            UnsafeMutableRawBufferPointer(rebasing: target[9 + index * size..<9 + (index + 1) * size]).copyMemory(from: $0)
          }
        }
      }
    }
    return bytes
  }
}
