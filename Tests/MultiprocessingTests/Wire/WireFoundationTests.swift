import Foundation
import Testing

@testable import Multiprocessing

@Suite struct WireFoundationTests {
  @Test func `the value types of Foundation come back`() throws {
    try expectRoundTrip(Date(timeIntervalSinceReferenceDate: 123.456))
    try expectRoundTrip(Date.distantPast)
    try expectRoundTrip(UUID())
    try expectRoundTrip(try #require(URL(string: "https://example.com/a?b=c#d")))
    try expectRoundTrip(URL(fileURLWithPath: "/tmp/a b"))
    try expectRoundTrip(try #require(URL(string: "relative", relativeTo: URL(string: "https://example.com/base/"))))
    try expectRoundTrip(try #require(Decimal(string: "-12345678901234567890.123456789")))
    try expectRoundTrip(CGFloat(1.5))
    try expectRoundTrip(CGRect(x: 1, y: 2, width: 3, height: 4))
    try expectRoundTrip(IndexSet([1, 2, 3, 10]))
    try expectRoundTrip(IndexPath(indexes: [1, 2, 3]))
    try expectRoundTrip(CharacterSet.alphanumerics)
    try expectRoundTrip(DateComponents(year: 2024, month: 2, day: 29))
    try expectRoundTrip(Calendar(identifier: .gregorian))
    try expectRoundTrip(Locale(identifier: "de_DE"))
    try expectRoundTrip(try #require(TimeZone(secondsFromGMT: 3600)))
    try expectRoundTrip(DateInterval(start: Date(timeIntervalSinceReferenceDate: 0), duration: 60))
    try expectRoundTrip(Measurement(value: 3, unit: UnitLength.meters))
    try expectRoundTrip(NSRange(location: 1, length: 2))
    try expectRoundTrip(try #require(URLComponents(string: "https://user@example.com:80/a?b=c#d")))
    try expectRoundTrip(PersonNameComponents(givenName: "Ada", familyName: "Lovelace"))
  }

  @Test func `the value types of the standard library come back`() throws {
    try expectRoundTrip(Duration.seconds(1.5))
    try expectRoundTrip(1..<5)
    try expectRoundTrip(1.5...2.5)
    try expectRoundTrip(SIMD4<Float>(1, 2, 3, 4))
    try expectRoundTrip(ContiguousArray(["a", "b"]))
  }

  @Test(arguments: [0, 1, 14, 15, 100, 100_000])
  func `data comes back, alone and as a member, and is copied as a whole`(count: Int) throws {
    let data = Data((0..<count).map { UInt8(truncatingIfNeeded: $0) })
    try expectRoundTrip(data)
    try expectRoundTrip([data, Data(), data])
    try expectRoundTrip(["key": data])
    try expectRoundTrip(Optional(data))
    #expect(try Wire.encode(data).count <= 17 + count)
    // Both are lists of bytes.
    #expect(try Wire.decode([UInt8].self, from: Wire.encode(data)) == Array(data))
    #expect(try Wire.decode(Data.self, from: Wire.encode(Array(data))) == data)
    if count > 10 { try expectRoundTrip(data.dropFirst(3)) }
  }

  /// Looks like `Data` but keeps more than its bytes.
  struct Bytes: RangeReplaceableCollection, Codable, Equatable {
    var array: [UInt8] = []
    var isSecret = false
    init() {}
    var startIndex: Int { 0 }
    var endIndex: Int { array.count }
    func index(after index: Int) -> Int { index + 1 }
    subscript(index: Int) -> UInt8 { array[index] }
    mutating func replaceSubrange(_ range: Range<Int>, with bytes: some Collection<UInt8>) {
      array.replaceSubrange(range, with: bytes)
    }
    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      isSecret = try list.decode(UInt8.self) == 1
      while !list.isAtEnd { array.append(try list.decode(UInt8.self)) }
    }
    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(isSecret ? 1 as UInt8 : 0)
      try list.encode(contentsOf: array)
    }
  }

  @Test func `another collection of bytes is left to its own code`() throws {
    var bytes = Bytes()
    bytes.array = [1, 2, 3]
    bytes.isSecret = true
    try expectRoundTrip(bytes)
  }
}
