import PoolCore

/// One function over many inputs, in chunks; the result is the list of outputs in the order of the inputs.
final class MapJob<Function: PoolFunction>: SettlingJob, @unchecked Sendable {
  // Sendable: as for Job.
  private var inputs: [Function.Input]
  private var outputs: [[Function.Output]?]
  private let count: Int
  private let chunkSize: Int

  /// Where every failure has its own place: what stands for the outputs of a chunk that never came back.
  private let substitute: ((any Error) -> Function.Output)?
  /// How many items are done; counted when the job is over.
  private var completed: Int?

  init(
    _ inputs: [Function.Input], chunkSize: Int, callbacks: (any JobCallbacks)?,
    substitute: ((any Error) -> Function.Output)? = nil
  ) {
    self.substitute = substitute
    self.inputs = inputs
    self.chunkSize = chunkSize
    count = inputs.count
    chunks = ChunkSize.chunks(items: inputs.count, size: chunkSize)
    outputs = Array(repeating: nil, count: chunks)
    super.init(callbacks: callbacks)
  }

  let chunks: Int

  override package var title: String { Trace.title(of: Function.self) }
  override package func inputs(of chunk: Int) -> Range<Int>? { items(of: chunk) }
  override var lastChunk: Int? { chunks - 1 }
  override var keepsEveryFailure: Bool { substitute != nil }

  private func items(of chunk: Int) -> Range<Int> { ChunkSize.items(of: chunk, items: count, size: chunkSize) }

  private func slice(_ chunk: Int) -> ArraySlice<Function.Input> {
    locked { inputs.isEmpty ? [] : inputs[items(of: chunk)] }
  }

  override func encode(_ chunk: Int) throws -> [UInt8] {
    let inputs: [Function.Input] = locked { self.inputs }
    return try ChunkCall.encode(Function.self, inputs, inputs.isEmpty ? 0..<0 : items(of: chunk))
  }

  override func run(_ chunk: Int) -> (any Error)? {
    do {
      keep(chunk, try Function.__map(slice(chunk)))
      return nil
    } catch {
      return error
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let outputs = try Function.__decode(bytes, count: items(of: chunk).count)
    keep(chunk, outputs)
  }

  /// Unless the job is over: a thread that nobody waits for any more may come to its end after it.
  private func keep(_ chunk: Int, _ outputs: [Function.Output]) {
    locked { if chunk < self.outputs.count { self.outputs[chunk] = outputs } }
  }

  override package func store(_ chunk: Int, failure: any Error) {
    guard let substitute else { return super.store(chunk, failure: failure) }
    keep(chunk, Array(repeating: substitute(failure), count: items(of: chunk).count))
  }

  override func assembled() -> Kept { Kept { try assemble() } }

  private func assemble() throws -> [Function.Output] {
    try locked {
      if outputs.count == 1, let only = outputs[0] { return only }
      return try [Function.Output](unsafeUninitializedCapacity: count) { target, initialized in
        FreshMemory.prepare(UnsafeMutableRawBufferPointer(target))
        for chunk in outputs {
          guard let chunk else { throw MultiprocessingError(.notDecodable, "A chunk came back without results.") }
          let rest = UnsafeMutableBufferPointer(rebasing: target[initialized..<count])
          initialized += rest.initialize(fromContentsOf: chunk)
        }
      }
    }
  }

  override func release() {
    _ = locked {
      completed = outputs.indices.reduce(0) { $0 + (outputs[$1] == nil ? 0 : items(of: $1).count) }
      defer { (inputs, outputs) = ([], []) }
      return (inputs, outputs)
    }
  }

  override func progress(_ returned: (count: Int, isLastIn: Bool)?) -> PoolProgress {
    guard let returned else {
      guard let ready else {
        // Its only chunk is not back, or all of several are and it is about to end.
        return PoolProgress(completed: chunks > 1 ? count : 0, total: count)
      }
      guard case .failure(let error as MultiprocessingError) = ready, Self.endings.contains(error.code) else {
        return PoolProgress(completed: count, total: count)
      }
      return PoolProgress(completed: locked { completed } ?? 0, total: count)
    }
    let missing = returned.isLastIn ? chunks * chunkSize - count : 0
    return PoolProgress(completed: max(0, returned.count * chunkSize - missing), total: count)
  }

  /// How a job ends without all of its chunks.
  private static var endings: Set<MultiprocessingError.Code> {
    [.cancelled, .deadlinePassed, .terminated, .initializerFailed, .workerCouldNotStart]
  }
}
