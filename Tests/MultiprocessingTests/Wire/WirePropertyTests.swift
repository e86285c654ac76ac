import Testing

@testable import Multiprocessing

/// A value of any shape, made from a seed.
indirect enum Tree: Codable, Equatable {
  case leaf
  case int(Int)
  case double(Double)
  case text(String)
  case bool(Bool)
  case bytes([UInt8])
  case numbers([Int32])
  case optional(Int??)
  case list([Tree])
  case table([String: Tree])
  case record(Record)

  struct Record: Codable, Equatable {
    var id: UInt16
    var name: String?
    var weights: [Double]
    var child: Tree?
    var names: [String]
    var last: Int128
  }

  /// Tables get at most `tableLimit` entries, for more than one are written in another order in each process.
  init(depth: Int, tableLimit: Int = 6, using random: inout SeededGenerator) {
    let choice = Int.random(in: 0..<(depth > 0 ? 11 : 8), using: &random)
    switch choice {
    case 0: self = .leaf
    case 1: self = .int(Int(truncatingIfNeeded: random.next()))
    case 2: self = .double(Double.random(in: -1e9...1e9, using: &random))
    case 3: self = .text(Tree.text(using: &random))
    case 4: self = .bool(Bool.random(using: &random))
    case 5: self = .bytes(Tree.array(using: &random) { UInt8.random(in: 0...255, using: &$0) })
    case 6: self = .numbers(Tree.array(using: &random) { Int32.random(in: .min ... .max, using: &$0) })
    case 7: self = .optional([.none, .some(.none), .some(.some(1))].randomElement(using: &random) ?? .none)
    case 8: self = .list(Tree.array(using: &random) { Tree(depth: depth - 1, tableLimit: tableLimit, using: &$0) })
    case 9:
      let pairs = Tree.array(using: &random) {
        (Tree.text(using: &$0), Tree(depth: depth - 1, tableLimit: tableLimit, using: &$0))
      }
      self = .table(Dictionary(pairs.prefix(tableLimit)) { first, _ in first })
    default:
      self = .record(
        Record(
          id: UInt16.random(in: 0 ... .max, using: &random),
          name: Bool.random(using: &random) ? nil : Tree.text(using: &random),
          weights: Tree.array(using: &random) { Double.random(in: 0...1, using: &$0) },
          child: Bool.random(using: &random) ? nil : Tree(depth: depth - 1, tableLimit: tableLimit, using: &random),
          names: Tree.array(using: &random) { Tree.text(using: &$0) },
          last: Int128(truncatingIfNeeded: random.next()) &* Int128(truncatingIfNeeded: random.next())))
    }
  }

  static func text(using random: inout SeededGenerator) -> String {
    let alphabet = Array("abcdefghijklmnop äß€世👋🏽\u{301}\0")
    return String(array(using: &random) { alphabet[Int.random(in: 0..<alphabet.count, using: &$0)] })
  }

  static func array<Element>(
    using random: inout SeededGenerator, _ element: (inout SeededGenerator) -> Element
  ) -> [Element] {
    (0..<Int.random(in: 0...6, using: &random)).map { _ in element(&random) }
  }
}

@Suite struct WirePropertyTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `values of any shape come back`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let tree = Tree(depth: 5, using: &random)
      let decoded = try Wire.decode(Tree.self, from: Wire.encode(tree))
      #expect(decoded == tree, "seed \(seed)")
    }
    try expectRoundTrip(Tree(depth: 5, using: &random))
  }

  @Test func `the same value is written as the same bytes`() throws {
    var random = SeededGenerator(seed: 7)
    let trees = (0..<50).map { _ in Tree(depth: 4, using: &random) }
    let first = try trees.map { try Wire.encode($0) }
    let second = try trees.map { try Wire.encode($0) }
    #expect(first == second)
  }
}
