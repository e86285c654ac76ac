/// How a type is written and read without asking its `Codable` conformance.
///
/// The functions take addresses because the code that calls them knows the type by its identity only; that a coder was
/// found by the identity of a type is the proof that the address is that of a value of this type. They are stored
/// functions and not the requirements of a protocol, because the compiler then makes a fast version of each for each
/// type of number.
final class WireCoder: Sendable {
  typealias Write = @Sendable (_ value: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) -> Void
  typealias Read = @Sendable (WireValue, WireBytes, _ result: UnsafeMutableRawPointer) throws(WireError) -> Void

  /// The tag of values that `read` understands; those with another one are left to the type's own `Codable`
  /// conformance.
  let tag: WireTag
  /// How many bytes `write` will write.
  let byteCount: @Sendable (_ value: UnsafeRawPointer) -> Int
  /// Writes the value with its tag.
  let write: Write
  /// Initialises the memory of the result.
  let read: Read
  /// How many values are written and read that are no numbers.
  let elements: WireElements?

  init(
    tag: WireTag, elements: WireElements? = nil, byteCount: @escaping @Sendable (UnsafeRawPointer) -> Int,
    write: @escaping Write, read: @escaping Read
  ) {
    self.elements = elements
    self.tag = tag
    self.byteCount = byteCount
    self.write = write
    self.read = read
  }

  /// Whether the type is that of a number.
  var isScalar: Bool { tag.isScalar }

  /// Reads a value whose type is the coder's.
  @inline(__always)
  func read<Value>(_ value: WireValue, in bytes: WireBytes, as type: Value.Type) throws(WireError) -> Value {
    // Sixteen aligned bytes hold a value of any type in the table.
    var memory: UInt128 = 0
    return try withUnsafeMutablePointer(to: &memory) { memory throws(WireError) in
      let result = UnsafeMutableRawPointer(memory)
      try read(value, bytes, result)
      return result.assumingMemoryBound(to: Value.self).move()
    }
  }
}

// MARK: The coders

extension WireCoder {
  static func scalar<Scalar: WireScalar>(_ type: Scalar.Type) -> WireCoder {
    WireCoder(tag: Scalar.tag) { _ in
      1 + MemoryLayout<Scalar>.size
    } write: { value, target in
      target.storeBytes(of: Scalar.tag.rawValue, as: UInt8.self)
      (target + 1).copyMemory(from: value, byteCount: MemoryLayout<Scalar>.size)
    } read: { (value, bytes, result) throws(WireError) in
      guard let scalar = Scalar.load(try bytes.pointer(to: value)) else {
        throw WireError(.malformed, "The bytes are not those of a value of type \(Scalar.self).", offset: value.body)
      }
      result.initializeMemory(as: Scalar.self, to: scalar)
    }
  }

  static func scalars<Scalar: WireScalar>(_ type: Scalar.Type) -> WireCoder {
    WireCoder(tag: Scalar.tag.packed, elements: .scalars(type)) { value in
      9 + value.assumingMemoryBound(to: [Scalar].self).pointee.count * MemoryLayout<Scalar>.stride
    } write: { value, target in
      _ = write(value.assumingMemoryBound(to: [Scalar].self).pointee, to: target)
    } read: { (value, bytes, result) throws(WireError) in
      let bytes = UnsafeRawBufferPointer(start: try bytes.pointer(to: value), count: value.end - value.body)
      guard let list = list(of: Scalar.self, bytes) else {
        throw WireError(.malformed, "The bytes are not those of a list of type \(Scalar.self).", offset: value.body)
      }
      result.initializeMemory(as: [Scalar].self, to: list)
    }
  }

  static func string() -> WireCoder {
    WireCoder(tag: .string, elements: .strings()) { value in
      9 + value.assumingMemoryBound(to: String.self).pointee.utf8.count
    } write: { value, target in
      _ = write(value.assumingMemoryBound(to: String.self).pointee, to: target)
    } read: { (value, bytes, result) throws(WireError) in
      result.initializeMemory(as: String.self, to: try bytes.text(value))
    }
  }

  static func strings() -> WireCoder {
    let elements = WireElements.strings()
    return WireCoder(tag: .list) { value in
      value.assumingMemoryBound(to: [String].self).pointee.withUnsafeBufferPointer { texts in
        17 + (texts.baseAddress.map { elements.byteCount($0, texts.count) } ?? 0)
      }
    } write: { value, target in
      value.assumingMemoryBound(to: [String].self).pointee.withUnsafeBufferPointer { texts in
        let size = texts.baseAddress.map { elements.byteCount($0, texts.count) } ?? 0
        openList(target, 17 + size, count: texts.count)
        if let start = texts.baseAddress { elements.write(start, texts.count, target + 17) }
      }
    } read: { (value, bytes, result) throws(WireError) in
      // Nine bytes stand before the body: the value's tag and its length.
      let body = UnsafeRawBufferPointer(start: try bytes.pointer(value.body - 9, to: value.end), count: value.end - value.body + 9)
      if let strings: [String] = WireFlat.list(elements, body) {
        result.initializeMemory(as: [String].self, to: strings)
      } else {
        result.initializeMemory(as: [String].self, to: try stringsOrError(value, bytes))
      }
    }
  }

