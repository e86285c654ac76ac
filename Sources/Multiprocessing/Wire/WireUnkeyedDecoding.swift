/// An unkeyed container being read.
struct WireUnkeyedDecoding: UnkeyedDecodingContainer {
  let decoder: WireDecoder
  private(set) var currentIndex = 0
  private var position: Int
  private let elementCount: Int
  /// The tag of the elements if the list is a packed one, in which they have none themselves.
  private let packedTag: WireTag?

  init(decoder: WireDecoder) throws {
    self.decoder = decoder
    let list = decoder.value
    switch list.tag {
    case .list:
      (elementCount, position, packedTag) = (try decoder.bytes.elementCount(list), list.body + 8, nil)
    case .empty:
      (elementCount, position, packedTag) = (0, list.end, nil)
    case let tag where tag.isPacked:
      (elementCount, position, packedTag) = ((list.end - list.body) / tag.scalarByteCount, list.body, tag.packed)
    default:
      throw decoder.mismatch([Any].self, list, step: .same)
    }
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { elementCount }
  var isAtEnd: Bool { currentIndex >= elementCount }

  /// The element to be read next; it stays the next one until `advance`, so that another type can be tried.
  @inline(__always) private func next(_ type: Any.Type) throws -> WireValue {
    if isAtEnd { throw decoder.atEnd(type, step: .index(currentIndex)) }
    if let packedTag { return WireValue(tag: packedTag, body: position, end: position + packedTag.scalarByteCount) }
    return try decoder.bytes.value(at: position, limit: decoder.value.end)
  }

  @inline(__always) private mutating func advance(over value: WireValue) {
    position = value.next
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    let value = try next(Never?.self)
    guard value.tag == .null else { return false }
    advance(over: value)
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try next(type)
    let result = try decoder.decodeValue(type, value, step: .index(currentIndex))
    advance(over: value)
    return result
  }

  mutating func decodeIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
    if try isAtEnd || decodeNil() { return nil }
    let value = try next(type)
    let content = value.tag == .some ? try decoder.content(ofSome: value) : value
    let result = try decoder.decodeValue(type, content, step: .index(currentIndex))
    advance(over: value)
    return result
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let value = try next(KeyedDecodingContainer<NestedKey>.self)
    let container = try decoder.makeNested(value, step: .index(currentIndex)).container(keyedBy: type)
    advance(over: value)
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let value = try next((any UnkeyedDecodingContainer).self)
    let container = try decoder.makeNested(value, step: .index(currentIndex)).unkeyedContainer()
    advance(over: value)
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let value = try next((any Decoder).self)
    let nested = try decoder.makeNested(value, step: .index(currentIndex))
    advance(over: value)
    return nested
  }

  @inline(__always) private mutating func decodeScalar<Scalar: WireScalar>() throws -> Scalar {
    let value = try next(Scalar.self)
    let result: Scalar = try decoder.decodeScalar(value, step: .index(currentIndex))
    advance(over: value)
    return result
  }

  // MARK: One overload for each primitive type

  mutating func decode(_ type: String.Type) throws -> String {
    let value = try next(type)
    let result = try decoder.decodeText(value, step: .index(currentIndex))
    advance(over: value)
    return result
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try decodeScalar() }
  mutating func decode(_ type: Double.Type) throws -> Double { try decodeScalar() }
  mutating func decode(_ type: Float.Type) throws -> Float { try decodeScalar() }
  mutating func decode(_ type: Int.Type) throws -> Int { try decodeScalar() }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try decodeScalar() }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try decodeScalar() }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try decodeScalar() }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try decodeScalar() }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try decodeScalar() }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try decodeScalar() }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try decodeScalar() }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try decodeScalar() }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try decodeScalar() }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try decodeScalar() }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try decodeScalar() }
}
