/// A keyed container being written: entries of a key's name and a value, one after the other.
struct WireKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: WireEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  /// The key itself, if it is one byte, which tells it from all other keys of its type without a look at its name.
  @inline(__always) private func byte(_ key: Key) -> UInt8 {
    if MemoryLayout<Key>.size != 1 { return 0 }
    return withUnsafePointer(to: key) { UnsafeRawPointer($0).load(as: UInt8.self) }
  }

  func encodeNil(forKey key: Key) throws {
    try encoder.appendEntry(.null, key.stringValue, byte(key))
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    let mark = try encoder.beginEntry(key.stringValue, byte(key))
    try encoder.encodeValue(value, step: .key(key), mark: mark)
  }

  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
    guard let value else { return try encoder.appendEntry(.absent, key.stringValue, byte(key)) }
    let mark = try encoder.beginEntry(key.stringValue, byte(key))
    let memory = encoder.memory
    let start = memory.pointee.count
    try encoder.encodeValue(value, step: .key(key), mark: mark)
    // The value is there, but looks like `nil`: an optional of an optional. Decoding must not take it for no value.
    memory.pointee.markAsPresent(from: start)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    beginNested(key, byte(key)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    beginNested(key, byte(key)).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    let nested = beginNested(WireKey.super, 0)
    nested.becomeSlot()
    return nested
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    let nested = beginNested(key, byte(key))
    nested.becomeSlot()
    return nested
  }

  private func beginNested(_ key: some CodingKey, _ byte: UInt8) -> WireEncoder {
    do {
      try encoder.beginEntry(key.stringValue, byte)
    } catch {
      encoder.fail(error)
    }
    return encoder.makeNested(step: .key(key))
  }

  // MARK: One overload for each primitive type

  func encode(_ value: String, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }

  func encodeIfPresent(_ value: String?, forKey key: Key) throws {
    if let value {
      try encoder.appendEntry(value, key.stringValue, byte(key))
    } else {
      try encoder.appendEntry(.absent, key.stringValue, byte(key))
    }
  }

  func encode(_ value: Bool, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Double, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Float, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int8, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int16, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int32, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int64, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: Int128, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt8, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt16, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt32, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt64, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }
  func encode(_ value: UInt128, forKey key: Key) throws {
    try encoder.appendEntry(value, key.stringValue, byte(key))
  }

  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: Int128?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
  func encodeIfPresent(_ value: UInt128?, forKey key: Key) throws {
    try encoder.appendEntryIfPresent(value, key.stringValue, byte(key))
  }
}
