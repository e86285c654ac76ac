import Testing

@testable import Multiprocessing

/// Bytes that no encoder wrote.
@Suite struct WireBytesTests {
  /// A tag and eight bytes of length or count, then the rest.
  func bytes(_ tag: WireTag, _ numbers: UInt64..., rest: [UInt8] = []) -> [UInt8] {
    var writer = WireWriter()
    writer.append(tag.rawValue)
    for number in numbers { writer.append(number) }
    rest.withUnsafeBytes { writer.append(raw: $0) }
    return writer.bytes
  }

  struct Item: Codable, Equatable {
    var id = 7
    var name = "name"
    var list = [1, 2, 3]
    var inner: [[String: Int]] = [["a": 1]]
    var flag: Bool? = true
  }

  @Test(arguments: [UInt64.max, 1 << 63, 1 << 60, 1 << 32, 9, 10])
  func `a length that says more than there is allocates nothing and is an error`(length: UInt64) {
    let rest = [UInt8](repeating: 0, count: 8)
    expectError(.badLength) { _ = try Wire.decode(String.self, from: bytes(.string, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode([Int].self, from: bytes(.int64.packed, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode([UInt8].self, from: bytes(.uint8.packed, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode(Item.self, from: bytes(.keyed, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode([String].self, from: bytes(.list, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode(Item.self, from: bytes(.slot, length, rest: rest)) }
    // The length is right and the count is not.
    expectError(.badLength) { _ = try Wire.decode([String].self, from: bytes(.list, 16, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode([Item].self, from: bytes(.list, 16, length, rest: rest)) }
    expectError(.badLength) { _ = try Wire.decode([[Int]].self, from: bytes(.list, 16, length, rest: rest)) }
    // The name of an entry.
    let entry = [255] + bytes(.null, length).dropFirst() + rest
    expectError(.badLength) { _ = try Wire.decode(Item.self, from: bytes(.keyed, 17, rest: entry)) }
  }

  @Test func `a count of elements that are not there is an error`() {
    // Eight bytes may be eight elements, and then each of them is missing.
    let rest = [UInt8](repeating: 0, count: 8)
    expectError(.malformed) { _ = try Wire.decode([String].self, from: bytes(.list, 16, 8, rest: rest)) }
    let nulls = [UInt8](repeating: WireTag.null.rawValue, count: 4)
    expectError(.truncated, .badLength) { _ = try Wire.decode([Int?].self, from: bytes(.list, 12, 5, rest: nulls)) }
    #expect(throws: Never.self) { try Wire.decode([Int?].self, from: bytes(.list, 12, 4, rest: nulls)) }
  }

  @Test func `a Bool is 0 or 1, alone, as a member, and in an array`() throws {
    expectError(.malformed) { _ = try Wire.decode(Bool.self, from: [WireTag.bool.rawValue, 2]) }
    expectError(.malformed) { _ = try Wire.decode([Bool].self, from: bytes(.bool.packed, 3, rest: [0, 1, 255])) }
    expectError(.malformed, .typeMismatch) {
      _ = try Wire.decode(ContiguousArray<Bool>.self, from: bytes(.bool.packed, 3, rest: [0, 1, 2]))
    }
    struct Flag: Codable { var flag = true }
    var flag = try Wire.encode(Flag())
    flag[flag.count - 1] = 2
    expectError(.malformed, .typeMismatch) { _ = try Wire.decode(Flag.self, from: flag) }
  }

  static let invalidTexts: [[UInt8]] = [
    [0xFF], [0xC3], [0x61, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80],
    [0xEF, 0xBF, 0xBD, 0xFF],
  ]

  @Test(arguments: invalidTexts)
  func `a text that is not valid UTF-8 is an error`(text: [UInt8]) throws {
    let encoded = bytes(.string, UInt64(text.count), rest: text)
    expectError(.invalidText) { _ = try Wire.decode(String.self, from: encoded) }
    let list = bytes(.list, UInt64(8 + encoded.count), 1, rest: encoded)
    expectError(.invalidText) { _ = try Wire.decode([String].self, from: list) }
    expectError(.invalidText) { _ = try Wire.decode(String?.self, from: encoded) }
  }

  @Test func `the replacement character itself is a valid text`() throws {
    try expectRoundTrip("\u{FFFD}")
    try expectRoundTrip("a\u{FFFD}b")
  }

  @Test func `every beginning of a message is an error`() throws {
    let whole = try Wire.encode([Item(), Item(id: -1, flag: nil)])
    for count in 0..<whole.count {
      #expect(throws: WireError.self) { try Wire.decode([Item].self, from: Array(whole.prefix(count))) }
    }
    let text = try Wire.encode("text")
    for count in 0..<text.count {
      expectError(.truncated, .badLength) { _ = try Wire.decode(String.self, from: Array(text.prefix(count))) }
    }
  }

  @Test func `bytes after the value are an error`() throws {
    expectError(.trailingBytes) { _ = try Wire.decode(Int.self, from: Wire.encode(1) + [0]) }
    expectError(.trailingBytes) { _ = try Wire.decode([Item].self, from: Wire.encode([Item()]) + Wire.encode(1)) }
    expectError(.truncated) { _ = try Wire.decode(Int.self, from: []) }
  }

  @Test(arguments: 0...UInt8.max)
  func `a byte that is no tag is an error`(byte: UInt8) {
    let known: Set<UInt8> = Set(0x01...0x04).union(0x10...0x1D).union(0x20...0x2D).union(0x30...0x34)
    let message = [byte] + [UInt8](repeating: 0, count: 24)
    let error = #expect(throws: WireError.self) { _ = try Wire.decode(Item.self, from: message) }
    let isMalformed = byte == WireTag.some.rawValue || !known.contains(byte)
    #expect((error?.code == .malformed) == isMalformed, "\(byte): \(String(describing: error))")
  }

  @Test func `elements of a chunk that are damaged are an error with their place`() throws {
    var writer = WireWriter()
    try Wire.encodeArray([Item(), Item()], into: &writer)
    var damaged = writer.bytes
    damaged[damaged.count - 1] = 2
    let error = #expect(throws: WireError.self) {
      _ = try damaged.withUnsafeBytes { bytes throws in try Wire.decodeArray(of: Item.self, from: bytes) }
    }
    #expect(error?.path == "[1].flag")
    expectError(.trailingBytes) {
      _ = try (writer.bytes + [0]).withUnsafeBytes { bytes throws in try Wire.decodeArray(of: Item.self, from: bytes) }
    }
    expectError(.typeMismatch) {
      _ = try Wire.encode(1).withUnsafeBytes { bytes throws in try Wire.decodeArray(of: Item.self, from: bytes) }
    }
  }

  @Test func `a number of bytes that is no number of elements is an error`() {
    expectError(.badLength) { _ = try Wire.decode([Int].self, from: bytes(.int64.packed, 7, rest: Array(0..<7))) }
    expectError(.badLength) { _ = try Wire.decode(Set<Int16>.self, from: bytes(.int16.packed, 3, rest: [1, 2, 3])) }
  }

  @Test func `a super encoder's value is one value`() throws {
    let one = try Wire.encode(1)
    #expect(try Wire.decode(Int.self, from: bytes(.slot, 9, rest: one)) == 1)
    expectError(.malformed) { _ = try Wire.decode(Int.self, from: bytes(.slot, 18, rest: one + one)) }
    expectError(.malformed) { _ = try Wire.decode(Int.self, from: bytes(.slot, 18, rest: bytes(.slot, 9, rest: one))) }
  }

  @Test func `marks of present values without a nil are an error`() throws {
    let some = WireTag.some.rawValue
    expectError(.malformed) { _ = try Wire.decode(Int??.self, from: [some, some]) }
    expectError(.malformed) { _ = try Wire.decode(Int??.self, from: [some] + Wire.encode(1)) }
    expectError(.valueNotFound) { _ = try Wire.decode(Int.self, from: [some, WireTag.null.rawValue]) }
  }

  // MARK: Writer and reader

  @Test func `what a writer wrote a reader reads`() throws {
    var writer = WireWriter()
    writer.append(0x1234 as UInt16)
    writer.append(-5)
    writer.append(1.5)
    writer.append(true)
    let place = writer.count
    writer.append(0 as UInt64)
    writer.append("text ü")
    writer.append([1, 2, 3])
    writer.replace(at: place, with: 99)
    let copy = writer
    writer.append(1 as UInt8)
    #expect(writer.count == copy.count + 1)
    try copy.withUnsafeBytes { bytes throws in
      var reader = WireReader(bytes)
      #expect(try reader.read(UInt16.self) == 0x1234)
      #expect(try reader.read(Int.self) == -5)
      #expect(try reader.readDouble() == 1.5)
      #expect(try reader.readBool())
      #expect(try reader.read(UInt64.self) == 99)
      #expect(try reader.readString() == "text ü")
      #expect(throws: WireError.self) { try reader.finish() }
      #expect(try reader.readBytes() == [1, 2, 3])
      try reader.finish()
      expectError(.truncated) { _ = try reader.read(UInt8.self) }
    }
    writer.removeAll()
    #expect(writer.count == 0)
    #expect(copy.count > 0)
  }

  @Test(arguments: [UInt64.max, 1 << 60, 4])
  func `a reader does not believe a length`(length: UInt64) throws {
    var writer = WireWriter()
    writer.append(length)
    writer.append(raw: UnsafeRawBufferPointer(start: nil, count: 0))
    writer.append(UInt16(7))
    writer.withUnsafeBytes { bytes in
      expectError(.badLength) {
        var reader = WireReader(bytes)
        _ = try reader.readBytes()
      }
      expectError(.badLength) {
        var reader = WireReader(bytes)
        _ = try reader.readCount(elementByteCount: 8)
      }
    }
  }

  @Test func `a slice of a collection is written as an array of its elements`() throws {
    func check<Values: Collection>(_ values: Values) throws where Values.Element: Codable & Equatable {
      var writer = WireWriter()
      try Wire.encodeArray(values, into: &writer)
      try writer.withUnsafeBytes { bytes throws in
        #expect(try Wire.decodeArray(of: Values.Element.self, from: bytes) == Array(values))
      }
    }
    let numbers = Array(0..<100)
    try check(numbers[10..<20])
    try check(0..<10)
    try check(numbers.lazy.map { "\($0)" })
    try check(numbers.map { [$0, $0] }[5...])
    try check([true, false, true][1...])
    try check([Item(), Item()][..<1])
    try check(EmptyCollection<Item>())
    try check(EmptyCollection<Int>())
    try check(["a", "b", "c"][1...])
    try check(Set([1, 2, 3]))
    try check([1, nil, 3])
  }
}
