import Testing

@testable import Multiprocessing

/// A primitive type with values at its edges.
protocol EdgeCases: Codable, Equatable, Sendable {
  static var edgeCases: [Self] { get }
}

extension EdgeCases {
  static func edgeCase(_ index: Int) -> Self { edgeCases[index % edgeCases.count] }
}

extension EdgeCases where Self: FixedWidthInteger {
  static var edgeCases: [Self] { [.min, .min + 1, 0, 1, 42, .max - 1, .max] }
}

extension EdgeCases where Self: BinaryFloatingPoint {
  static var edgeCases: [Self] {
    [0, -0.0, 1, -1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, .ulpOfOne]
  }
}

extension Bool: EdgeCases {
  static var edgeCases: [Bool] { [false, true] }
}

extension String: EdgeCases {
  static var edgeCases: [String] {
    [
      "", "a", "fifteen bytes..", "sixteen bytes...", "Grüße, 世界 👋🏽", "\0", "e\u{301}",
      String(repeating: "long ", count: 1000),
    ]
  }
}

extension Double: EdgeCases {}
extension Float: EdgeCases {}
extension Int: EdgeCases {}
extension Int8: EdgeCases {}
extension Int16: EdgeCases {}
extension Int32: EdgeCases {}
extension Int64: EdgeCases {}
extension Int128: EdgeCases {}
extension UInt: EdgeCases {}
extension UInt8: EdgeCases {}
extension UInt16: EdgeCases {}
extension UInt32: EdgeCases {}
extension UInt64: EdgeCases {}
extension UInt128: EdgeCases {}

/// A primitive type, for tests that run once for each.
struct Primitive: Sendable, CustomTestStringConvertible {
  let type: any EdgeCases.Type
  var testDescription: String { "\(type)" }

  static let all: [Primitive] = [
    Primitive(type: Bool.self), Primitive(type: String.self), Primitive(type: Double.self), Primitive(type: Float.self),
    Primitive(type: Int.self), Primitive(type: Int8.self), Primitive(type: Int16.self), Primitive(type: Int32.self),
    Primitive(type: Int64.self), Primitive(type: Int128.self), Primitive(type: UInt.self), Primitive(type: UInt8.self),
    Primitive(type: UInt16.self), Primitive(type: UInt32.self), Primitive(type: UInt64.self),
    Primitive(type: UInt128.self),
  ]
}

/// Every primitive type as a member: the synthesized code calls each overload of a keyed container.
struct Members: Codable, Equatable {
  var bool: Bool
  var string: String
  var double: Double
  var float: Float
  var int: Int
  var int8: Int8
  var int16: Int16
  var int32: Int32
  var int64: Int64
  var int128: Int128
  var uint: UInt
  var uint8: UInt8
  var uint16: UInt16
  var uint32: UInt32
  var uint64: UInt64
  var uint128: UInt128
}

/// The same with optionals: `encodeIfPresent` and `decodeIfPresent`.
struct OptionalMembers: Codable, Equatable {
  var bool: Bool?
  var string: String?
  var double: Double?
  var float: Float?
  var int: Int?
  var int8: Int8?
  var int16: Int16?
  var int32: Int32?
  var int64: Int64?
  var int128: Int128?
  var uint: UInt?
  var uint8: UInt8?
  var uint16: UInt16?
  var uint32: UInt32?
  var uint64: UInt64?
  var uint128: UInt128?
}

/// The same as elements of an unkeyed container, by each of its overloads.
struct Elements: Codable, Equatable {
  var members: Members

