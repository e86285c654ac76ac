/// The outputs of a map, each where it stays: numbers, texts, and lists of numbers.
///
/// Code that does not know a type looks it up at each step; here it does so at the beginning and at the end. Not thread-safe, but
/// that chunks may be written apart from each other.
final class OutputList: @unchecked Sendable {
  // Sendable: a chunk's part is written by one thread alone; all else is touched with the job's lock held.
  private let coder: WireCoder
  private let stride: Int
  /// The array of all outputs; the end of those that are not there yet costs nothing.
  private let array: Any
  // Proof: the elements of an array stay where they are until it is changed, and nobody changes this one before it is handed out.
  private let memory: UnsafeMutableRawPointer
  private var isThere: [Bool]
  private var missing: Int

  /// For outputs of a type that this is the coder of, one at least.
  init<Output>(_ coder: WireCoder, of type: Output.Type, count: Int, chunks: Int) {
    self.coder = coder
    stride = MemoryLayout<Output>.stride
    var array = [Output](unsafeUninitializedCapacity: count) { target, initialized in
      guard let start = target.baseAddress else { return }
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(target))
      // A number needs no beginning: what is not written is never read.
      coder.elements?.fill(start, count)
      initialized = count
    }
    memory = array.withUnsafeMutableBytes { $0.baseAddress! }
    self.array = array
    isThere = Array(repeating: false, count: chunks)
    missing = chunks
  }

  /// Whether there is a list for outputs of this coder.
  static func takes(_ coder: WireCoder) -> Bool { coder.elements != nil || coder.takesAnyBits }

  /// Whether the outputs of every chunk are there.
  var isComplete: Bool { missing == 0 }

  func has(_ chunk: Int) -> Bool { isThere[chunk] }

  /// The outputs of a chunk are written.
  func note(_ chunk: Int) {
    guard !isThere[chunk] else { return }
    isThere[chunk] = true
    missing -= 1
  }

  /// All of them. `Output` is the type that the list was made for, as with `part`.
  func all<Output>(as type: Output.Type) -> [Output]? { array as? [Output] }

  /// Where the outputs of these items go.
  func part<Output>(_ items: Range<Int>, as type: Output.Type) -> UnsafeMutablePointer<Output> {
    (memory + items.lowerBound * stride).assumingMemoryBound(to: Output.self)
  }

  /// Writes the encoded outputs of these items; false where the bytes are anything else than so many of them.
  /// - Parameter isShared: whether somebody may change the bytes meanwhile.
  func read(_ bytes: UnsafeRawBufferPointer, _ items: Range<Int>, isShared: Bool) -> Bool {
    if isShared, !WireFlat.canRead(coder) { return false }
    let target = memory + items.lowerBound * stride
    if let elements = coder.elements {
      return WireElements.body(bytes, count: items.count).map { elements.read($0, target, items.count) } ?? false
    }
    guard let numbers = coder.packedNumbers(bytes), numbers.count == items.count * stride else { return false }
    if let start = numbers.baseAddress { target.copyMemory(from: start, byteCount: numbers.count) }
    return true
  }
}
