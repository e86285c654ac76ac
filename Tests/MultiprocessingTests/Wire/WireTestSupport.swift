import Testing

@testable import Multiprocessing

/// A generator whose numbers follow from its seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Encodes and decodes in every way that `Wire` offers, and expects the same value from each.
///
/// `callingItself` adds a value that calls `value.encode(to:)` with an encoder of its own. Called like that, an
/// optional looks the same as its value, so this cannot be asked of optionals whose values look like `nil`.
func expectRoundTrip<Value: Codable & Equatable>(
  _ value: Value, callingItself: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let bytes = try Wire.encode(value)
  let decoded = try Wire.decode(Value.self, from: bytes)
  #expect(decoded == value, sourceLocation: sourceLocation)

  var writer = WireWriter()
  writer.append(0xAB as UInt8)
  try Wire.encode(value, into: &writer)
  try Wire.encodeArray([value, value], into: &writer)
  #expect(Array(writer.bytes[1..<1 + bytes.count]) == bytes, sourceLocation: sourceLocation)
  try writer.withUnsafeBytes { bytes throws in
    var reader = WireReader(bytes)
    #expect(try reader.read(UInt8.self) == 0xAB, sourceLocation: sourceLocation)
    #expect(try Wire.decode(Value.self, from: &reader) == value, sourceLocation: sourceLocation)
    #expect(try Wire.decodeArray(of: Value.self, from: &reader) == [value, value], sourceLocation: sourceLocation)
    #expect(reader.isAtEnd, sourceLocation: sourceLocation)
  }

  // Inside every kind of container as well.
  try expectEqual(InList(value: value), sourceLocation)
  try expectEqual(InObject(value: value), sourceLocation)
  try expectEqual(InSingle(value: value), sourceLocation)
  if callingItself { try expectEqual(InSuper(value: value), sourceLocation) }
}

private func expectEqual<Value: Codable & Equatable>(_ value: Value, _ sourceLocation: SourceLocation) throws {
  #expect(try Wire.decode(Value.self, from: Wire.encode(value)) == value, sourceLocation: sourceLocation)
}

private struct InList<Value: Codable & Equatable>: Codable, Equatable {
  var value: Value

  init(value: Value) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    _ = try container.decode(String.self)
    value = try container.decode(Value.self)
    _ = try container.decode(Int.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode("before")
    try container.encode(value)
    try container.encode(1)
  }
}

private struct InObject<Value: Codable & Equatable>: Codable, Equatable {
  var before = 1
  var value: Value
  var after = "after"
}

private struct InSingle<Value: Codable & Equatable>: Codable, Equatable {
  var value: Value

  init(value: Value) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Value.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

private struct InSuper<Value: Codable & Equatable>: Codable, Equatable {
  var value: Value

  private enum CodingKeys: CodingKey {
    case first
  }

  init(value: Value) {
    self.value = value
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    value = try Value(from: container.superDecoder())
    _ = try container.decode(Int.self, forKey: .first)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try value.encode(to: container.superEncoder())
    try container.encode(1, forKey: .first)
  }
}

/// Expects a `WireError` with one of the codes.
func expectError(
  _ codes: WireError.Code..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as WireError {
    #expect(codes.contains(error.code), "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.hasSuffix("."), sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
