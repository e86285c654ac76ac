import Foundation
import Testing

@testable import Golden

/// Random goldens and transcripts: whatever the bytes, there is an error or a verdict, and soon.
///
/// The seed is fixed, so a failure repeats. `GOLDEN_FUZZ_SECONDS` makes the run longer, `GOLDEN_FUZZ_SEED` another.
@Suite struct FuzzTests {
  struct Random: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64.
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static let environment = ProcessInfo.processInfo.environment
  static let seconds = Double(environment["GOLDEN_FUZZ_SECONDS"] ?? "") ?? 2
  static let seed = UInt64(environment["GOLDEN_FUZZ_SEED"] ?? "") ?? 20_240_229

  /// A few random edits: bytes changed, lines moved, doubled, dropped or taken from another text.
  static func spoiled(_ text: [UInt8], by other: [UInt8], _ random: inout Random) -> [UInt8] {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let others = other.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    for _ in 0...Int.random(in: 0...3, using: &random) {
      guard let index = lines.indices.randomElement(using: &random) else { break }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: lines.remove(at: index)
      case 1: lines.insert(lines[index], at: lines.indices.randomElement(using: &random) ?? 0)
      case 2: lines.swapAt(index, lines.indices.randomElement(using: &random) ?? 0)
      case 3: lines.insert(others.randomElement(using: &random) ?? [], at: index)
      case 4: lines[index] += others.randomElement(using: &random) ?? []
      case 5:
        guard let place = lines[index].indices.randomElement(using: &random) else { continue }
        lines[index][place] = UInt8.random(in: 0...255, using: &random)
      case 6:
        guard let place = lines[index].indices.randomElement(using: &random) else { continue }
        lines[index].remove(at: place)
      default:
        // Another number where one stands.
        guard
          let place = lines[index].indices.filter({ (0x30...0x39).contains(lines[index][$0]) }).randomElement(
            using: &random)
        else { continue }
        lines[index].replaceSubrange(place...place, with: Array("\(Int.random(in: 0...1200, using: &random))".utf8))
      }
    }
    return Array(lines.joined(separator: [0x0A]))
  }

  @Test(.timeLimit(.minutes(15))) func `random goldens and transcripts never crash or hang`() throws {
    var random = Random(state: Self.seed)
    let texts = try Goldens.names.map(Goldens.bytes) + [Variants.numbered, Variants.terminated].map { Array($0.utf8) }
    let goldens = try texts.map { try Golden.parse($0, file: "fuzz.golden") }
    let outputs = goldens.map { $0.documented.map { $0 + "\n" }.joined() }.map { Array($0.utf8) }
    let parameters = try [
      [:], ["method": "fork"], ["workers": "3"], ["functions": "yes"], ["workers": "1", "timed": "no"],
    ]
    .map { try Parameters($0) }
    let start = ContinuousClock.now
    var parsed = 0
    var sound = 0
    var judged = 0
    var conforming = 0
    var slowest = Duration.zero
    // A busy machine may do little in that time.
    while ContinuousClock.now - start < .seconds(Self.seconds) || judged <= 50 || parsed <= 50 {
      let began = ContinuousClock.now
      let (one, two) = (Int.random(in: texts.indices, using: &random), Int.random(in: texts.indices, using: &random))
      var golden = goldens[one]
      if Bool.random(using: &random) {
        parsed += 1
        guard let new = try? Golden.parse(Self.spoiled(texts[one], by: texts[two], &random), file: "fuzz.golden") else {
          slowest = max(slowest, ContinuousClock.now - began)
          continue
        }
        golden = new
        sound += 1
      }
      var transcript = Transcript(text: Self.spoiled(outputs[one], by: outputs[two], &random))
      if Bool.random(using: &random) {
        for index in transcript.lines.indices {
          transcript.lines[index].writer = Int32.random(in: 1...3, using: &random)
        }
      }
      judged += 1
      if let verdict = try? golden.judge(
        transcript, parameters: parameters.randomElement(using: &random) ?? Parameters())
      {
        #expect(!verdict.explanation().isEmpty)
        if verdict.conforms { conforming += 1 }
      }
      slowest = max(slowest, ContinuousClock.now - began)
    }
    print("fuzz: \(parsed) goldens, \(sound) sound; \(judged) transcripts, \(conforming) conform; slowest \(slowest)")
    #expect(judged > 50 && parsed > 50)
    #expect(slowest < .seconds(20))
  }
}
