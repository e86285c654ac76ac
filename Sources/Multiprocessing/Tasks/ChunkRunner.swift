/// A chunk whose inputs a worker has read.
struct TakenChunk {
  /// The function's name as it is written.
  let name: [UInt8]
  let run: () -> ChunkCall.Outcome
}

/// Runs chunks in a worker, and remembers the functions that they named.
package struct ChunkRunner {
  /// The name of the function that ran last, as it is written: most workers run one function over and over.
  private var name: [UInt8] = []
  private var function: (any PoolFunction.Type)?
  private var known: [[UInt8]: any PoolFunction.Type] = [:]

  /// Whether large outputs may be written where they will lie.
  private let writesLarge: Bool

  package init(writesLarge: Bool = false) { self.writesLarge = writesLarge }

  /// Takes a chunk's inputs from where they lie, if they are numbers or lists of numbers; nil: they are copied first, for
  /// somebody may change the bytes meanwhile, and only such a list is read so that this does no harm.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> TakenChunk? {
    let head = [UInt8](bytes.prefix(Self.longestName))
    var nameEnd = 0
    let found = head.withUnsafeBytes { head -> (any PoolFunction.Type)? in
      var reader = WireReader(head)
      defer { nameEnd = reader.offset }
      return try? find(&reader)
    }
    guard let found else { return nil }
    return take(found, [UInt8](head[..<nameEnd]), UnsafeRawBufferPointer(rebasing: bytes[nameEnd...]))
  }

  private static let longestName = 4096

  private func take<F: PoolFunction>(
    _ function: F.Type, _ name: [UInt8], _ bytes: UnsafeRawBufferPointer
  ) -> TakenChunk? {
    guard let inputs = WireFlat.list(of: F.Input.self, bytes) else { return nil }
    return TakenChunk(name: name) {
      do {
        return try runAll(function, inputs)
      } catch {
        return .failure(RemoteError(error))
      }
    }
  }

  /// Runs an encoded chunk in the calling worker.
  package mutating func run(_ bytes: UnsafeRawBufferPointer) -> ChunkCall.Outcome {
    do {
      var reader = WireReader(bytes)
      let function = try find(&reader)
      return try run(function, &reader)
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

  private func run<F: PoolFunction>(_ function: F.Type, _ reader: inout WireReader) throws -> ChunkCall.Outcome {
    if let input = WireCoders.find(F.Input.self), let output = WireCoders.find(F.Output.self),
      output.isScalar, let numbers = input.packedNumbers(&reader, atMost: Self.few)
    {
      return try Self.run(function, numbers, input, output)
    }
    return try runOther(function, &reader)
  }

  /// Out of the way of numbers, as in `ChunkCall`.
  @inline(never) private func runOther<F: PoolFunction>(
    _ function: F.Type, _ reader: inout WireReader
  ) throws -> ChunkCall.Outcome {
    try runAll(function, Wire.decodeArray(of: F.Input.self, from: &reader))
  }

  private func runAll<F: PoolFunction>(_ function: F.Type, _ inputs: [F.Input]) throws -> ChunkCall.Outcome {
    let outputs = try F.__map(inputs[...])
    if writesLarge, let coder = Payload.outputCoder(function) {
      let bytes = coder.outgoing(outputs, outputs.indices)
      return bytes.count > ResultRing.inlineLimit ? .large(bytes) : .success(bytes.bytes)
    }
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
  ) throws -> ChunkCall.Outcome {
    let (step, size) = (input.tag.scalarByteCount, output.tag.scalarByteCount)
    let count = numbers.count / step
    func fill(_ target: UnsafeMutableRawBufferPointer) throws {
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
    let length = 9 + count * size
    if length <= FewBytes.capacity { return .few(try FewBytes(count: length, fill)) }
    var bytes = WireCoder.room(length)
    try bytes.withUnsafeMutableBytes(fill)
    return .success(bytes)
  }
}