  /// The same one by one, to say what is wrong with which.
  @inline(never) private static func stringsOrError(_ value: WireValue, _ bytes: WireBytes) throws(WireError) -> [String] {
    let count = try bytes.elementCount(value)
    var strings: [String] = []
    // A text takes nine bytes at least.
    strings.reserveCapacity(Swift.min(count, (value.end - value.body) / 9))
    var position = value.body + 8
    for index in 0..<count {
      let element = try bytes.value(at: position, limit: value.end)
      guard element.tag == .string else {
        let text = "Element \(index) should be a String, and the bytes hold \(element.tag.name)."
        throw WireError(.typeMismatch, text, offset: position)
      }
      strings.append(try bytes.text(element))
      position = element.next
    }
    return strings
  }

  /// Writes a text with its tag and length and returns the end.
  @inline(__always)
  static func write(_ text: String, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let end = text.utf8.withContiguousStorageIfAvailable { write(.string, UnsafeRawBufferPointer($0), to: target) }
    if let end { return end }
    var text = text
    return text.withUTF8 { write(.string, UnsafeRawBufferPointer($0), to: target) }
  }

  /// The same for many numbers.
  @inline(__always)
  static func write<Scalar: WireScalar>(_ list: [Scalar], to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    list.withUnsafeBytes { write(Scalar.tag.packed, $0, to: target) }
  }

  @inline(__always) private static func write(
    _ tag: WireTag, _ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    target.storeBytes(of: tag.rawValue, as: UInt8.self)
    (target + 1).storeBytes(of: UInt64(bytes.count), as: UInt64.self)
    if let start = bytes.baseAddress { (target + 9).copyMemory(from: start, byteCount: bytes.count) }
    return target + (9 + bytes.count)
  }

  /// The numbers that these bytes are; nil where they are none. The bytes may be changed by somebody else meanwhile: it is the
  /// copy that is checked.
  @inline(__always)
  static func list<Scalar: WireScalar>(of type: Scalar.Type, _ bytes: UnsafeRawBufferPointer) -> [Scalar]? {
    let count = bytes.count / MemoryLayout<Scalar>.stride
    guard count * MemoryLayout<Scalar>.stride == bytes.count else { return nil }
    let list = [Scalar](unsafeUninitializedCapacity: count) { elements, initialized in
      guard let target = elements.baseAddress, let start = bytes.baseAddress, count > 0 else { return }
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(elements))
      UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: bytes.count)
      if Scalar.areValid(target, count: count) { initialized = count }
    }
    return list.count == count ? list : nil
  }
}

// MARK: Finding them

/// Finds the coder of a type by the type's identity.
///
/// A table of its own and not a dictionary, because each value that is not found here, which is every user's struct,
/// pays for the search too: it costs some 3 ns and no hashing of a seed.
struct WireCoders: Sendable {
  private struct Slot: Sendable {
    var type: UInt = 0
    var coder: WireCoder?
  }

  private static let shared = WireCoders()
  private static let slotCount = 128
  private var slots = [Slot](repeating: Slot(), count: WireCoders.slotCount)

  @inline(__always) static func find(_ type: Any.Type) -> WireCoder? {
    let wanted = UInt(bitPattern: ObjectIdentifier(type))
    return shared.slots.withUnsafeBufferPointer { slots in
      var index = start(of: wanted)
      while true {
        if slots[index].type == wanted { return slots[index].coder }
        // Most slots are free, so a search always ends here.
        if slots[index].type == 0 { return nil }
        index = (index + 1) & (slotCount - 1)
      }
    }
  }

  @inline(__always) private static func start(of type: UInt) -> Int {
    // Metadata is aligned to 8 bytes at least, so the lowest bits say nothing.
    Int(truncatingIfNeeded: (type >> 3) ^ (type >> 10)) & (slotCount - 1)
  }

  private mutating func add<Value>(_ type: Value.Type, _ coder: WireCoder) {
    precondition(MemoryLayout<Value>.size <= 16, "a coder's value is read into sixteen bytes")
    let identity = UInt(bitPattern: ObjectIdentifier(type))
    var index = WireCoders.start(of: identity)
    while slots[index].type != 0 { index = (index + 1) & (WireCoders.slotCount - 1) }
    slots[index] = Slot(type: identity, coder: coder)
  }

  @inline(__always) private mutating func add<Scalar: WireScalar>(_ type: Scalar.Type) {
    add(Scalar.self, .scalar(type))
    add([Scalar].self, .scalars(type))
  }

  private init() {
    add(Bool.self)
    add(Int.self)
    add(Int8.self)
    add(Int16.self)
    add(Int32.self)
    add(Int64.self)
    add(Int128.self)
    add(UInt.self)
    add(UInt8.self)
    add(UInt16.self)
    add(UInt32.self)
    add(UInt64.self)
    add(UInt128.self)
    add(Float.self)
    add(Double.self)
    #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
      add(Float16.self)
    #endif
    add(String.self, .string())
    add([String].self, .strings())
  }
}
