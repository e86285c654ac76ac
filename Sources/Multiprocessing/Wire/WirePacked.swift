/// Numbers straight from memory to bytes and back, for whoever knows that there is nothing else: the bytes are those of an
/// array of such numbers.
extension WireCoder {
  /// Whether any bits are a number of this type.
  var takesAnyBits: Bool { isScalar && tag != .bool }

  /// The bytes in memory of some of many numbers.
  func bytes(of range: Range<Int>) -> Range<Int> {
    range.lowerBound * tag.scalarByteCount..<range.upperBound * tag.scalarByteCount
  }

  /// Never written, never freed.
  private nonisolated(unsafe) static let zeros: UnsafeRawBufferPointer = {
    // Proof: nobody has a pointer by which it could be changed.
    let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 16)
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
    return UnsafeRawBufferPointer(zeros)
  }()

  /// These bytes, and behind them the array of the numbers that lie in memory.
  @inline(never) func packed(after prefix: [UInt8], _ numbers: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = Self.room(prefix.count + 9 + numbers.count)
    bytes.withUnsafeMutableBytes { target in
      prefix.withUnsafeBytes { target.copyMemory(from: $0) }
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[prefix.count...])
      openPacked(rest, numbers.count / tag.scalarByteCount)
      UnsafeMutableRawBufferPointer(rebasing: rest[9...]).copyMemory(from: numbers)
    }
    return bytes
  }

  /// Room for so many bytes, of any content. Not inlined into code that does not know its types and would look this one up.
  @inline(never) static func room(_ count: Int) -> [UInt8] {
    // Copying zeros is faster than making an array without content, for which its type is looked up at run time.
    if count <= zeros.count { return [UInt8](UnsafeRawBufferPointer(rebasing: zeros[..<count])) }
    return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(bytes))
      initialized = count
    }
  }

  /// Writes what stands before so many numbers.
  func openPacked(_ target: UnsafeMutableRawBufferPointer, _ count: Int) {
    target.storeBytes(of: tag.packed.rawValue, as: UInt8.self)
    target.storeBytes(of: UInt64(count * tag.scalarByteCount), toByteOffset: 1, as: UInt64.self)
  }

  /// The numbers that come next, if all that is left is an array of this kind with so many at most; the reader has read them
  /// then.
  func packedNumbers(_ reader: inout WireReader, atMost limit: Int) -> UnsafeRawBufferPointer? {
    let left = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.offset...])
    guard let numbers = packedNumbers(left), numbers.count <= limit * tag.scalarByteCount else { return nil }
    reader.advance(to: reader.bytes.count)
    return numbers
  }

  /// The numbers of which these bytes are the array; nil if they are anything else.
  func packedNumbers(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard takesAnyBits, bytes.count >= 9, bytes[0] == tag.packed.rawValue,
      bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self) == UInt64(bytes.count - 9),
      (bytes.count - 9) % tag.scalarByteCount == 0
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[9...])
  }
}

/// One number of a type that the caller's code does not know, in sixteen bytes.
enum Scalars {
  /// The bits of the number of which these bytes are the array of one; nil if they are anything else.
  static func bits(_ coder: WireCoder, in bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64)? {
    guard let numbers = coder.packedNumbers(bytes), numbers.count == coder.tag.scalarByteCount else { return nil }
    var bits: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &bits) { $0.copyMemory(from: numbers) }
    return bits
  }

  /// The bits of a number, which takes sixteen bytes at most.
  static func bits<Value>(of number: Value) -> (UInt64, UInt64) {
    var bits: (UInt64, UInt64) = (0, 0)
    withUnsafeBytes(of: number) { number in withUnsafeMutableBytes(of: &bits) { $0.copyMemory(from: number) } }
    return bits
  }

  /// The number with these bits; they came from `bits` for the same type.
  static func value<Value>(_ low: UInt64, _ high: UInt64) -> Value {
    // Proof: as large and as aligned as the largest number, and the bits came from one of this type.
    var memory = UInt128(high) << 64 | UInt128(low)
    return withUnsafeBytes(of: &memory) { $0.assumingMemoryBound(to: Value.self)[0] }
  }
}