  init(members: Members) {
    self.members = members
  }

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    members = Members(
      bool: try container.decode(Bool.self),
      string: try container.decode(String.self),
      double: try container.decode(Double.self),
      float: try container.decode(Float.self),
      int: try container.decode(Int.self),
      int8: try container.decode(Int8.self),
      int16: try container.decode(Int16.self),
      int32: try container.decode(Int32.self),
      int64: try container.decode(Int64.self),
      int128: try container.decode(Int128.self),
      uint: try container.decode(UInt.self),
      uint8: try container.decode(UInt8.self),
      uint16: try container.decode(UInt16.self),
      uint32: try container.decode(UInt32.self),
      uint64: try container.decode(UInt64.self),
      uint128: try container.decode(UInt128.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(members.bool)
    try container.encode(members.string)
    try container.encode(members.double)
    try container.encode(members.float)
    try container.encode(members.int)
    try container.encode(members.int8)
    try container.encode(members.int16)
    try container.encode(members.int32)
    try container.encode(members.int64)
    try container.encode(members.int128)
    try container.encode(members.uint)
    try container.encode(members.uint8)
    try container.encode(members.uint16)
    try container.encode(members.uint32)
    try container.encode(members.uint64)
    try container.encode(members.uint128)
  }
}

/// Many of each, by each of the overloads for sequences; lazy ones, which do not lie side by side, as well.
struct Sequences: Codable, Equatable {
  var members: Members

  init(members: Members) {
    self.members = members
  }

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    var lists = try container.nestedUnkeyedContainer()
    members = Members(
      bool: try last(of: Bool.self, &lists),
      string: try last(of: String.self, &lists),
      double: try last(of: Double.self, &lists),
      float: try last(of: Float.self, &lists),
      int: try last(of: Int.self, &lists),
      int8: try last(of: Int8.self, &lists),
      int16: try last(of: Int16.self, &lists),
      int32: try last(of: Int32.self, &lists),
      int64: try last(of: Int64.self, &lists),
      int128: try last(of: Int128.self, &lists),
      uint: try last(of: UInt.self, &lists),
      uint8: try last(of: UInt8.self, &lists),
      uint16: try last(of: UInt16.self, &lists),
      uint32: try last(of: UInt32.self, &lists),
      uint64: try last(of: UInt64.self, &lists),
      uint128: try last(of: UInt128.self, &lists))

