/// Bytes on their way to another process: how many they are, and what writes them where they are read.
///
/// Much goes from where it lies into shared memory in one step; an array in between would be fetched page by page first.
package struct OutgoingBytes: Sendable {
  package let count: Int
  private let content: Content

  private enum Content: Sendable {
    case bytes([UInt8])
    case number(NumberCall)
    case writer(@Sendable (UnsafeMutableRawPointer) -> Void)
  }

  package init(_ bytes: [UInt8]) {
    count = bytes.count
    content = .bytes(bytes)
  }

  init(_ call: NumberCall) {
    count = call.count
    content = .number(call)
  }

  /// - Parameter write: writes exactly `count` bytes; called any number of times.
  init(count: Int, _ write: @escaping @Sendable (UnsafeMutableRawPointer) -> Void) {
    self.count = count
    content = .writer(write)
  }

  /// Writes all bytes to memory that has room for them.
  func write(to target: UnsafeMutableRawPointer) {
    switch content {
    case .bytes(let bytes):
      bytes.withUnsafeBytes { if let start = $0.baseAddress { target.copyMemory(from: start, byteCount: count) } }
    case .number(let call): call.write(to: target)
    case .writer(let write): write(target)
    }
  }

  /// The same as an array.
  package var bytes: [UInt8] {
    if case .bytes(let bytes) = content { return bytes }
    var bytes = WireCoder.room(count)
    bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { write(to: start) } }
    return bytes
  }
}
