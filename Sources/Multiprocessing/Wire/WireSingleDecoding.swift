/// A single value container being read.
struct WireSingleDecoding: SingleValueDecodingContainer {
  let decoder: WireDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool {
    switch decoder.value.tag {
    case .null: true
    // The value is present and looks like `nil`. To an optional that is a value; a type of the user's own that wrote an
    // optional has just that optional before it.
    case .some: !(decoder.type is any WireOptional.Type)
    default: false
    }
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    var value = decoder.value
    if value.tag == .some, decoder.type is any WireOptional.Type { value = try decoder.content(ofSome: value) }
    return try decoder.decodeValue(type, value, step: .same)
  }

  private func decodeScalar<Scalar: WireScalar>() throws -> Scalar {
    try decoder.decodeScalar(decoder.value, step: .same)
  }

  // MARK: One overload for each primitive type

  func decode(_ type: String.Type) throws -> String { try decoder.decodeText(decoder.value, step: .same) }
  func decode(_ type: Bool.Type) throws -> Bool { try decodeScalar() }
  func decode(_ type: Double.Type) throws -> Double { try decodeScalar() }
  func decode(_ type: Float.Type) throws -> Float { try decodeScalar() }
  func decode(_ type: Int.Type) throws -> Int { try decodeScalar() }
  func decode(_ type: Int8.Type) throws -> Int8 { try decodeScalar() }
  func decode(_ type: Int16.Type) throws -> Int16 { try decodeScalar() }
  func decode(_ type: Int32.Type) throws -> Int32 { try decodeScalar() }
  func decode(_ type: Int64.Type) throws -> Int64 { try decodeScalar() }
  func decode(_ type: Int128.Type) throws -> Int128 { try decodeScalar() }
  func decode(_ type: UInt.Type) throws -> UInt { try decodeScalar() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try decodeScalar() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try decodeScalar() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try decodeScalar() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try decodeScalar() }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try decodeScalar() }
}
