/// The bytes of a `WireBuffer` and who may append to them, reached through a plain pointer.
///
/// Writing a number takes a nanosecond or two. Going through references to objects instead, the counting of references
/// took more than half of all time.
struct WireMemory {
  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// How many bytes have been written.
  ///
  /// It may be lowered to take back the last ones, never raised.
  var count = 0
  /// The encoder whose value is the innermost one at the end of the bytes; only this one may append.
  ///
  /// It is no reference: see `top` of `WireBuffer`.
  var topEncoder: UnsafeRawPointer?

  init(minimumCapacity: Int) {
    capacity = Swift.max(minimumCapacity, 64)
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  func deallocate() {
    base.deallocate()
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  // MARK: Appending

  /// Makes room for `size` more bytes, counts them as written, and returns where to write them.
  @inline(__always) mutating func extend(by size: Int) -> UnsafeMutableRawPointer {
    let start = count
    if capacity - start < size { grow(by: size) }
    count = start + size
    return base + start
  }

  @inline(never) private mutating func grow(by size: Int) {
    let newCapacity = Swift.max(count + size, capacity * 2)
    let newBase = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
    newBase.copyMemory(from: base, byteCount: count)
    base.deallocate()
    (base, capacity) = (newBase, newCapacity)
  }

  @inline(__always) mutating func append(_ tag: WireTag) {
    append(raw: tag.rawValue)
  }

  @inline(__always) mutating func append<Scalar: WireScalar>(raw value: Scalar) {
    extend(by: MemoryLayout<Scalar>.size).storeBytes(of: value, as: Scalar.self)
  }

  @inline(__always) mutating func append<Scalar: WireScalar>(tagged value: Scalar) {
    let pointer = extend(by: 1 + MemoryLayout<Scalar>.size)
    pointer.storeBytes(of: Scalar.tag.rawValue, as: UInt8.self)
    (pointer + 1).storeBytes(of: value, as: Scalar.self)
  }

  @inline(__always) mutating func append(_ text: String) {
    _ = WireCoder.write(text, to: extend(by: 9 + text.utf8.count))
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    extend(by: bytes.count).copyMemory(from: start, byteCount: bytes.count)
  }

  /// Appends a value with its coder, which was found by the value's type.
  @inline(__always) mutating func append<Value>(_ value: Value, _ coder: WireCoder) {
    withUnsafePointer(to: value) { pointer in
      let pointer = UnsafeRawPointer(pointer)
      coder.write(pointer, extend(by: coder.byteCount(pointer)))
    }
  }

  /// Appends values as the array of them, with the coder of each.
  mutating func append<Values: Collection>(all values: Values, _ coder: WireCoder) {
    let start = count
    if coder.isScalar {
      open(coder.tag.packed)
      let copied: Void? = values.withContiguousStorageIfAvailable { append(UnsafeRawBufferPointer($0)) }
      if copied == nil {
        for value in values { withUnsafeBytes(of: value) { append($0) } }
      }
    } else {
      open(.list)
      append(raw: UInt64(values.count))
      values.forEachElement { append($0, coder) }
    }
    store(UInt64(count - start - 9), at: start + 1)
  }

  /// Writes a tag and leaves eight bytes for the length of what follows.
  mutating func open(_ tag: WireTag) {
    let pointer = extend(by: 9)
    pointer.storeBytes(of: tag.rawValue, as: UInt8.self)
    (pointer + 1).storeBytes(of: 0, as: UInt64.self)
  }

  // MARK: Changing what has been written

  func store(_ value: UInt64, at offset: Int) {
    precondition(offset >= 0 && offset <= count - 8, "bytes can be replaced only where bytes have been written")
    (base + offset).storeBytes(of: value, as: UInt64.self)
  }

  func load(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= count - 8, "bytes can be read only where bytes have been written")
    return (base + offset).loadUnaligned(as: UInt64.self)
  }

  func replace(_ tag: WireTag, at offset: Int) {
    precondition(offset >= 0 && offset < count, "bytes can be replaced only where bytes have been written")
    (base + offset).storeBytes(of: tag.rawValue, as: UInt8.self)
  }

  /// Puts bytes between others that have been written.
  mutating func insert(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    precondition(offset >= 0 && offset <= count, "bytes can be put only where bytes have been written")
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    let moved = count - offset
    _ = extend(by: bytes.count)
    (base + offset + bytes.count).copyMemory(from: base + offset, byteCount: moved)
    (base + offset).copyMemory(from: start, byteCount: bytes.count)
  }

  /// Whether the value at the end of the bytes, which starts at `start`, is `nil` or the present value of an optional
  /// of one.
  @inline(__always) func looksLikeNil(at start: Int) -> Bool {
    let tag = (base + start).load(as: UInt8.self)
    return tag == WireTag.null.rawValue || tag == WireTag.some.rawValue
  }

  /// If the value at the end of the bytes looks like `nil`, marks it as one that is present.
  @inline(__always) mutating func markAsPresent(from start: Int) {
    if looksLikeNil(at: start) {
      replace(.some, at: count - 1)
      append(.null)
    }
  }
}

/// Memory that grows at its end: what a `WireWriter` holds and encoders write to.
final class WireBuffer {
  /// Lives as long as the buffer.
  ///
  /// Whoever keeps the pointer keeps the buffer too.
  let memory: UnsafeMutablePointer<WireMemory>

  init(minimumCapacity: Int) {
    memory = .allocate(capacity: 1)
    memory.initialize(to: WireMemory(minimumCapacity: minimumCapacity))
  }

  deinit {
    memory.pointee.deallocate()
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The encoder that may append.
  ///
  /// It is not held here, for it always is elsewhere: by the call that runs its value, or, if it is a nested one, by
  /// the encoder of the value in which it was made. Both take it away from here before they let go of it.
  var top: WireEncoder? {
    get { memory.pointee.topEncoder.map { Unmanaged<WireEncoder>.fromOpaque($0).takeUnretainedValue() } }
    set { memory.pointee.topEncoder = newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) } }
  }

  func copy() -> WireBuffer {
    let copy = WireBuffer(minimumCapacity: memory.pointee.count)
    copy.memory.pointee.append(memory.pointee.bytes)
    return copy
  }
}
