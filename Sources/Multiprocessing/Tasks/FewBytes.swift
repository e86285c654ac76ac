/// At most 32 bytes, in the value itself: what a number takes as it travels, and more. It spares a list for each outcome.
package struct FewBytes: Sendable {
  static let capacity = 32
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  private var count: UInt8

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= Self.capacity else { return nil }
    count = UInt8(bytes.count)
    withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
  }

  /// So many bytes, at most the capacity, as `body` writes them.
  @inline(__always) init<E: Error>(count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
    self.count = UInt8(count)
    try withUnsafeMutableBytes(of: &words) { words throws(E) in
      try body(UnsafeMutableRawBufferPointer(rebasing: words[..<count]))
    }
  }

  @inline(__always) package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withUnsafeBytes(of: words) { words throws(E) in try body(UnsafeRawBufferPointer(rebasing: words[..<Int(count)])) }
  }
}

extension FewBytes {
  /// The same as a list.
  package var list: [UInt8] { withBytes { [UInt8]($0) } }
}
