import PoolCore

/// One function over many inputs, in chunks; the result is the list of outputs in the order of the inputs.
final class MapJob<Function: PoolFunction>: ResultJob<[Function.Output]>, @unchecked Sendable {
  // Sendable: as for Job.
  private var inputs: [Function.Input]
  private var outputs: [[Function.Output]?]
  private let count: Int
  private let chunkSize: Int

  init(_ inputs: [Function.Input], chunkSize: Int, callbacks: Callbacks?) {
    self.inputs = inputs
    self.chunkSize = chunkSize
    count = inputs.count
    outputs = Array(repeating: nil, count: ChunkSize.chunks(items: inputs.count, size: chunkSize))
    super.init(callbacks: callbacks)
  }

  override package var title: String { Trace.title(of: Function.self) }

  var chunks: Int { outputs.count }

  private func items(of chunk: Int) -> Range<Int> { ChunkSize.items(of: chunk, items: count, size: chunkSize) }

  private func slice(_ chunk: Int) -> ArraySlice<Function.Input> {
    locked { inputs.isEmpty ? [] : inputs[items(of: chunk)] }
  }

  override func encode(_ chunk: Int) throws -> [UInt8] { try ChunkCall.encode(Function.self, slice(chunk)) }

  override func run(_ chunk: Int) -> (any Error)? {
    var outputs: [Function.Output] = []
    let inputs = slice(chunk)
    outputs.reserveCapacity(inputs.count)
    do {
      for input in inputs { outputs.append(try Function.call(input)) }
      locked { self.outputs[chunk] = outputs }
      return nil
    } catch {
      return error
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let outputs = try Function.__decode(bytes, count: items(of: chunk).count)
    locked { if chunk < self.outputs.count { self.outputs[chunk] = outputs } }
  }

  override func assemble() throws -> [Function.Output] {
    try locked {
      var all: [Function.Output] = []
      all.reserveCapacity(count)
      for chunk in outputs {
        guard let chunk else {
          throw MultiprocessingError(.notDecodable, "A chunk came back without results.")
        }
        all.append(contentsOf: chunk)
      }
      return all
    }
  }

  override func release() {
    _ = locked {
      defer { (inputs, outputs) = ([], []) }
      return (inputs, outputs)
    }
  }
}
