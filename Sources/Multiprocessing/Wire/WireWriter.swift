/// Bytes that grow at their end: numbers of fixed width in little-endian order, byte strings, texts, and whole values
/// by `Wire`.
///
/// It is a value: a copy does not see what is written to the original.
///
/// `@unchecked Sendable` holds because the buffer is never shared by two writers while either of them changes it: every
/// mutation makes sure first that it holds the only reference.
package struct WireWriter: @unchecked Sendable {
  private var storage: WireBuffer

  /// Creates a writer without bytes.
  package init(minimumCapacity: Int = 0) {
    storage = WireBuffer(minimumCapacity: minimumCapacity)
  }

  /// How many bytes have been written.
  package var count: Int { storage.memory.pointee.count }

  /// All bytes written so far, copied.
  package var bytes: [UInt8] { Array(storage.memory.pointee.bytes) }

  /// Calls `body` with the bytes written so far, which are valid during the call only.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(storage.memory.pointee.bytes)
  }

  /// The buffer, held by this writer alone.
  mutating func uniqueBuffer() -> WireBuffer {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    return storage
  }

  /// Forgets all bytes but keeps the memory for the next ones.
  package mutating func removeAll() {
    truncate(to: 0)
  }

  /// Takes back all bytes after the first `count` ones.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "a writer can only be cut to a part of what it holds")
    uniqueBuffer().memory.pointee.count = count
  }

  /// Appends a number in little-endian order.
  package mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    let target = uniqueBuffer().memory.pointee.extend(by: MemoryLayout<Number>.size)
    target.storeBytes(of: number.littleEndian, as: Number.self)
  }

  /// Appends a number as its bits.
  package mutating func append(_ number: Double) {
    append(number.bitPattern)
  }

  /// Appends one byte, 0 or 1.
  package mutating func append(_ flag: Bool) {
    append(flag ? 1 as UInt8 : 0)
  }

  /// Appends bytes without their number, which the reader must know.
  package mutating func append(raw bytes: UnsafeRawBufferPointer) {
    uniqueBuffer().memory.pointee.append(bytes)
  }

  /// Appends the number of bytes in 64 bits, then the bytes.
  package mutating func append(counted bytes: UnsafeRawBufferPointer) {
    append(UInt64(bytes.count))
    append(raw: bytes)
  }

  /// Appends the number of bytes in 64 bits, then the bytes.
  package mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append(counted: $0) }
  }

  /// Appends the length in UTF-8 in 64 bits, then the text in UTF-8.
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(counted: UnsafeRawBufferPointer($0)) }
  }

  /// Replaces eight bytes written before, such as a length that is known only after what it measures.
  package mutating func replace(at offset: Int, with number: UInt64) {
    uniqueBuffer().memory.pointee.store(number.littleEndian, at: offset)
  }
}
