import Testing

@testable import Multiprocessing

@Suite struct WireOptionalTests {
  struct Deep: Codable, Equatable {
    var one: Int?
    var two: Int??
    var three: Int???
    var last = 1
  }

  @Test func `optionals of optionals keep their depth`() throws {
    for value: Int?? in [.none, .some(.none), .some(.some(1))] {
      try expectRoundTrip(value, callingItself: false)
      try expectRoundTrip([value, value])
      try expectRoundTrip(["key": value])
      try expectRoundTrip(Deep(two: value))
    }
    for value: Int??? in [.none, .some(.none), .some(.some(.none)), .some(.some(.some(1)))] {
      try expectRoundTrip(value, callingItself: false)
      try expectRoundTrip([value])
      try expectRoundTrip(Deep(three: value))
      try expectRoundTrip(Optional(value), callingItself: false)
    }
    try expectRoundTrip([[nil, 1], nil] as [[Int?]?])
  }

  /// Writes an optional as itself, and reads it in the way that many types do.
  struct Wrapper: Codable, Equatable {
    var value: Int?

    init(value: Int?) {
      self.value = value
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value = container.decodeNil() ? nil : try container.decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }

  struct DeepWrapper: Codable, Equatable {
    var value: Int??

    init(value: Int??) {
      self.value = value
    }

    init(from decoder: any Decoder) throws {
      value = try decoder.singleValueContainer().decode(Int??.self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }

  struct Holder: Codable, Equatable {
    var wrapper: Wrapper?
    var deep: DeepWrapper?
    var certain: Wrapper
  }

  @Test(arguments: [nil, 1])
  func `a type that writes nil is not taken for no value`(number: Int?) throws {
    let wrapper = Wrapper(value: number)
    try expectRoundTrip(wrapper)
    try expectRoundTrip(Optional(wrapper), callingItself: false)
    try expectRoundTrip(Optional(Optional(wrapper)), callingItself: false)
    try expectRoundTrip([Optional(wrapper), nil])
    try expectRoundTrip(["key": wrapper])
    try expectRoundTrip(Holder(wrapper: wrapper, deep: DeepWrapper(value: .some(number)), certain: wrapper))
    try expectRoundTrip(Holder(wrapper: nil, deep: DeepWrapper(value: .none), certain: wrapper))
    try expectRoundTrip(DeepWrapper(value: .some(number)), callingItself: false)
    try expectRoundTrip(Optional(DeepWrapper(value: .some(number))), callingItself: false)
    try expectRoundTrip(Optional(DeepWrapper(value: .none)), callingItself: false)
  }

  /// Asks `decodeIfPresent` for what `encode` wrote, element by element.
  struct Elements: Codable, Equatable {
    var values: [Int??]

    init(values: [Int??]) {
      self.values = values
    }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      values = []
      for _ in 0..<(container.count ?? 0) { values.append(try container.decodeIfPresent(Int?.self)) }
      #expect(try container.decodeIfPresent(Int.self) == nil)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    }
  }

  @Test func `elements may be asked for with decodeIfPresent`() throws {
    try expectRoundTrip(Elements(values: [.none, .some(.none), .some(.some(3)), .none]))
  }

  @Test func `a wrong type behind decodeIfPresent is an error and not nil`() throws {
    struct Texts: Codable { var value: String? }
    struct Numbers: Codable { var value: Int? }
    expectError(.typeMismatch) { _ = try Wire.decode(Numbers.self, from: Wire.encode(Texts(value: "text"))) }
    #expect(try Wire.decode(Numbers.self, from: Wire.encode(Texts())).value == nil)
  }
}
