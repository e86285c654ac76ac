/// Writing entries, elements and single values.
///
/// The containers hand over here at once: they are generic over their keys, and the compiler makes a fast version of a
/// function for each type of number only where nothing else is open.
extension WireEncoder {
  /// Starts an entry of a keyed container and returns where it starts.
  ///
  /// `byte` is the key itself if that is one byte.
  @discardableResult
  @inline(__always) func beginEntry(_ name: String, _ byte: UInt8) throws(WireError) -> Int {
    try makeReady()
    guard shape == .keyed else { throw misused() }
    let memory = self.memory
    let mark = memory.pointee.count
    count += 1
    if keysAreSmall {
      let bit: UInt64 = 1 << UInt64(byte & 63)
      if seenKeys & bit != 0 { isLoose = true }
      seenKeys |= bit
    }
    var name = name
    name.withUTF8 { utf8 in
      if utf8.count < 255 {
        let target = memory.pointee.extend(by: 1 + utf8.count)
        target.storeBytes(of: UInt8(truncatingIfNeeded: utf8.count), as: UInt8.self)
        if let start = utf8.baseAddress { (target + 1).copyMemory(from: start, byteCount: utf8.count) }
      } else {
        memory.pointee.append(raw: 255 as UInt8)
        memory.pointee.append(raw: UInt64(utf8.count))
        memory.pointee.append(UnsafeRawBufferPointer(utf8))
      }
    }
    return mark
  }

  func appendEntry<Scalar: WireScalar>(_ value: Scalar, _ name: String, _ byte: UInt8) throws(WireError) {
    try beginEntry(name, byte)
    memory.pointee.append(tagged: value)
  }

  func appendEntryIfPresent<Scalar: WireScalar>(_ value: Scalar?, _ name: String, _ byte: UInt8) throws(WireError) {
    try beginEntry(name, byte)
    if let value { memory.pointee.append(tagged: value) } else { memory.pointee.append(.absent) }
  }

  func appendEntry(_ text: String, _ name: String, _ byte: UInt8) throws(WireError) {
    try beginEntry(name, byte)
    memory.pointee.append(text)
  }

  /// Appends `nil`, or the mark that keeps the place of an entry that is left out.
  func appendEntry(_ tag: WireTag, _ name: String, _ byte: UInt8) throws(WireError) {
    try beginEntry(name, byte)
    memory.pointee.append(tag)
  }

  /// Starts an element that is not one more number of a packed list, and returns where it starts.
  @discardableResult
  @inline(__always) func beginElement() throws(WireError) -> Int {
    try makeReady()
    guard shape == .list else { throw misused() }
    if packedTag != nil { unpack() }
    count += 1
    return memory.pointee.count
  }

  /// Starts the value of a single value container, and returns where it starts.
  @discardableResult
  @inline(__always) func beginSingle() throws(WireError) -> Int {
    try makeReady()
    guard (shape == .single || shape == .slot) && count == 0 else { throw misused() }
    count = 1
    return memory.pointee.count
  }

  // MARK: Lists of numbers

  /// Appends a number to a list, without a tag as long as all of its elements are numbers of one kind.
  @inline(__always) func appendElement<Scalar: WireScalar>(_ value: Scalar) throws(WireError) {
    try makeReady()
    if packedTag == Scalar.tag {
      count += 1
      memory.pointee.append(raw: value)
    } else if count == 0 && canPack {
      startPacking(Scalar.tag)
      count += 1
      memory.pointee.append(raw: value)
    } else {
      try beginElement()
      memory.pointee.append(tagged: value)
    }
  }

  /// Appends all numbers of a sequence to a list, by copying them if they lie side by side.
  @inline(__always)
  func appendElements<Scalar: WireScalar>(_ values: some Sequence<Scalar>) throws {
    try makeReady()
    let copied: Void? = try values.withContiguousStorageIfAvailable { values in
      if packedTag != Scalar.tag {
        guard count == 0 && canPack else {
          for value in values { try appendElement(value) }
          return
        }
        startPacking(Scalar.tag)
      }
      count += values.count
      memory.pointee.append(UnsafeRawBufferPointer(values))
    }
    if copied == nil {
      for value in values { try appendElement(value) }
    }
  }

  /// Appends a number whose type is known by its coder only, if the list holds nothing else.
  func appendElement<Value>(_ value: Value, _ coder: WireCoder) throws(WireError) -> Bool {
    guard coder.isScalar else { return false }
    let tag = coder.tag
    try makeReady()
    if packedTag != tag {
      guard count == 0 && canPack else { return false }
      startPacking(tag)
    }
    count += 1
    withUnsafeBytes(of: value) { memory.pointee.append($0) }
    return true
  }

  /// Whether the list starts at the end of the buffer and nothing else can come between its elements.
  ///
  /// A nested list never packs: it may be closed and opened again, and then its beginning could not be rewritten.
  private var canPack: Bool { nesting == nil && shape == .list && packedTag == nil }

  @inline(never) private func startPacking(_ tag: WireTag) {
    packedTag = tag
    memory.pointee.replace(tag.packed, at: start)
    memory.pointee.count = start + 9
  }

  /// Gives each number of the list its tag, because something else follows.
  @inline(never) private func unpack() {
    guard let tag = packedTag else { return }
    packedTag = nil
    let size = tag.scalarByteCount
    let memory = self.memory
    let numbers = Array(UnsafeRawBufferPointer(rebasing: memory.pointee.bytes[(start + 9)...]))
    memory.pointee.count = start
    memory.pointee.open(.list)
    memory.pointee.append(raw: UInt64(count))
    numbers.withUnsafeBytes { numbers in
      for offset in stride(from: 0, to: numbers.count, by: size) {
        memory.pointee.append(tag)
        memory.pointee.append(UnsafeRawBufferPointer(rebasing: numbers[offset..<offset + size]))
      }
    }
  }
}
