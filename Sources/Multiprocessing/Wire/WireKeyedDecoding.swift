/// A keyed container being read.
struct WireKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: WireDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] { decoder.entryNames().compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool {
    // A reader of damaged bytes finds nothing here, and learns why when it decodes.
    (try? decoder.find(key.stringValue, advancing: false)) != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    guard let value = try decoder.find(key.stringValue, advancing: false) else { throw decoder.missing(.key(key)) }
    return value.tag == .null
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try decoder.decodeValue(type, try find(key), step: .key(key))
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard var value = try findIfPresent(key) else { return nil }
    if value.tag == .some { value = try decoder.content(ofSome: value) }
    return try decoder.decodeValue(type, value, step: .key(key))
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try decoder.makeNested(try find(key), step: .key(key)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder.makeNested(try find(key), step: .key(key)).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    try makeSuperDecoder(WireKey.super)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    try makeSuperDecoder(key)
  }

  private func makeSuperDecoder(_ key: some CodingKey) throws -> any Decoder {
    let value = try decoder.find(key.stringValue, advancing: true) ?? decoder.missingValue
    return try decoder.makeNested(value, step: .key(key))
  }

  @inline(__always) private func find(_ key: Key) throws -> WireValue {
    guard let value = try decoder.find(key.stringValue, advancing: true) else { throw decoder.missing(.key(key)) }
    return value
  }

  @inline(__always) private func findIfPresent(_ key: Key) throws -> WireValue? {
    guard let value = try decoder.find(key.stringValue, advancing: true), value.tag != .null else { return nil }
    return value
  }

  // MARK: One overload for each primitive type

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }

  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
    try decoder.decodeEntry(key.stringValue, step: .key(key))
  }

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
  func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
    try decoder.decodeEntryIfPresent(key.stringValue, step: .key(key))
  }
}
