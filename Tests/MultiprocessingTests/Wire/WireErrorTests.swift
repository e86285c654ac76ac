import Testing

@testable import Multiprocessing

@Suite struct WireErrorTests {
  typealias Writing = WireNestingTests.Writing
  typealias Key = WireNestingTests.Key

  // MARK: Depth

  final class Chain: Codable {
    var next: Chain?
    init(next: Chain?) { self.next = next }

    static func make(length: Int) -> Chain {
      var chain = Chain(next: nil)
      for _ in 1..<length { chain = Chain(next: chain) }
      return chain
    }

    var length: Int {
      var (length, chain) = (1, next)
      while let link = chain { (length, chain) = (length + 1, link.next) }
      return length
    }
  }

  @Test func `values may be nested up to the limit and no further`() throws {
    let deepest = try Wire.encode(Chain.make(length: Wire.maximumDepth))
    #expect(try Wire.decode(Chain.self, from: deepest).length == Wire.maximumDepth)
    expectError(.nestedTooDeeply) { _ = try Wire.encode(Chain.make(length: Wire.maximumDepth + 2)) }
    expectError(.nestedTooDeeply) { _ = try Wire.encode(Chain.make(length: 50_000)) }
  }

  @Test func `a value that holds itself is an error`() {
    let chain = Chain(next: nil)
    chain.next = chain
    defer { chain.next = nil }
    expectError(.nestedTooDeeply) { _ = try Wire.encode(chain) }
  }

