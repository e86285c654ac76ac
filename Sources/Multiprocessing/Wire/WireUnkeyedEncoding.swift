/// An unkeyed container being written: elements one after the other, without tags while all are numbers of one kind.
struct WireUnkeyedEncoding: UnkeyedEncodingContainer {
  let encoder: WireEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.count }

  func encodeNil() throws {
    try encoder.beginElement()
    encoder.memory.pointee.append(.null)
  }

  func encode<Value: Encodable>(_ value: Value) throws {
    if let coder = WireCoders.find(Value.self) {
      // `Set` and others hand over their numbers here, one after the other.
      if try encoder.appendElement(value, coder) { return }
      try encoder.beginElement()
      encoder.memory.pointee.append(value, coder)
      return
    }
    let mark = try encoder.beginElement()
    try encoder.encodeValue(value, step: .index(encoder.count - 1), mark: mark)
  }

  func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
    beginNested().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    beginNested().unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    let nested = beginNested()
    nested.becomeSlot()
    return nested
  }

  private func beginNested() -> WireEncoder {
    do {
      try encoder.beginElement()
    } catch {
      encoder.fail(error)
    }
    return encoder.makeNested(step: .index(encoder.count - 1))
  }

  // MARK: One overload for each primitive type

  func encode(_ value: String) throws {
    try encoder.beginElement()
    encoder.memory.pointee.append(value)
  }

  func encode(_ value: Bool) throws { try encoder.appendElement(value) }
  func encode(_ value: Double) throws { try encoder.appendElement(value) }
  func encode(_ value: Float) throws { try encoder.appendElement(value) }
  func encode(_ value: Int) throws { try encoder.appendElement(value) }
  func encode(_ value: Int8) throws { try encoder.appendElement(value) }
  func encode(_ value: Int16) throws { try encoder.appendElement(value) }
  func encode(_ value: Int32) throws { try encoder.appendElement(value) }
  func encode(_ value: Int64) throws { try encoder.appendElement(value) }
  func encode(_ value: Int128) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt8) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt16) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt32) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt64) throws { try encoder.appendElement(value) }
  func encode(_ value: UInt128) throws { try encoder.appendElement(value) }

  // MARK: And one for many of each

  func encode<Values: Sequence<Bool>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Double>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Float>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int8>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int16>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int32>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int64>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<Int128>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt8>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt16>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt32>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt64>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
  func encode<Values: Sequence<UInt128>>(contentsOf values: Values) throws { try encoder.appendElements(values) }
}
