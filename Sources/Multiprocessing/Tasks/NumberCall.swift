/// The name of a function as it is written, which is there for as long as the program runs.
struct WireName: @unchecked Sendable {
  // Sendable: what `lasting` points to never changes and is never freed.
  let bytes: [UInt8]
  let lasting: UnsafeRawBufferPointer

  /// One for each function of the program: the memory stays.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    memory.copyBytes(from: bytes)
    lasting = UnsafeRawBufferPointer(memory)
  }
}

/// A call of a function with one number, as the number's bits: neither memory of its own nor a reference to count.
struct NumberCall: @unchecked Sendable {
  // Sendable: the name and the coder are there for as long as the program runs, and never change.
  private let name: UnsafeRawBufferPointer
  unowned(unsafe) private let coder: WireCoder
  private let low: UInt64
  private let high: UInt64

  /// - Parameter coder: the coder of the number, which is of a type known to `WireCoders`.
  init(_ name: WireName, _ coder: WireCoder, _ number: UnsafeRawPointer) {
    self.name = name.lasting
    self.coder = coder
    var bits: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &bits) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: number, count: coder.tag.scalarByteCount))
    }
    (low, high) = bits
  }

  var count: Int { name.count + 9 + coder.tag.scalarByteCount }

  func write(to target: UnsafeMutableRawPointer) {
    let target = UnsafeMutableRawBufferPointer(start: target, count: count)
    target.copyMemory(from: name)
    let rest = UnsafeMutableRawBufferPointer(rebasing: target[name.count...])
    coder.openPacked(rest, 1)
    withUnsafeBytes(of: (low, high)) {
      UnsafeMutableRawBufferPointer(rebasing: rest[9...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<coder.tag.scalarByteCount]))
    }
  }
}