  struct Sink: Decodable {
    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      while !container.isAtEnd { _ = try container.decode(Sink.self) }
    }
  }

  @Test func `bytes nested deeper than the limit are an error`() throws {
    // Lists in lists, from the inside out.
    var bytes: [UInt8] = []
    for _ in 0..<Wire.maximumDepth * 3 {
      var writer = WireWriter()
      writer.append(WireTag.list.rawValue)
      writer.append(UInt64(8 + bytes.count))
      writer.append(UInt64(bytes.isEmpty ? 0 : 1))
      bytes.withUnsafeBytes { writer.append(raw: $0) }
      bytes = writer.bytes
    }
    expectError(.nestedTooDeeply) { _ = try Wire.decode(Sink.self, from: bytes) }
  }

  @Test func `containers nested deeper than the limit are an error`() throws {
    expectError(.nestedTooDeeply) {
      _ = try Wire.encode(
        Writing { encoder in
          var container = encoder.unkeyedContainer()
          for _ in 0..<Wire.maximumDepth * 2 { container = container.nestedUnkeyedContainer() }
          try container.encode(1)
        })
    }
  }

  // MARK: Errors of the value's own code

  struct Refusal: Error, Equatable {}

  struct Refusing: Codable {
    init() {}
    init(from decoder: any Decoder) throws { throw Refusal() }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(1)
      throw Refusal()
    }
  }

  @Test func `what the value's code throws is kept as the cause`() throws {
    let encoding = #expect(throws: WireError.self) { _ = try Wire.encode([Refusing()]) }
    #expect(encoding?.code == .custom)
    #expect(encoding?.cause is Refusal)
    let bytes = try Wire.encode(1)
    let decoding = #expect(throws: WireError.self) { _ = try Wire.decode(Refusing.self, from: bytes) }
    #expect(decoding?.code == .custom)
    #expect(decoding?.cause is Refusal)
  }

  struct Outer: Codable {
    struct Inner: Codable { var name: String }
    var list: [Inner]
  }

  struct OtherOuter: Codable {
    struct Inner: Codable { var name: Int }
    var list: [Inner]
  }

  @Test func `an error says where it happened`() throws {
    let bytes = try Wire.encode(OtherOuter(list: [.init(name: 1)]))
    let error = #expect(throws: WireError.self) { _ = try Wire.decode(Outer.self, from: bytes) }
    #expect(error?.path == "list[0].name")
    #expect(error?.code == .typeMismatch)
    let text = error?.description ?? ""
    #expect(text.contains("String") && text.contains("Int64") && text.contains("list[0].name"), "\(text)")
    let missing = #expect(throws: WireError.self) {
      _ = try Wire.decode(Outer.self, from: Wire.encode(["other": 1]))
    }
    #expect(missing?.code == .keyNotFound)
    #expect(missing?.description.contains("\"list\"") == true)
  }

  @Test func `a value that fails and is done without leaves no trace`() throws {
    let bytes = try Wire.encode(
      Writing { encoder in
        var list = encoder.unkeyedContainer()
        try list.encode("before")
        try? list.encode(Refusing())
        #expect(list.count == 1)
        var object = list.nestedContainer(keyedBy: Key.self)
        try? object.encode(Refusing(), forKey: .a)
        try object.encode(1, forKey: .b)
        try list.encode("after")
        let single = list.superEncoder()
        try? single.singleValueEncode(Refusing())
        try single.singleValueEncode("instead")
      })
    struct Result: Decodable {
      let texts: [String]
      let object: [String: Int]
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        let before = try list.decode(String.self)
        object = try list.decode([String: Int].self)
        texts = [before, try list.decode(String.self), try list.decode(String.self)]
        #expect(list.isAtEnd)
      }
    }
    let result = try Wire.decode(Result.self, from: bytes)
    #expect(result.texts == ["before", "after", "instead"])
    #expect(result.object == ["b": 1])
  }

  @Test func `a writer is as before when encoding fails`() throws {
    var writer = WireWriter()
    writer.append("kept")
    let before = writer.bytes
    expectError(.custom) { try Wire.encode([Refusing()], into: &writer) }
    expectError(.custom) { try Wire.encodeArray([Refusing()], into: &writer) }
    #expect(writer.bytes == before)
  }

  // MARK: Misuse

  @Test func `two kinds of containers for one value are an error`() {
    expectError(.misuse) {
      _ = try Wire.encode(
        Writing { encoder in
          var object = encoder.container(keyedBy: Key.self)
          try object.encode(1, forKey: .a)
          _ = encoder.unkeyedContainer()
        })
    }
    expectError(.misuse) {
      _ = try Wire.encode(
        Writing { encoder in
          var list = encoder.unkeyedContainer()
          var object = encoder.container(keyedBy: Key.self)
          try? object.encode(1, forKey: .a)
          try? list.encode(1)
          var single = encoder.singleValueContainer()
          try? single.encode(1)
        })
    }
    expectError(.misuse) {
      _ = try Wire.encode(
        Writing { encoder in
          var single = encoder.singleValueContainer()
          try single.encode(1)
          try single.encode(2)
        })
    }
  }

  /// Keeps what it was given, against the rules.
  final class Thief: Codable {
    nonisolated(unsafe) static var encoder: (any Encoder)?
    nonisolated(unsafe) static var containers: [any UnkeyedEncodingContainer] = []
    nonisolated(unsafe) static var decoder: (any Decoder)?
    nonisolated(unsafe) static var list: (any UnkeyedDecodingContainer)?

    init() {}

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      (Thief.decoder, Thief.list) = (decoder, list)
      _ = try list.decode(Int.self)
    }

    func encode(to encoder: any Encoder) throws {
      var list = encoder.unkeyedContainer()
      try list.encode(1)
      var nested = list.nestedUnkeyedContainer()
      try nested.encode(2)
      try list.encode(3)
      try nested.encode(4)
      let inner = nested.nestedUnkeyedContainer()
      Thief.encoder = encoder
      Thief.containers = [list, nested, inner, list.nestedUnkeyedContainer()]
    }
  }

  @Test func `an encoder or decoder kept too long is an error and not a crash`() throws {
    let bytes = try Wire.encode([Thief(), Thief()])
    for index in Thief.containers.indices {
      expectError(.misuse) { try Thief.containers[index].encode(1) }
    }
    let encoder = try #require(Thief.encoder)
    var late = encoder.unkeyedContainer()
    expectError(.misuse) { try late.encode(Thief()) }
    _ = try Wire.decode([Thief].self, from: bytes)
    #expect(throws: (any Error).self) { _ = try Thief.decoder?.unkeyedContainer() }
    #expect(throws: (any Error).self) { _ = try Thief.list?.decode(Int.self) }
    (Thief.encoder, Thief.containers, Thief.decoder, Thief.list) = (nil, [], nil, nil)
  }

  @Test func `writing to a container while a value inside it is encoded is an error`() {
    expectError(.misuse) {
      _ = try Wire.encode(
        Writing { encoder in
          var list = encoder.unkeyedContainer()
          var same = list
          try list.encode(
            Writing { inner in
              try same.encode("between")
              try 1.encode(to: inner)
            })
        })
    }
  }

  // MARK: What a coder tells the value's code

  @Test func `the path and the user's information reach the value's code`() throws {
    let name = try #require(CodingUserInfoKey(rawValue: "name"))
    struct Witness: Codable, Equatable {
      var text: String
      init() { text = "" }
      init(from decoder: any Decoder) throws {
        let name = CodingUserInfoKey(rawValue: "name").flatMap { decoder.userInfo[$0] as? String }
        text = decoder.codingPath.map(\.stringValue).joined(separator: "/") + ":" + (name ?? "-")
      }
      func encode(to encoder: any Encoder) throws {
        let name = CodingUserInfoKey(rawValue: "name").flatMap { encoder.userInfo[$0] as? String }
        var container = encoder.singleValueContainer()
        try container.encode(encoder.codingPath.map(\.stringValue).joined(separator: "/") + ":" + (name ?? "-"))
      }
    }
    struct Text: Codable { var list: [[String: String]] }
    struct Witnesses: Codable { var list: [[String: Witness]] }
    let value = Witnesses(list: [["key": Witness()]])
    let bytes = try Wire.encode(value, userInfo: [name: "Ann"])
    #expect(try Wire.decode(Text.self, from: bytes).list == [["key": "list/Index 0/key:Ann"]])
    let back = try Wire.decode(Witnesses.self, from: bytes, userInfo: [name: "Bob"])
    #expect(back.list[0]["key"]?.text == "list/Index 0/key:Bob")
  }
}

extension Encoder {
  fileprivate func singleValueEncode(_ value: some Encodable) throws {
    var container = singleValueContainer()
    try container.encode(value)
  }
}
