/// Values as bytes, between the processes of one program.
enum Payload {
  static func encode<T: Encodable>(_ values: [T]) throws -> [UInt8] {
    var writer = WireWriter()
    try Wire.encodeArray(values, into: &writer)
    return writer.bytes
  }

  /// Decodes exactly `count` values.
  static func decode<T: Decodable>(_ bytes: [UInt8], count: Int) throws -> [T] {
    let values = try Wire.decodeArray(T.self, from: bytes)
    guard values.count == count else {
      throw MultiprocessingError(
        .notDecodable, "A chunk of \(count) items came back with \(values.count) results.")
    }
    return values
  }
}
