import Testing

@testable import Multiprocessing

@Suite struct WireContainerTests {
  // MARK: Keyed containers

  /// Writes its entries in one order and reads them in another.
  struct Shuffled: Codable, Equatable {
    var first = 1
    var second = "two"
    var third = [3.0]
    var fourth: Int? = 4

    private enum CodingKeys: CodingKey {
      case first, second, third, fourth
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      fourth = try container.decodeIfPresent(Int.self, forKey: .fourth)
      second = try container.decode(String.self, forKey: .second)
      first = try container.decode(Int.self, forKey: .first)
      third = try container.decode([Double].self, forKey: .third)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(third, forKey: .third)
      try container.encode(first, forKey: .first)
      try container.encodeIfPresent(fourth, forKey: .fourth)
      try container.encode(second, forKey: .second)
    }
  }

  @Test func `entries may be read in another order than they were written`() throws {
    var value = Shuffled()
    try expectRoundTrip(value)
    value.fourth = nil
    try expectRoundTrip(value)
  }

  struct AnyKey: CodingKey, Hashable {
    var stringValue: String
    var intValue: Int? { Int(stringValue) }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = String(intValue) }
  }

  /// A dictionary written by hand and read backwards.
  struct Table: Codable, Equatable {
    var entries: [String: Int]

    init(entries: [String: Int]) {
      self.entries = entries
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: AnyKey.self)
      entries = [:]
      for key in container.allKeys.reversed() {
        guard container.contains(key) else { throw Failure(reason: "\(key.stringValue) is not contained") }
        entries[key.stringValue] = try container.decode(Int.self, forKey: key)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: AnyKey.self)
      for (name, value) in entries.sorted(by: { $0.key < $1.key }) { try container.encode(value, forKey: AnyKey(name)) }
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 18, 200, 3000])
  func `entries without known names are found in any order`(count: Int) throws {
    try expectRoundTrip(Table(entries: Dictionary(uniqueKeysWithValues: (0..<count).map { ("name \($0)", $0) })))
  }

  @Test func `names may be empty, long, and not ASCII`() throws {
    let names = ["", "é", "世界", String(repeating: "n", count: 253), String(repeating: "n", count: 254)]
    let longNames = [255, 256, 300, 70000].map { String(repeating: "n", count: $0) }
    let entries = (names + longNames).enumerated().map { ($1, $0) }
    try expectRoundTrip(Table(entries: Dictionary(uniqueKeysWithValues: entries)))
    try expectRoundTrip(Dictionary(uniqueKeysWithValues: entries))
  }

  /// Writes one entry twice.
  struct Twice: Codable, Equatable {
    var value: Int

    private enum CodingKeys: CodingKey {
      case other, value
    }

    init(value: Int) {
      self.value = value
    }

    init(from decoder: any Decoder) throws {
      value = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .value)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(-1, forKey: .value)
      try container.encode(-2, forKey: .other)
      try container.encode(value, forKey: .value)
      try container.encodeIfPresent(Int?.none, forKey: .value)
    }
  }

  @Test func `of an entry written twice the last one counts`() throws {
    try expectRoundTrip(Twice(value: 5))
  }

  struct TwiceWithAnyKey: Encodable {
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: AnyKey.self)
      try container.encode(1, forKey: AnyKey("a"))
      try container.encode(2, forKey: AnyKey("b"))
      try container.encode(3, forKey: AnyKey("a"))
    }
  }

  @Test func `of an entry written twice under a computed key the last one counts`() throws {
    let bytes = try Wire.encode(TwiceWithAnyKey())
    #expect(try Wire.decode(Table.self, from: bytes) == Table(entries: ["a": 3, "b": 2]))
    #expect(try Wire.decode([String: Int].self, from: bytes) == ["a": 3, "b": 2])
  }

  struct Questions: Decodable {
    enum CodingKeys: CodingKey {
      case here, gone, null, missing
    }
    let keys: [CodingKeys]
    let contained: [Bool]
    let nulls: [Bool?]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let all: [CodingKeys] = [.here, .gone, .null, .missing]
      keys = container.allKeys
      contained = all.map(container.contains)
      nulls = all.map { try? container.decodeNil(forKey: $0) }
    }
  }

  struct Answers: Encodable {
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Questions.CodingKeys.self)
      try container.encode(1, forKey: .here)
      try container.encodeIfPresent(Int?.none, forKey: .gone)
      try container.encodeNil(forKey: .null)
    }
  }

  @Test func `an entry left out is not there, and one that is nil is`() throws {
    let questions = try Wire.decode(Questions.self, from: Wire.encode(Answers()))
    #expect(questions.keys == [.here, .null])
    #expect(questions.contained == [true, false, true, false])
    #expect(questions.nulls == [false, nil, true, nil])
  }

  // MARK: Dictionaries, sets, enumerations

  enum Color: String, Codable, CodingKeyRepresentable {
    case red, green
  }

  struct Point: Codable, Hashable {
    var x: Int
    var y: Int
  }

  @Test func `dictionaries come back whatever their keys are`() throws {
    try expectRoundTrip(["a": 1, "": 2, "ü": 3])
    try expectRoundTrip([1: "one", -5: "minus five", .max: "most"])
    try expectRoundTrip([Point(x: 1, y: 2): [1], Point(x: 3, y: 4): []])
    try expectRoundTrip([Color.red: 1, .green: 2])
    try expectRoundTrip([1.5: 1, 2.5: 2])
    try expectRoundTrip(["a": ["b": ["c": Point(x: 1, y: 2)]], "d": [:]])
    try expectRoundTrip(["a": nil, "b": 1] as [String: Int?])
    try expectRoundTrip([String: Int]())
    try expectRoundTrip(Dictionary(uniqueKeysWithValues: (0..<500).map { ("key \($0)", Point(x: $0, y: -$0)) }))
    try expectRoundTrip(Set([Point(x: 1, y: 2), Point(x: 3, y: 4)]))
    try expectRoundTrip(Set(["a", "b"]))
  }

  indirect enum Expression: Codable, Equatable {
    case zero
    case number(Double)
    case named(name: String, index: Int?)
    case sum(Expression, Expression)
    case many([Expression])
  }

  @Test func `enumerations come back with their values`() throws {
    try expectRoundTrip(Color.green)
    try expectRoundTrip(Expression.zero)
    try expectRoundTrip(Expression.number(1.5))
    try expectRoundTrip(Expression.named(name: "n", index: nil))
    try expectRoundTrip(
      Expression.many([.sum(.number(1), .sum(.zero, .named(name: "x", index: 7))), .many([]), .zero]))
    try expectRoundTrip([Outcome.failure(Failure(reason: "why")), .success(1)])
  }

  struct Failure: Error, Codable, Equatable {
    var reason: String
  }

  enum Outcome: Codable, Equatable {
    case success(Int)
    case failure(Failure)
  }

  @Test func `a raw value that the enumeration does not have is an error`() throws {
    expectError(.custom) { _ = try Wire.decode(Color.self, from: Wire.encode("blue")) }
    expectError(.typeMismatch) { _ = try Wire.decode(Color.self, from: Wire.encode(1)) }
  }

  // MARK: Values that write little

  struct Nothing: Codable, Equatable {
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
  }

  struct NoMembers: Codable, Equatable {}

  struct Pair<First: Codable & Equatable, Second: Codable & Equatable>: Codable, Equatable {
    var first: First
    var second: Second
  }

  @Test func `a value that writes nothing comes back`() throws {
    try expectRoundTrip(Nothing())
    try expectRoundTrip(NoMembers())
    try expectRoundTrip([Nothing(), Nothing()])
    try expectRoundTrip(Optional(Nothing()))
    try expectRoundTrip(Optional(NoMembers()))
    try expectRoundTrip(Pair(first: Nothing(), second: Nothing?.none))
    #expect(try Wire.decode(NoMembers.self, from: Wire.encode(Nothing())) == NoMembers())
    #expect(try Wire.decode([Int].self, from: Wire.encode(Nothing())) == [])
  }

  // MARK: A value that tries one type after the other

  enum JSONValue: Codable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(Int.self) {
        self = .int(value)
      } else if let value = try? container.decode(Double.self) {
        self = .double(value)
      } else if let value = try? container.decode(String.self) {
        self = .string(value)
      } else if let value = try? container.decode([JSONValue].self) {
        self = .array(value)
      } else {
        self = .object(try container.decode([String: JSONValue].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .null: try container.encodeNil()
      case .bool(let value): try container.encode(value)
      case .int(let value): try container.encode(value)
      case .double(let value): try container.encode(value)
      case .string(let value): try container.encode(value)
      case .array(let value): try container.encode(value)
      case .object(let value): try container.encode(value)
      }
    }
  }

  @Test func `a value may try types until one fits`() throws {
    let value = JSONValue.object([
      "list": .array([.int(1), .double(1), .bool(true), .null, .string("text"), .array([])]), "object": .object([:]),
    ])
    try expectRoundTrip(value)
    try expectRoundTrip(JSONValue.null)
    try expectRoundTrip([JSONValue.int(0), .bool(false)])
  }

  struct Lenient: Decodable {
    var texts: [String] = []

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      while !container.isAtEnd {
        if try container.decodeNil() {
          texts.append("nil")
        } else if let number = try? container.decode(Int.self) {
          texts.append("\(number)")
        } else {
          texts.append(try container.decode(String.self))
        }
      }
    }
  }

  struct Mixed: Encodable {
    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(1)
      try container.encode(2)
      try container.encodeNil()
      try container.encode("three")
      try container.encode(4)
    }
  }

  @Test func `an element that did not fit is still the next one`() throws {
    let bytes = try Wire.encode(Mixed())
    #expect(try Wire.decode(Lenient.self, from: bytes).texts == ["1", "2", "nil", "three", "4"])
  }
}