    func last<Value: Decodable & Equatable>(
      of type: Value.Type, _ lists: inout any UnkeyedDecodingContainer
    ) throws -> Value {
      let list = try lists.decode([Value].self)
      let again = try lists.decode([Value].self)
      guard list.count == 3, list == again, let last = list.last else {
        let text = "The list of \(type) is \(list), then \(again)."
        throw DecodingError.dataCorruptedError(in: lists, debugDescription: text)
      }
      return last
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    var lists = container.nestedUnkeyedContainer()
    try lists.encode(ListBool(value: members.bool, isLazy: false))
    try lists.encode(ListBool(value: members.bool, isLazy: true))
    try lists.encode(ListString(value: members.string, isLazy: false))
    try lists.encode(ListString(value: members.string, isLazy: true))
    try lists.encode(ListDouble(value: members.double, isLazy: false))
    try lists.encode(ListDouble(value: members.double, isLazy: true))
    try lists.encode(ListFloat(value: members.float, isLazy: false))
    try lists.encode(ListFloat(value: members.float, isLazy: true))
    try lists.encode(ListInt(value: members.int, isLazy: false))
    try lists.encode(ListInt(value: members.int, isLazy: true))
    try lists.encode(ListInt8(value: members.int8, isLazy: false))
    try lists.encode(ListInt8(value: members.int8, isLazy: true))
    try lists.encode(ListInt16(value: members.int16, isLazy: false))
    try lists.encode(ListInt16(value: members.int16, isLazy: true))
    try lists.encode(ListInt32(value: members.int32, isLazy: false))
    try lists.encode(ListInt32(value: members.int32, isLazy: true))
    try lists.encode(ListInt64(value: members.int64, isLazy: false))
    try lists.encode(ListInt64(value: members.int64, isLazy: true))
    try lists.encode(ListInt128(value: members.int128, isLazy: false))
    try lists.encode(ListInt128(value: members.int128, isLazy: true))
    try lists.encode(ListUInt(value: members.uint, isLazy: false))
    try lists.encode(ListUInt(value: members.uint, isLazy: true))
    try lists.encode(ListUInt8(value: members.uint8, isLazy: false))
    try lists.encode(ListUInt8(value: members.uint8, isLazy: true))
    try lists.encode(ListUInt16(value: members.uint16, isLazy: false))
    try lists.encode(ListUInt16(value: members.uint16, isLazy: true))
    try lists.encode(ListUInt32(value: members.uint32, isLazy: false))
    try lists.encode(ListUInt32(value: members.uint32, isLazy: true))
    try lists.encode(ListUInt64(value: members.uint64, isLazy: false))
    try lists.encode(ListUInt64(value: members.uint64, isLazy: true))
    try lists.encode(ListUInt128(value: members.uint128, isLazy: false))
    try lists.encode(ListUInt128(value: members.uint128, isLazy: true))
  }
}

private struct ListBool: Encodable {
  var value: Bool
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListString: Encodable {
  var value: String
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListDouble: Encodable {
  var value: Double
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListFloat: Encodable {
  var value: Float
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt: Encodable {
  var value: Int
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt8: Encodable {
  var value: Int8
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt16: Encodable {
  var value: Int16
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt32: Encodable {
  var value: Int32
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt64: Encodable {
  var value: Int64
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListInt128: Encodable {
  var value: Int128
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt: Encodable {
  var value: UInt
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt8: Encodable {
  var value: UInt8
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt16: Encodable {
  var value: UInt16
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt32: Encodable {
  var value: UInt32
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt64: Encodable {
  var value: UInt64
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

private struct ListUInt128: Encodable {
  var value: UInt128
  var isLazy: Bool

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    if isLazy {
      try container.encode(contentsOf: (0..<3).lazy.map { _ in value })
    } else {
      try container.encode(contentsOf: [value, value, value])
    }
  }
}

@Suite struct WirePrimitiveTests {
  static let examples: [Members] = (0..<7).map { index in
    Members(
      bool: Bool.edgeCase(index),
      string: String.edgeCase(index),
      double: Double.edgeCase(index),
      float: Float.edgeCase(index),
      int: Int.edgeCase(index),
      int8: Int8.edgeCase(index),
      int16: Int16.edgeCase(index),
      int32: Int32.edgeCase(index),
      int64: Int64.edgeCase(index),
      int128: Int128.edgeCase(index),
      uint: UInt.edgeCase(index),
      uint8: UInt8.edgeCase(index),
      uint16: UInt16.edgeCase(index),
      uint32: UInt32.edgeCase(index),
      uint64: UInt64.edgeCase(index),
      uint128: UInt128.edgeCase(index))
  }

  @Test(arguments: Primitive.all)
  func `each primitive comes back from every kind of container`(primitive: Primitive) throws {
    func check<Value: EdgeCases>(_ type: Value.Type) throws {
      for value in type.edgeCases {
        try expectRoundTrip(value)
        try expectRoundTrip(Optional(value))
        try expectRoundTrip(["key": value])
      }
      try expectRoundTrip(type.edgeCases)
      try expectRoundTrip(ContiguousArray(type.edgeCases))
      try expectRoundTrip([type.edgeCases, [], type.edgeCases])
      try expectRoundTrip(type.edgeCases.map { Optional($0) } + [nil])
      try expectRoundTrip([Value]())
      try expectRoundTrip(Value?.none)
    }
    try check(primitive.type)
  }

  @Test(arguments: 0..<7) func `each overload of each container is there`(index: Int) throws {
    let members = Self.examples[index]
    try expectRoundTrip(members)
    try expectRoundTrip(Elements(members: members))
    try expectRoundTrip(Sequences(members: members))
    try expectRoundTrip(OptionalMembers())
    try expectRoundTrip(
      OptionalMembers(
        bool: members.bool,
        string: members.string,
        double: members.double,
        float: members.float,
        int: members.int,
        int8: members.int8,
        int16: members.int16,
        int32: members.int32,
        int64: members.int64,
        int128: members.int128,
        uint: members.uint,
        uint8: members.uint8,
        uint16: members.uint16,
        uint32: members.uint32,
        uint64: members.uint64,
        uint128: members.uint128))
  }

  @Test(arguments: Primitive.all)
  func `the code of the primitive itself can be called with the encoder`(primitive: Primitive) throws {
    struct Delegating<Value: EdgeCases>: Codable, Equatable {
      var value: Value
      init(value: Value) { self.value = value }
      init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
      func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }
    func check<Value: EdgeCases>(_ type: Value.Type) throws {
      for value in type.edgeCases { try expectRoundTrip(Delegating(value: value)) }
    }
    try check(primitive.type)
  }

  @Test func `a NaN keeps its bits where numbers are copied`() throws {
    let odd = Double(nan: 0x1234, signaling: false)
    #expect(try Wire.decode(Double.self, from: Wire.encode(odd)).bitPattern == odd.bitPattern)
    #expect(try Wire.decode([Double].self, from: Wire.encode([odd, 1]))[0].bitPattern == odd.bitPattern)
  }

  @Test func `half precision comes back alone and in arrays`() throws {
    try expectRoundTrip([Float16.pi, 0, .infinity, .leastNonzeroMagnitude])
    try expectRoundTrip(Float16(1.5))
    try expectRoundTrip(["a": Float16(1.5)])
  }

  @Test func `arrays of numbers are copied and not coded one by one`() throws {
    #expect(try Wire.encode(Array(0..<1000)).count == 9 + 8000)
    #expect(try Wire.encode([UInt8](repeating: 1, count: 1000)).count == 9 + 1000)
    #expect(try Wire.encode([true, false]).count == 9 + 2)
    #expect(try Wire.encode(Set(0..<1000)).count == 9 + 8000)
    #expect(try Wire.encode(ContiguousArray(0..<1000)).count == 9 + 8000)
  }

  @Test func `numbers are little-endian and have a fixed width`() throws {
    #expect(try Wire.encode(0x0102_0304_0506_0708) == [0x17, 8, 7, 6, 5, 4, 3, 2, 1])
    #expect(try Wire.encode([1, 2] as [UInt16]) == [0x24, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0])
    #expect(try Wire.encode("é") == [0x30, 2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0xA9])
  }

  @Test func `a number is read as another type if it stays the same`() throws {
    #expect(try Wire.decode(Int.self, from: Wire.encode(UInt8(200))) == 200)
    #expect(try Wire.decode(UInt8.self, from: Wire.encode(200)) == 200)
    #expect(try Wire.decode(Double.self, from: Wire.encode(Float(1.5))) == 1.5)
    #expect(try Wire.decode(Float.self, from: Wire.encode(1.5)) == 1.5)
    #expect(try Wire.decode(Double.self, from: Wire.encode(3)) == 3)
    #expect(try Wire.decode([Int64].self, from: Wire.encode([1, 2] as [UInt8])) == [1, 2])
    expectError(.typeMismatch) { _ = try Wire.decode(UInt8.self, from: Wire.encode(300)) }
    expectError(.typeMismatch) { _ = try Wire.decode(UInt.self, from: Wire.encode(-1)) }
    expectError(.typeMismatch) { _ = try Wire.decode(Int.self, from: Wire.encode(1.0)) }
    expectError(.typeMismatch) { _ = try Wire.decode(Bool.self, from: Wire.encode(1)) }
    expectError(.typeMismatch) { _ = try Wire.decode(Float.self, from: Wire.encode(0.1)) }
    expectError(.typeMismatch) { _ = try Wire.decode(String.self, from: Wire.encode(1)) }
    expectError(.typeMismatch) { _ = try Wire.decode([Int].self, from: Wire.encode([1.5])) }
    expectError(.valueNotFound) { _ = try Wire.decode(Int.self, from: Wire.encode(Int?.none)) }
  }
}
