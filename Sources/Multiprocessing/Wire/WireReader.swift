/// Reads what a `WireWriter` wrote, and throws where the bytes end too early or hold something else.
///
/// A reader borrows its bytes. Whoever creates one keeps them alive and unchanged as long as it reads.
package struct WireReader {
  let bytes: UnsafeRawBufferPointer
  /// How many bytes have been read.
  package private(set) var offset = 0

  /// Creates a reader at the start of `bytes`.
  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// How many bytes are left.
  package var remaining: Int { bytes.count - offset }

  /// Whether all bytes have been read.
  package var isAtEnd: Bool { offset == bytes.count }

  /// Throws unless all bytes have been read.
  package func finish() throws(WireError) {
    if remaining > 0 { throw WireError(.trailingBytes, "\(remaining) bytes are left over.", offset: offset) }
  }

  /// Moves on over a value that has been read elsewhere.
  mutating func advance(to newOffset: Int) {
    precondition(newOffset >= offset && newOffset <= bytes.count, "a reader moves forward within its bytes")
    offset = newOffset
  }

  /// Moves on over these bytes if they come next; whether they did.
  mutating func skip(_ expected: [UInt8]) -> Bool {
    guard expected.count <= remaining else { return false }
    let isNext = expected.withUnsafeBytes {
      WireBytes.areEqual(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + expected.count]), $0)
    }
    if isNext { offset += expected.count }
    return isNext
  }

  /// Reads the next `count` bytes; they are valid as long as the reader's own bytes.
  package mutating func read(count: Int) throws(WireError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw WireError(.truncated, "\(count) bytes are needed and \(remaining) are left.", offset: offset)
    }
    let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    offset += count
    return part
  }

  /// Reads a number in little-endian order.
  package mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type = Number.self
  ) throws(WireError) -> Number {
    Number(littleEndian: try read(count: MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
  }

  /// Reads a number from its bits.
  package mutating func readDouble() throws(WireError) -> Double {
    Double(bitPattern: try read())
  }

  /// Reads one byte, which must be 0 or 1.
  package mutating func readBool() throws(WireError) -> Bool {
    let byte = try read(UInt8.self)
    if byte > 1 { throw WireError(.malformed, "A Bool is 0 or 1, not \(byte).", offset: offset - 1) }
    return byte == 1
  }

  /// Reads a length of 64 bits and checks that as many elements can follow, so that memory can be reserved for them.
  package mutating func readCount(elementByteCount: Int = 1) throws(WireError) -> Int {
    let start = offset
    let count: UInt64 = try read()
    guard let count = Int(exactly: count), count <= remaining / Swift.max(elementByteCount, 1) else {
      throw WireError(.badLength, "A length says \(count), but only \(remaining) bytes are left.", offset: start)
    }
    return count
  }

  /// Reads bytes with their length before them; they are valid as long as the reader's own bytes.
  package mutating func readCounted() throws(WireError) -> UnsafeRawBufferPointer {
    try read(count: try readCount())
  }

  /// Reads bytes with their length before them.
  package mutating func readBytes() throws(WireError) -> [UInt8] {
    Array(try readCounted())
  }

  /// Reads a text with its length before it.
  package mutating func readString() throws(WireError) -> String {
    let start = offset
    return try WireReader.text(try readCounted(), at: start)
  }

  static func text(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(WireError) -> String {
    if let text = text(bytes) { return text }
    throw WireError(.invalidText, "A text of \(bytes.count) bytes is not valid UTF-8.", offset: offset)
  }

  /// The text that these bytes are; nil where they are none.
  @inline(__always) static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    // This repairs what is not valid, so that the result differs; `String(validating:as:)` takes four times as long.
    var text = String(decoding: bytes, as: UTF8.self)
    let isSame = text.withUTF8 { utf8 in
      utf8.count == bytes.count && WireBytes.areEqual(UnsafeRawBufferPointer(utf8), bytes)
    }
    return isSame ? text : nil
  }
}
