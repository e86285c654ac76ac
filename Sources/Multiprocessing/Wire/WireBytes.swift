/// Where one value lies in the bytes.
struct WireValue {
  var tag: WireTag
  /// The first byte after the tag and the length.
  var body: Int
  /// The end of the value, which lies within the bytes.
  var end: Int
  /// Where the next value starts.
  var next: Int { end }
}

/// The bytes of one message.
struct WireBytes {
  private let base: UnsafeRawPointer?
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    base = bytes.baseAddress
    count = bytes.count
  }

  /// The address of a value's body; throws if the bytes are gone.
  @inline(__always) func pointer(to value: WireValue) throws(WireError) -> UnsafeRawPointer {
    try pointer(value.body, to: value.end)
  }

  @inline(__always) func pointer(_ start: Int, to end: Int) throws(WireError) -> UnsafeRawPointer {
    guard start >= 0, start <= end, end <= count, let base else { throw WireBytes.gone(at: start) }
    return base + start
  }

  /// Finds out what starts at `position` and where it ends, which is not after `limit`.
  @inline(__always) func value(at position: Int, limit: Int) throws(WireError) -> WireValue {
    guard position >= 0, position < limit, limit <= count, let base else {
      throw WireError(.truncated, "The bytes end where a value should start.", offset: position)
    }
    let tag = WireTag(rawValue: (base + position).load(as: UInt8.self))
    let body = position + 1
    if tag.isScalar {
      let size = tag.scalarByteCount
      guard limit - body >= size else { throw WireBytes.truncated(tag, at: position) }
      return WireValue(tag: tag, body: body, end: body + size)
    }
    return try measured(tag, at: position, limit: limit, base)
  }

  private func measured(
    _ tag: WireTag, at position: Int, limit: Int, _ base: UnsafeRawPointer
  ) throws(WireError) -> WireValue {
    let body = position + 9
    if tag.isMeasured {
      guard limit >= body else { throw WireBytes.truncated(tag, at: position) }
      let length = (base + position + 1).loadUnaligned(as: UInt64.self)
      guard length <= UInt64(limit - body) else {
        throw WireError(
          .badLength, "The length of \(tag.name) says \(length), but \(limit - body) bytes are left.", offset: position)
      }
      let value = WireValue(tag: tag, body: body, end: body + Int(length))
      if tag.isPacked, Int(length) % tag.scalarByteCount != 0 {
        throw WireError(.badLength, "\(length) bytes are not a whole number of elements.", offset: position)
      }
      return tag == .slot ? try content(of: value, at: position) : value
    }
    switch tag {
    case .empty, .null, .absent: return WireValue(tag: tag, body: position + 1, end: position + 1)
    case .some: return WireValue(tag: tag, body: position + 1, end: try endOfSome(at: position, limit: limit, base))
    default: throw WireError(.malformed, "No value starts with the byte \(tag.rawValue).", offset: position)
    }
  }

  /// A super encoder's value stands for itself, so that it can be read by its key as well.
  private func content(of slot: WireValue, at position: Int) throws(WireError) -> WireValue {
    if slot.body == slot.end { return WireValue(tag: .empty, body: slot.end, end: slot.end) }
    guard let base, (base + slot.body).load(as: UInt8.self) != WireTag.slot.rawValue else {
      throw WireError(.malformed, "A super encoder's value is another super encoder's value.", offset: position)
    }
    let inner = try value(at: slot.body, limit: slot.end)
    guard inner.end == slot.end else {
      throw WireError(.malformed, "A super encoder wrote more than one value.", offset: inner.end)
    }
    return inner
  }

  private func endOfSome(at position: Int, limit: Int, _ base: UnsafeRawPointer) throws(WireError) -> Int {
    var end = position
    while end < limit, (base + end).load(as: UInt8.self) == WireTag.some.rawValue { end += 1 }
    guard end < limit, (base + end).load(as: UInt8.self) == WireTag.null.rawValue else {
      throw WireError(.malformed, "A nil is missing after its mark.", offset: end)
    }
    return end + 1
  }

  /// The number of elements that a list claims, which its length can hold.
  func elementCount(_ list: WireValue) throws(WireError) -> Int {
    guard list.end - list.body >= 8 else {
      throw WireError(.truncated, "The count of a list is missing.", offset: list.body)
    }
    let claimed = try pointer(to: list).loadUnaligned(as: UInt64.self)
    guard claimed <= UInt64(list.end - list.body - 8) else {
      throw WireError(
        .badLength, "A list claims \(claimed) elements in \(list.end - list.body - 8) bytes.", offset: list.body)
    }
    return Int(claimed)
  }

  func text(_ value: WireValue) throws(WireError) -> String {
    let bytes = UnsafeRawBufferPointer(start: try pointer(to: value), count: value.end - value.body)
    return try WireReader.text(bytes, at: value.body)
  }

  /// Compares bytes of the same number, eight at a time.
  @inline(__always) static func areEqual(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
    guard let first = first.baseAddress, let start = second.baseAddress else { return true }
    let count = second.count
    var offset = 0
    while count - offset >= 8 {
      let left = (first + offset).loadUnaligned(as: UInt64.self)
      if left != (start + offset).loadUnaligned(as: UInt64.self) { return false }
      offset += 8
    }
    while offset < count {
      if (first + offset).load(as: UInt8.self) != (start + offset).load(as: UInt8.self) { return false }
      offset += 1
    }
    return true
  }

  // MARK: Errors, out of the way of those who succeed

  @inline(never) private static func gone(at offset: Int) -> WireError {
    WireError(.misuse, "A decoder was used after the call that made it had returned.", offset: offset)
  }

  @inline(never) private static func truncated(_ tag: WireTag, at offset: Int) -> WireError {
    WireError(.truncated, "The bytes end within \(tag.name).", offset: offset)
  }
}

/// What all decoders of one message share.
final class WireSource {
  private(set) var bytes: WireBytes
  let userInfo: [CodingUserInfoKey: any Sendable]

  init(_ bytes: WireBytes, userInfo: [CodingUserInfoKey: any Sendable]) {
    self.bytes = bytes
    self.userInfo = userInfo
  }

  /// Takes the bytes away when the call that lent them returns: whoever has kept a decoder gets an error, where it
  /// would otherwise read freed memory.
  func invalidate() {
    bytes = WireBytes(UnsafeRawBufferPointer(start: nil, count: 0))
  }
}
