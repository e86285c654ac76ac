/// A single value container being written: the value itself, with nothing around it.
struct WireSingleEncoding: SingleValueEncodingContainer {
  let encoder: WireEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil() throws {
    try encoder.beginSingle()
    encoder.memory.pointee.append(.null)
  }

  func encode<Value: Encodable>(_ value: Value) throws {
    let start = try encoder.beginSingle()
    let memory = encoder.memory
    try encoder.encodeValue(value, step: .same, mark: start)
    // An optional whose value looks like `nil` is not `nil` itself. A type of the user's own that writes an optional
    // means just that optional, and reads it as one.
    if memory.pointee.looksLikeNil(at: start), encoder.type is any WireOptional.Type {
      memory.pointee.markAsPresent(from: start)
    }
  }

  private func encodeScalar<Scalar: WireScalar>(_ value: Scalar) throws {
    try encoder.beginSingle()
    encoder.memory.pointee.append(tagged: value)
  }

  // MARK: One overload for each primitive type

  func encode(_ value: String) throws {
    try encoder.beginSingle()
    encoder.memory.pointee.append(value)
  }

  func encode(_ value: Bool) throws { try encodeScalar(value) }
  func encode(_ value: Double) throws { try encodeScalar(value) }
  func encode(_ value: Float) throws { try encodeScalar(value) }
  func encode(_ value: Int) throws { try encodeScalar(value) }
  func encode(_ value: Int8) throws { try encodeScalar(value) }
  func encode(_ value: Int16) throws { try encodeScalar(value) }
  func encode(_ value: Int32) throws { try encodeScalar(value) }
  func encode(_ value: Int64) throws { try encodeScalar(value) }
  func encode(_ value: Int128) throws { try encodeScalar(value) }
  func encode(_ value: UInt) throws { try encodeScalar(value) }
  func encode(_ value: UInt8) throws { try encodeScalar(value) }
  func encode(_ value: UInt16) throws { try encodeScalar(value) }
  func encode(_ value: UInt32) throws { try encodeScalar(value) }
  func encode(_ value: UInt64) throws { try encodeScalar(value) }
  func encode(_ value: UInt128) throws { try encodeScalar(value) }
}

/// Recognises optionals.
protocol WireOptional {}
extension Optional: WireOptional {}
