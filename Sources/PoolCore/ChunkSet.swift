import DequeModule

/// A set of chunk indices that fills mostly from the front: everything below `base`, and a few above it.
///
/// Memory goes with the distance between the first gap and the highest member, not with the number of members.
package struct ChunkSet: Hashable, Sendable {
  /// Every index below this one is a member; it is not.
  package private(set) var base = 0

  /// Bit i of word w stands for the index `wordBase + 64 w + i`.
  private var words: Deque<UInt64> = []
  private var wordBase = 0

  package init() {}

  package func contains(_ index: Int) -> Bool {
    if index < base { return true }
    let offset = index - wordBase
    let word = offset >> 6
    return word < words.count && words[word] & (1 << UInt64(offset & 63)) != 0
  }

  /// Inserts an index; false if it was a member already.
  package mutating func insert(_ index: Int) -> Bool {
    guard !contains(index) else { return false }
    if index == base, words.isEmpty {
      base += 1
      wordBase = base
      return true
    }
    let offset = index - wordBase
    while words.count <= offset >> 6 { words.append(0) }
    words[offset >> 6] |= 1 << UInt64(offset & 63)
    advance()
    return true
  }

  private mutating func advance() {
    while let first = words.first {
      let run = (~(first >> UInt64(base - wordBase))).trailingZeroBitCount
      base += min(run, 64 - (base - wordBase))
      guard base - wordBase == 64 else {
        // Equal sets get equal representations where it costs nothing: a lone word without members above the base goes.
        if words.count == 1, first >> UInt64(base - wordBase) == 0 { break }
        return
      }
      words.removeFirst()
      wordBase += 64
    }
    words.removeAll(keepingCapacity: true)
    wordBase = base
  }
}
