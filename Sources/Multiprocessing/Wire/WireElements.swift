/// How many values of one type that lie side by side are written and read as the elements of a list.
///
/// One loop for all of them, made by the compiler for the type: what goes through the coder of each element counts references
/// and looks up types, which takes longer than a short text.
struct WireElements: Sendable {
  /// How many bytes `write` will write.
  let byteCount: @Sendable (_ values: UnsafeRawPointer, _ count: Int) -> Int
  /// Writes the values with their tags.
  let write: @Sendable (_ values: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer) -> Void
  /// Initialises memory with empty values; these refer to nothing, so that others may be put over them.
  let fill: @Sendable (_ target: UnsafeMutableRawPointer, _ count: Int) -> Void
  /// Initialises memory with the values that these bytes are, and nothing else; it has been filled before. False where they are
  /// not so many such values: some of the memory is initialised anew then, some is not.
  let read: @Sendable (_ bytes: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer, _ count: Int) -> Bool
}

extension WireElements {
  static func scalars<Scalar: WireScalar>(_ type: Scalar.Type) -> WireElements {
    WireElements { values, count in
      UnsafeBufferPointer(start: values.assumingMemoryBound(to: [Scalar].self), count: count)
        .reduce(9 * count) { $0 + $1.count * MemoryLayout<Scalar>.stride }
    } write: { values, count, target in
      let lists = values.assumingMemoryBound(to: [Scalar].self)
      var target = target
      for index in 0..<count { target = WireCoder.write(lists[index], to: target) }
    } fill: { target, count in
      target.initializeMemory(as: [Scalar].self, repeating: [], count: count)
    } read: { bytes, target, count in
      let lists = target.assumingMemoryBound(to: [Scalar].self)
      var bytes = bytes
      for index in 0..<count {
        guard let list = next(Scalar.tag.packed, &bytes).flatMap({ WireCoder.list(of: Scalar.self, $0) }) else { return false }
        (lists + index).initialize(to: list)
      }
      return bytes.isEmpty
    }
  }

  static func strings() -> WireElements {
    WireElements { values, count in
      UnsafeBufferPointer(start: values.assumingMemoryBound(to: String.self), count: count)
        .reduce(9 * count) { $0 + $1.utf8.count }
    } write: { values, count, target in
      let texts = values.assumingMemoryBound(to: String.self)
      var target = target
      for index in 0..<count { target = WireCoder.write(texts[index], to: target) }
    } fill: { target, count in
      target.initializeMemory(as: String.self, repeating: "", count: count)
    } read: { bytes, target, count in
      let texts = target.assumingMemoryBound(to: String.self)
      var bytes = bytes
      for index in 0..<count {
        guard let text = next(.string, &bytes).flatMap({ WireReader.text($0) }) else { return false }
        (texts + index).initialize(to: text)
      }
      return bytes.isEmpty
    }
  }

  /// The body of the value that comes next, if it has this tag, and moves on over it; each byte of what stands before it is
  /// looked at once, for somebody may change it meanwhile.
  @inline(__always)
  private static func next(_ tag: WireTag, _ bytes: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard bytes.count >= 9, let start = bytes.baseAddress, start.load(as: UInt8.self) == tag.rawValue else { return nil }
    let length = (start + 1).loadUnaligned(as: UInt64.self)
    guard length <= UInt64(bytes.count - 9) else { return nil }
    let body = UnsafeRawBufferPointer(start: start + 9, count: Int(length))
    bytes = UnsafeRawBufferPointer(start: start + 9 + Int(length), count: bytes.count - 9 - Int(length))
    return body
  }

  /// The elements of the list that the bytes are, if it has so many and nothing stands behind it.
  static func body(_ bytes: UnsafeRawBufferPointer, count: Int) -> UnsafeRawBufferPointer? {
    guard listCount(bytes) == count else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[17...])
  }

  /// How many elements the list has that the bytes are; nil if they are anything else, or too few for as many elements as these
  /// are.
  static func listCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 17, bytes[0] == WireTag.list.rawValue,
      bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self) == UInt64(bytes.count - 9)
    else { return nil }
    let count = bytes.loadUnaligned(fromByteOffset: 9, as: UInt64.self)
    return count <= UInt64((bytes.count - 17) / 9) ? Int(count) : nil
  }
}
