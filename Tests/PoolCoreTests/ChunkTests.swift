import PoolCore
import Testing

@Suite struct ChunkTests {
  @Test func `a set of chunks agrees with a set of integers`() {
    for seed in UInt64(1)...300 {
      var generator = SeededGenerator(seed: seed)
      // Mostly from the front, as chunks come back; now and then from far ahead.
      let spread = [1, 3, 64, 200][Int.random(in: 0..<4, using: &generator)]
      var chunks = ChunkSet()
      var model: Set<Int> = []
      for _ in 0..<400 {
        let index = chunks.base + Int.random(in: 0..<spread, using: &generator)
        let isNew = chunks.insert(index)
        #expect(isNew == model.insert(index).inserted, "Seed \(seed)")
        let probe = Int.random(in: 0..<chunks.base + 2 * spread, using: &generator)
        #expect(chunks.contains(probe) == model.contains(probe), "Seed \(seed)")
      }
      let base = (0...).first { !model.contains($0) } ?? 0
      #expect(chunks.base == base, "Seed \(seed)")
      for index in 0..<base + 3 * spread { #expect(chunks.contains(index) == model.contains(index), "Seed \(seed)") }
    }
  }

  @Test func `equal sets are equal in whatever order they were filled`() {
    for seed in UInt64(1)...300 {
      var generator = SeededGenerator(seed: seed)
      let range = [2, 10, 70, 300][Int.random(in: 0..<4, using: &generator)]
      let members = (0..<range).filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }
      let sets = (0..<3).map { _ in
        members.shuffled(using: &generator).reduce(into: ChunkSet()) { _ = $0.insert($1) }
      }
      #expect(sets[0] == sets[1] && sets[1] == sets[2], "Seed \(seed)")
      #expect(Set(sets).count == 1, "Seed \(seed)")
      #expect(sets[0] == members.reduce(into: ChunkSet()) { _ = $0.insert($1) }, "Seed \(seed)")
    }
  }

  @Test func `filling from the front keeps nothing but the base`() {
    var chunks = ChunkSet()
    let allNew = (0..<1000).allSatisfy { chunks.insert($0) }
    #expect(allNew && chunks.base == 1000)
    var other = ChunkSet()
    let allNewInReverse = (0..<1000).reversed().allSatisfy { other.insert($0) }
    #expect(allNewInReverse && chunks == other)
    let isNewAgain = chunks.insert(999)
    #expect(!isNewAgain)
  }

  /// The table of item 3.16: chunk size, chunks and the length of the last chunk, for 1, 2, 3, 4 and 8 workers.
  static let table: [(items: Int, expected: [String])] = [
    (0, ["0/0/-", "0/0/-", "0/0/-", "0/0/-", "0/0/-"]),
    (1, ["1/1/1", "1/1/1", "1/1/1", "1/1/1", "1/1/1"]),
    (4, ["1/4/1", "1/4/1", "1/4/1", "1/4/1", "1/4/1"]),
    (5, ["2/3/1", "1/5/1", "1/5/1", "1/5/1", "1/5/1"]),
    (8, ["2/4/2", "1/8/1", "1/8/1", "1/8/1", "1/8/1"]),
    (9, ["3/3/3", "2/5/1", "1/9/1", "1/9/1", "1/9/1"]),
    (10, ["3/4/1", "2/5/2", "1/10/1", "1/10/1", "1/10/1"]),
    (16, ["4/4/4", "2/8/2", "2/8/2", "1/16/1", "1/16/1"]),
    (17, ["5/4/2", "3/6/2", "2/9/1", "2/9/1", "1/17/1"]),
    (20, ["5/4/5", "3/7/2", "2/10/2", "2/10/2", "1/20/1"]),
    (32, ["8/4/8", "4/8/4", "3/11/2", "2/16/2", "1/32/1"]),
    (33, ["9/4/6", "5/7/3", "3/11/3", "3/11/3", "2/17/1"]),
    (64, ["16/4/16", "8/8/8", "6/11/4", "4/16/4", "2/32/2"]),
    (65, ["17/4/14", "9/8/2", "6/11/5", "5/13/5", "3/22/2"]),
    (100, ["25/4/25", "13/8/9", "9/12/1", "7/15/2", "4/25/4"]),
    (1000, ["250/4/250", "125/8/125", "84/12/76", "63/16/55", "32/32/8"]),
    (10000, ["2500/4/2500", "1250/8/1250", "834/12/826", "625/16/625", "313/32/297"]),
  ]

  @Test(arguments: table)
  func `standard chunks are CPython's`(items: Int, expected: [String]) {
    let found = [1, 2, 3, 4, 8].map { workers in
      let size = ChunkSize.standard(items: items, workers: workers)
      let chunks = ChunkSize.chunks(items: items, size: size)
      let last = chunks == 0 ? "-" : "\(ChunkSize.items(of: chunks - 1, items: items, size: size).count)"
      return "\(size)/\(chunks)/\(last)"
    }
    #expect(found == expected)
  }

  @Test func `chunks cover every item once`() {
    for items in [0, 1, 2, 7, 100] {
      for size in [1, 2, 3, 99, 100, 101, Int.max] {
        let covered = (0..<ChunkSize.chunks(items: items, size: size)).flatMap {
          Array(ChunkSize.items(of: $0, items: items, size: size))
        }
        #expect(covered == Array(0..<items), "\(items) items in chunks of \(size)")
      }
    }
  }
}
