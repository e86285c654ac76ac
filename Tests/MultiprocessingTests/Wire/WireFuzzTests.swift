import Foundation
import Testing

@testable import Multiprocessing

/// Damaged and random bytes, given to decoders of many shapes: each answers with a value or with a `WireError`.
///
/// A crash would end the test run, and no answer at all its time limit.
@Suite struct WireFuzzTests {
  /// A type with some valid encodings of it.
  struct Target: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let encodings: [[UInt8]]
    let decode: @Sendable ([UInt8]) throws -> Void

    init<Value: Codable & SendableMetatype>(_ values: Value...) throws {
      testDescription = "\(Value.self)"
      encodings = try values.map { try Wire.encode($0) }
      decode = { _ = try Wire.decode(Value.self, from: $0) }
    }
  }

  static func targets() throws -> [Target] {
    var random = SeededGenerator(seed: 1)
    let trees = (0..<6).map { _ in Tree(depth: 3, tableLimit: 1, using: &random) }
    let dog = WireNestingTests.Dog(name: "Rex", age: 3)
    dog.tricks = ["sit"]
    return [
      try Target(5, -1),
      try Target(true, false),
      try Target("text", "Grüße 👋🏽"),
      try Target([1, 2, 3], []),
      try Target([UInt8](0..<20)),
      try Target([true, false, true]),
      try Target(["one", "", "three"]),
      try Target(Optional(Optional(1)), .some(.none), .none),
      try Target(["a": 1], [:]),
      try Target([1: "one"], [-2: "minus two"]),
      try Target(WirePrimitiveTests.examples[1]),
      try Target(WireContainerTests.Shuffled()),
      try Target(WireContainerTests.Expression.many([.sum(.number(1), .named(name: "x", index: 2)), .zero])),
      try Target(WireContainerTests.Table(entries: Dictionary(uniqueKeysWithValues: (0..<20).map { ("n\($0)", $0) }))),
      try Target(
        WireContainerTests.JSONValue.object(["list": .array([.int(1), .null, .string("x"), .bool(true)])])),
      try Target(dog),
      try Target(trees[0], trees[1], trees[2], trees[3], trees[4], trees[5]),
      try Target(Data([1, 2, 3])),
      try Target(Decimal(12345)),
      try Target(URL(fileURLWithPath: "/tmp")),
    ]
  }

  /// Changes some bytes, mostly in ways that hit lengths and tags.
  static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2 where !bytes.isEmpty: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 3 where !bytes.isEmpty: bytes.removeSubrange(place...)
      case 4 where !bytes.isEmpty: bytes.remove(at: place)
      case 5: bytes.insert(UInt8.random(in: 0...0x34, using: &random), at: place)
      case 6 where bytes.count > 8:
        let start = Int.random(in: 0..<bytes.count - 8, using: &random)
        let number = [UInt64.max, 1 << 63, 1 << 60, 1 << 31, 0, 1, 255].randomElement(using: &random) ?? 0
        withUnsafeBytes(of: number) { bytes.replaceSubrange(start..<start + 8, with: $0) }
      default:
        let part = bytes[place..<Swift.min(bytes.count, place + Int.random(in: 0...20, using: &random))]
        bytes.insert(contentsOf: part, at: Int.random(in: 0...bytes.count, using: &random))
      }
    }
  }

  @Test(.timeLimit(.minutes(5))) func `damaged and random bytes give a value or an error`() throws {
    var random = SeededGenerator(seed: 2024)
    // Nothing here depends on the process, so a crash can be repeated.
    let targets = try Self.targets()
    let everything = targets.flatMap(\.encodings)
    var (values, errors) = (0, 0)
    func attempt(_ target: Target, _ bytes: [UInt8]) {
      do {
        try target.decode(bytes)
        values += 1
      } catch is WireError {
        errors += 1
      } catch {
        Issue.record("\(target.testDescription): \(error) is no WireError for \(bytes)")
      }
    }
    for target in targets {
      for encoding in target.encodings { attempt(target, encoding) }
      #expect(errors == 0 || values > 0)
      for _ in 0..<1500 {
        // Its own encodings, those of all others, and noise.
        var damaged = target.encodings.randomElement(using: &random) ?? []
        Self.mutate(&damaged, using: &random)
        attempt(target, damaged)
        var foreign = everything.randomElement(using: &random) ?? []
        if Bool.random(using: &random) { Self.mutate(&foreign, using: &random) }
        attempt(target, foreign)
        let count = Int.random(in: 0...64, using: &random)
        attempt(target, (0..<count).map { _ in UInt8.random(in: 0...0x38, using: &random) })
      }
    }
    #expect(values > 1000 && errors > 10_000)
    print("fuzzed \(values + errors) inputs into \(targets.count) types: \(values) values, \(errors) errors, no crash")
  }
}
