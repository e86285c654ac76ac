import FoundationEssentials

/// Values as bytes. JSON for now; the compact form takes its place behind the same calls.
package enum Wire {
  static func encode<T: Encodable>(_ value: T, userInfo: [CodingUserInfoKey: any Sendable] = [:]) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.userInfo = userInfo
    return Array(try encoder.encode([value]))
  }
  static func encode<T: Encodable>(_ value: T, into writer: inout WireWriter) throws { writer.append(try encode(value)) }
  static func decode<T: Decodable>(
    _ type: T.Type, from bytes: [UInt8], userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws -> T {
    let decoder = JSONDecoder()
    decoder.userInfo = userInfo
    return try decoder.decode([T].self, from: Data(bytes))[0]
  }
  static func decode<T: Decodable>(_ type: T.Type, from reader: inout WireReader) throws -> T {
    try decode(type, from: reader.readBytes())
  }
  static func encodeArray<T: Encodable>(_ values: some Collection<T>, into writer: inout WireWriter) throws {
    writer.append(Array(try JSONEncoder().encode(Array(values))))
  }
  static func decodeArray<T: Decodable>(_ type: T.Type, from reader: inout WireReader) throws -> [T] {
    try JSONDecoder().decode([T].self, from: Data(reader.readBytes()))
  }
  static func decodeArray<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> [T] {
    try bytes.withUnsafeBytes { buffer in
      var reader = WireReader(buffer)
      return try decodeArray(type, from: &reader)
    }
  }
}

struct WireWriter {
  var bytes: [UInt8] = []
  mutating func append(_ more: [UInt8]) {
    withUnsafeBytes(of: UInt64(more.count)) { bytes += $0 }
    bytes += more
  }
}

struct WireReader {
  private let buffer: UnsafeRawBufferPointer
  private var offset = 0
  init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }
  mutating func readBytes() throws -> [UInt8] {
    guard buffer.count - offset >= 8 else { throw MultiprocessingError(.notDecodable, "The bytes end too early.") }
    let count = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    guard count <= UInt64(buffer.count - offset - 8) else {
      throw MultiprocessingError(.notDecodable, "The bytes end too early.")
    }
    offset += 8 + Int(count)
    return Array(buffer[offset - Int(count)..<offset])
  }
}
