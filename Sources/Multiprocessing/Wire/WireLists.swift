/// Lists of values that have a coder, written where they stay: the size is known before the first byte.
extension WireCoder {
  /// The array of these values, whose coder this is, behind other bytes.
  func list<Values: Collection>(_ values: Values, after prefix: [UInt8] = []) -> [UInt8] {
    if isScalar {
      let bytes = values.withContiguousStorageIfAvailable { packed(after: prefix, UnsafeRawBufferPointer($0)) }
      return bytes ?? Array(values).withUnsafeBytes { packed(after: prefix, $0) }
    }
    var size = prefix.count + 17
    values.forEachElement { withUnsafePointer(to: $0) { size += byteCount(UnsafeRawPointer($0)) } }
    return [UInt8](unsafeUninitializedCapacity: size) { target, initialized in
      let target = UnsafeMutableRawBufferPointer(target)
      FreshMemory.prepare(target)
      prefix.withUnsafeBytes { target.copyMemory(from: $0) }
      let start = target.baseAddress! + prefix.count
      open(start, size - prefix.count, count: values.count)
      var end = start + 17
      values.forEachElement { value in
        withUnsafePointer(to: value) { pointer in
          let pointer = UnsafeRawPointer(pointer)
          write(pointer, end)
          end += byteCount(pointer)
        }
      }
      initialized = size
    }
  }

  /// The array of one value, whose coder this is and which is no number, behind other bytes.
  @inline(never) func list(ofOne value: UnsafeRawPointer, after prefix: [UInt8]) -> [UInt8] {
    let size = prefix.count + 17 + byteCount(value)
    var bytes = Self.room(size)
    bytes.withUnsafeMutableBytes { target in
      prefix.withUnsafeBytes { target.copyMemory(from: $0) }
      open(target.baseAddress! + prefix.count, size - prefix.count, count: 1)
      write(value, target.baseAddress! + prefix.count + 17)
    }
    return bytes
  }

  private func open(_ target: UnsafeMutableRawPointer, _ size: Int, count: Int) {
    target.storeBytes(of: WireTag.list.rawValue, as: UInt8.self)
    target.storeBytes(of: UInt64(size - 9), toByteOffset: 1, as: UInt64.self)
    target.storeBytes(of: UInt64(count), toByteOffset: 9, as: UInt64.self)
  }

}
