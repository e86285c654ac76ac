import Glibc

/// The outputs of a map as they come back from workers, where they are numbers: bytes in their place, whatever the type.
///
/// Code that does not know a type looks it up at each step; here it does so once, at the end. Not thread-safe, but that chunks
/// may be written apart from each other.
final class NumberList: @unchecked Sendable {
  // Sendable: a chunk's bytes are written by the result handler alone; all else is touched with the job's lock held.
  private let coder: WireCoder
  private let memory: UnsafeMutableRawBufferPointer
  private var isThere: [Bool]
  private var missing: Int

  init(_ coder: WireCoder, count: Int, chunks: Int) {
    self.coder = coder
    memory = .allocate(byteCount: count * coder.tag.scalarByteCount, alignment: 16)
    FreshMemory.prepare(memory)
    isThere = Array(repeating: false, count: chunks)
    missing = chunks
  }

  deinit { memory.deallocate() }

  /// Whether the outputs of every chunk are there.
  var isComplete: Bool { missing == 0 }

  func has(_ chunk: Int) -> Bool { isThere[chunk] }

  /// Writes the encoded outputs of these items; false where the bytes are anything else than so many numbers.
  func write(_ bytes: [UInt8], _ items: Range<Int>) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let numbers = coder.packedNumbers(bytes) else { return false }
      return write(numbers, items)
    }
  }

  /// Writes the outputs of these items; false where there are not so many.
  func write(_ numbers: UnsafeRawBufferPointer, _ items: Range<Int>) -> Bool {
    let range = coder.bytes(of: items)
    guard numbers.count == range.count else { return false }
    UnsafeMutableRawBufferPointer(rebasing: memory[range]).copyMemory(from: numbers)
    return true
  }

  /// The outputs of a chunk are written.
  func note(_ chunk: Int) {
    guard !isThere[chunk] else { return }
    isThere[chunk] = true
    missing -= 1
  }

  /// All of them. `Number` is the type of the coder.
  func list<Number>(of count: Int) -> [Number] {
    [Number](unsafeUninitializedCapacity: count) { target, initialized in
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(target))
      UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(memory))
      initialized = count
    }
  }
}
