import PoolCore

/// One function over many inputs, in chunks; the result is the list of outputs in the order of the inputs.
final class MapJob<Function: PoolFunction>: SettlingJob, @unchecked Sendable {
  // Sendable: as for Job.
  private var inputs: [Function.Input]
  /// The outputs of each chunk that is back; empty when the job is over.
  private var outputs: [[Function.Output]?]
  /// Where they lie instead, for the types of which there is such a list.
  private var list: OutputList?
  private let coder = Payload.outputCoder(Function.self).flatMap { OutputList.takes($0) ? $0 : nil }
  private let name = try? TypeName.wire(of: Function.self)
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

  override var runsNoUserCodeBeforeSending: Bool { hasKnownInputs }
  private let hasKnownInputs = WireCoders.find(Function.Input.self) != nil

  override package var title: String { Trace.title(of: Function.self) }
  override package func inputs(of chunk: Int) -> Range<Int>? { items(of: chunk) }
  override var lastChunk: Int? { chunks - 1 }
  override var keepsEveryFailure: Bool { substitute != nil }

  private func items(of chunk: Int) -> Range<Int> { ChunkSize.items(of: chunk, items: count, size: chunkSize) }

  private func slice(_ chunk: Int) -> ArraySlice<Function.Input> {
    locked { inputs.isEmpty ? [] : inputs[items(of: chunk)] }
  }

  override package func encode(_ chunks: Range<Int>, _ take: (OutgoingBytes) throws -> Bool) throws {
    // Once for all of them.
    let inputs: [Function.Input] = locked { self.inputs }
    let name = try name ?? TypeName.wire(of: Function.self)
    for chunk in chunks {
      let items = inputs.isEmpty ? 0..<0 : items(of: chunk)
      guard try take(ChunkCall.outgoing(Function.self, name, inputs, items)) else { return }
    }
  }

  override func run(_ chunk: Int) -> (any Error)? {
    do {
      guard let coder else {
        keep(chunk, try Function.__map(slice(chunk)))
        return nil
      }
      guard let list = list(coder) else { return nil }
      try Function.__map(slice(chunk), to: list.part(items(of: chunk), as: Function.Output.self))
      locked { list.note(chunk) }
      return nil
    } catch {
      return error
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    if bytes.withUnsafeBytes({ read(chunk, $0) }) { return }
    let items = items(of: chunk)
    let outputs = try Function.__decode(bytes, count: items.count)
    guard let coder else { return keep(chunk, outputs) }
    guard let list = list(coder) else { return }
    let part = list.part(items, as: Function.Output.self)
    for (index, output) in outputs.enumerated() { part[index] = output }
    locked { list.note(chunk) }
  }

  override package func store(_ chunk: Int, _ few: FewBytes) throws {
    if !few.withBytes({ read(chunk, $0) }) { try store(chunk, few.list) }
  }

  override package func store(_ chunk: Int, _ payload: MappedPayload) throws {
    if !read(chunk, payload.bytes, isShared: true) { try store(chunk, payload.copy) }
  }

  /// Reads a chunk's outputs to where they stay; false where they are to be decoded first.
  private func read(_ chunk: Int, _ bytes: UnsafeRawBufferPointer, isShared: Bool = false) -> Bool {
    guard let coder, let list = list(coder), list.read(bytes, items(of: chunk), isShared: isShared) else { return false }
    locked { list.note(chunk) }
    return true
  }

  /// Where the outputs lie; nil when the job is over.
  private func list(_ coder: WireCoder) -> OutputList? {
    locked {
      if list == nil, !outputs.isEmpty {
        list = OutputList(coder, of: Function.Output.self, count: count, chunks: chunks)
      }
      return list
    }
  }

  /// Unless the job is over: a thread that nobody waits for any more may come to its end after it.
  private func keep(_ chunk: Int, _ outputs: [Function.Output]) {
    locked { if chunk < self.outputs.count { self.outputs[chunk] = outputs } }
  }

  override package func store(_ chunk: Int, failure: any Error) {
    guard let substitute else { return super.store(chunk, failure: failure) }
    keep(chunk, Array(repeating: substitute(failure), count: items(of: chunk).count))
  }

  override var isAssembled: Bool { true }
  override func assembled() -> Kept { Kept { try assemble() } }

  private func assemble() throws -> [Function.Output] {
    try locked {
      if let list, list.isComplete, let all = list.all(as: Function.Output.self) { return all }
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

  private func isThere(_ chunk: Int) -> Bool { list.map { $0.has(chunk) } ?? (outputs[chunk] != nil) }

  override func release() -> Any? {
    completed = outputs.indices.reduce(0) { $0 + (isThere($1) ? items(of: $1).count : 0) }
    defer { (inputs, outputs, list) = ([], [], nil) }
    return (inputs, outputs, list)
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
