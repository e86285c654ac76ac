/// Lists of values that have a coder, written where they stay: the size is known before the first byte.
extension WireCoder {
  /// The array of these values, whose coder this is.
  func list<Value>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBufferPointer { bytes($0, byteCount($0), after: []) }
  }

  private func bytes<Value>(_ values: UnsafeBufferPointer<Value>, _ size: Int, after prefix: [UInt8]) -> [UInt8] {
    if isScalar { return packed(after: prefix, UnsafeRawBufferPointer(values)) }
    var bytes = Self.room(prefix.count + size)
    bytes.withUnsafeMutableBytes { target in
      prefix.withUnsafeBytes { target.copyMemory(from: $0) }
      write(values, size, to: target.baseAddress! + prefix.count)
    }
    return bytes
  }

  /// The array of some of these values, whose coder this is, behind other bytes: to be written where it will lie.
  func outgoing<Value: Sendable>(_ values: [Value], _ range: Range<Int>, after prefix: [UInt8] = []) -> OutgoingBytes {
    let size = values.withUnsafeBufferPointer { byteCount(UnsafeBufferPointer(rebasing: $0[range])) }
    if prefix.count + size <= Layout.inlineCapacity {
      // Few bytes go into the queue itself, and need nothing to write them later.
      return OutgoingBytes(values.withUnsafeBufferPointer { bytes(UnsafeBufferPointer(rebasing: $0[range]), size, after: prefix) })
    }
    return OutgoingBytes(count: prefix.count + size) { target in
      prefix.withUnsafeBytes { if let start = $0.baseAddress { target.copyMemory(from: start, byteCount: $0.count) } }
      values.withUnsafeBufferPointer {
        self.write(UnsafeBufferPointer(rebasing: $0[range]), size, to: target + prefix.count)
      }
    }
  }

  /// How many bytes the array of these values takes.
  private func byteCount<Value>(_ values: UnsafeBufferPointer<Value>) -> Int {
    if isScalar { return 9 + values.count * tag.scalarByteCount }
    guard let start = values.baseAddress else { return 17 }
    if let elements { return 17 + elements.byteCount(start, values.count) }
    return (0..<values.count).reduce(17) { $0 + byteCount(UnsafeRawPointer(start + $1)) }
  }

  private func write<Value>(_ values: UnsafeBufferPointer<Value>, _ size: Int, to target: UnsafeMutableRawPointer) {
    if isScalar {
      openPacked(UnsafeMutableRawBufferPointer(start: target, count: 9), values.count)
      if let start = values.baseAddress { (target + 9).copyMemory(from: start, byteCount: size - 9) }
      return
    }
    Self.openList(target, size, count: values.count)
    guard let start = values.baseAddress else { return }
    if let elements { return elements.write(start, values.count, target + 17) }
    var end = target + 17
    for index in 0..<values.count {
      let value = UnsafeRawPointer(start + index)
      write(value, end)
      end += byteCount(value)
    }
  }

  /// The array of one value, whose coder this is and which is no number, behind other bytes.
  @inline(never) func list(ofOne value: UnsafeRawPointer, after prefix: [UInt8]) -> [UInt8] {
    let size = prefix.count + 17 + byteCount(value)
    var bytes = Self.room(size)
    bytes.withUnsafeMutableBytes { target in
      prefix.withUnsafeBytes { target.copyMemory(from: $0) }
      Self.openList(target.baseAddress! + prefix.count, size - prefix.count, count: 1)
      write(value, target.baseAddress! + prefix.count + 17)
    }
    return bytes
  }

  /// Writes what stands before the elements of a list of so many bytes in all.
  static func openList(_ target: UnsafeMutableRawPointer, _ size: Int, count: Int) {
    target.storeBytes(of: WireTag.list.rawValue, as: UInt8.self)
    target.storeBytes(of: UInt64(size - 9), toByteOffset: 1, as: UInt64.self)
    target.storeBytes(of: UInt64(count), toByteOffset: 9, as: UInt64.self)
  }
}
