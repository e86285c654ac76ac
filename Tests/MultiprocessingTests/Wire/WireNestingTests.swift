import Testing

@testable import Multiprocessing

@Suite struct WireNestingTests {
  enum Key: CodingKey, CaseIterable {
    case a, b, c, d
  }

  // MARK: Containers written in turns

  /// Runs its closure as `encode(to:)`.
  struct Writing: Encodable {
    var body: (any Encoder) throws -> Void
    func encode(to encoder: any Encoder) throws { try body(encoder) }
  }

  /// Reads whatever was written, as text.
  enum Shape: Decodable, CustomStringConvertible, Equatable {
    case leaf(Int)
    case list([Shape])
    case object([String: Shape])
    case nothing

    init(from decoder: any Decoder) throws {
      if let leaf = try? decoder.singleValueContainer().decode(Int.self) {
        self = .leaf(leaf)
      } else if let object = try? decoder.container(keyedBy: WireContainerTests.AnyKey.self) {
        var entries: [String: Shape] = [:]
        for key in object.allKeys { entries[key.stringValue] = try object.decode(Shape.self, forKey: key) }
        self = entries.isEmpty ? .nothing : .object(entries)
      } else {
        self = .list(try [Shape](from: decoder))
      }
    }

    var description: String {
      switch self {
      case .leaf(let number): "\(number)"
      case .list(let elements): "[" + elements.map(\.description).joined(separator: " ") + "]"
      case .object(let entries):
        "{" + entries.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ") + "}"
      case .nothing: "nothing"
      }
    }
  }

  func shape(_ body: @escaping (any Encoder) throws -> Void) throws -> String {
    try Wire.decode(Shape.self, from: Wire.encode(Writing(body: body))).description
  }

  @Test func `nested containers may be written in turns`() throws {
    let text = try shape { encoder in
      var outer = encoder.container(keyedBy: Key.self)
      var first = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
      try first.encode(1, forKey: .a)
      var second = outer.nestedUnkeyedContainer(forKey: .b)
      try second.encode(2)
      try first.encode(3, forKey: .b)
      try outer.encode(4, forKey: .c)
      try second.encode(5)
      try first.encode([6], forKey: .c)
      try second.encode([7, 8])
      try outer.encode(9, forKey: .d)
    }
    #expect(text == "{a:{a:1 b:3 c:[6]} b:[2 5 [7 8]] c:4 d:9}")
  }

  @Test func `a container nested in a nested one may be written last`() throws {
    let text = try shape { encoder in
      var outer = encoder.unkeyedContainer()
      var middle = outer.nestedContainer(keyedBy: Key.self)
      var inner = middle.nestedUnkeyedContainer(forKey: .a)
      try inner.encode(1)
      try outer.encode(2)
      try middle.encode(3, forKey: .b)
      try inner.encode(4)
      var late = middle.nestedUnkeyedContainer(forKey: .c)
      try late.encode(5)
      try outer.encode(6)
      try late.encode(7)
      try inner.encode(8)
      try middle.encode(9, forKey: .d)
      try late.encode(10)
    }
    #expect(text == "[{a:[1 4 8] b:3 c:[5 7 10] d:9} 2 6]")
  }

  /// A tree whose containers are all opened first and then filled in any order.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `nested containers may be written in any order`(seed: UInt64) throws {
    final class Node {
      var items: [String] = []
      var children: [(place: Int, node: Node)] = []
      var container: any UnkeyedEncodingContainer
      init(_ container: any UnkeyedEncodingContainer) { self.container = container }
      var text: String {
        var items = items
        for child in children { items[child.place] = child.node.text }
        return "[" + items.joined(separator: " ") + "]"
      }
    }
    var expected = ""
    let text = try shape { encoder in
      var random = SeededGenerator(seed: seed)
      var nodes = [Node(encoder.unkeyedContainer())]
      for step in 0..<Int.random(in: 1...60, using: &random) {
        let node = nodes[Int.random(in: 0..<nodes.count, using: &random)]
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
          let child = Node(node.container.nestedUnkeyedContainer())
          node.children.append((node.items.count, child))
          node.items.append("")
          nodes.append(child)
        case 1:
          let child = Node(node.container.superEncoder().unkeyedContainer())
          node.children.append((node.items.count, child))
          node.items.append("")
          nodes.append(child)
        case 2:
          try node.container.encode([step, step])
          node.items.append("[\(step) \(step)]")
        default:
          try node.container.encode(step)
          node.items.append("\(step)")
        }
      }
      expected = nodes[0].text
    }
    // An empty list and an empty object look the same to the reader of this test.
    #expect(text.replacing("nothing", with: "[]") == expected.replacing("nothing", with: "[]"), "seed \(seed)")
  }

  @Test func `a hundred thousand nested containers are no trouble`() throws {
    let bytes = try Wire.encode(
      Writing { encoder in
        var outer = encoder.unkeyedContainer()
        for number in 0..<100_000 {
          var inner = outer.nestedUnkeyedContainer()
          try inner.encode(number)
        }
      })
    let numbers = try Wire.decode([[Int]].self, from: bytes)
    #expect(numbers.count == 100_000)
    #expect(numbers[99_999] == [99_999])
  }

  // MARK: Super encoders and classes

  @Test func `super encoders may be used late, or never`() throws {
    let text = try shape { encoder in
      var outer = encoder.container(keyedBy: Key.self)
      let late = outer.superEncoder()
      let never = outer.superEncoder(forKey: .a)
      try outer.encode(1, forKey: .b)
      try 2.encode(to: late)
      _ = never
    }
    #expect(text == "{a:nothing b:1 super:2}")
    let again = try shape { encoder in
      var outer = encoder.unkeyedContainer()
      let late = outer.superEncoder()
      try outer.encode(1)
      var inner = late.container(keyedBy: Key.self)
      try inner.encode(2, forKey: .a)
      try outer.encode(3)
      var same = late.container(keyedBy: Key.self)
      try same.encode(4, forKey: .b)
    }
    #expect(again == "[{a:2 b:4} 1 3]")
  }

  class Animal: Codable {
    var name: String
    var age: Int?

    init(name: String, age: Int?) {
      self.name = name
      self.age = age
    }
  }

  /// Calls its super class with an encoder of its own.
  final class Dog: Animal {
    var tricks: [String] = []

    private enum CodingKeys: CodingKey {
      case tricks
    }

    override init(name: String, age: Int?) { super.init(name: name, age: age) }

    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      tricks = try container.decode([String].self, forKey: .tricks)
      try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try super.encode(to: container.superEncoder())
      try container.encode(tricks, forKey: .tricks)
    }
  }

  /// Shares the encoder with its super class, which writes first and reads last.
  final class Cat: Animal {
    var lives = 9

    private enum CodingKeys: CodingKey {
      case lives
    }

    override init(name: String, age: Int?) { super.init(name: name, age: age) }

    required init(from decoder: any Decoder) throws {
      lives = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .lives)
      try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
      try super.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(lives, forKey: .lives)
    }
  }

  @Test(arguments: [nil, 3]) func `classes come back with what they inherit`(age: Int?) throws {
    let dog = Dog(name: "Rex", age: age)
    dog.tricks = ["sit", "stay"]
    let sameDog = try Wire.decode(Dog.self, from: Wire.encode(dog))
    #expect((sameDog.name, sameDog.age, sameDog.tricks) == ("Rex", age, ["sit", "stay"]))
    let cat = Cat(name: "Tom", age: age)
    cat.lives = 7
    let sameCat = try Wire.decode([Cat].self, from: Wire.encode([cat, cat]))[1]
    #expect((sameCat.name, sameCat.age, sameCat.lives) == ("Tom", age, 7))
  }

  // MARK: One way of writing, another of reading

  struct Point: Codable, Equatable {
    var x = 1
    var y = 2
  }

  /// Writes through a container what it reads from the decoder itself, or the other way round.
  struct Crossed: Codable, Equatable {
    var point = Point()
    init() {}
    init(from decoder: any Decoder) throws { point = try Point(from: decoder) }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(point)
    }
  }

  struct CrossedBack: Codable, Equatable {
    var point = Point()
    init() {}
    init(from decoder: any Decoder) throws { point = try decoder.singleValueContainer().decode(Point.self) }
    func encode(to encoder: any Encoder) throws { try point.encode(to: encoder) }
  }

  /// Writes nested containers by hand for what the synthesized code reads, and a super encoder for a plain entry.
  struct ByHand: Encodable {
    func encode(to encoder: any Encoder) throws {
      var outer = encoder.container(keyedBy: Key.self)
      var point = outer.nestedContainer(keyedBy: WireContainerTests.AnyKey.self, forKey: .a)
      try point.encode(1, forKey: .init("x"))
      try point.encode(2, forKey: .init("y"))
      var list = outer.nestedUnkeyedContainer(forKey: .b)
      for number in 0..<3 { try list.encode(number) }
      try Point().encode(to: outer.superEncoder(forKey: .c))
    }
  }

  struct Synthesized: Codable, Equatable {
    var a = Point()
    var b = [0, 1, 2]
    var c = Point()
  }

  @Test func `what is written in one way can be read in another`() throws {
    try expectRoundTrip(Crossed())
    try expectRoundTrip(CrossedBack())
    try expectRoundTrip([Crossed()])
    #expect(try Wire.decode(Synthesized.self, from: Wire.encode(ByHand())) == Synthesized())
  }

  @Test func `a value may be added to by another one with the same encoder`() throws {
    let text = try shape { encoder in
      try Point().encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(3, forKey: .a)
    }
    #expect(text == "{a:3 x:1 y:2}")
    let list = try shape { encoder in
      try [1, 2].encode(to: encoder)
      var container = encoder.unkeyedContainer()
      try container.encode("not a number".count)
      try container.encode(Point())
    }
    #expect(list == "[1 2 12 {x:1 y:2}]")
  }
}
