import DequeModule

/// A set of chunk indices that fills mostly from the front: everything below `base`, and a few above it.
///
/// Memory goes with the distance between the first gap and the highest member, not with the number of members.
package struct ChunkSet: Hashable, Sendable {
  /// Every index below this one is a member; it is not.
  package private(set) var base = 0

  /// Bit i of word w stands for the index `64 * (base / 64 + w) + i`.
  ///
  /// Empty where no member lies above the base; else bits below the base are set and the last word is not 0. So equal
  /// sets are equal values, in whatever order they were filled.
  private var words: Deque<UInt64> = []

  package init() {}

  package func contains(_ index: Int) -> Bool {
    if index < base { return true }
    let word = (index >> 6) - (base >> 6)
    return word < words.count && words[word] & (1 << UInt64(index & 63)) != 0
  }

  /// Inserts an index; false if it was a member already.
  package mutating func insert(_ index: Int) -> Bool {
    guard !contains(index) else { return false }
    if words.isEmpty {
      if index == base {
        base += 1
        return true
      }
      words.append((1 << UInt64(base & 63)) - 1)
    }
    let word = (index >> 6) - (base >> 6)
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(index & 63)
    advance()
    return true
  }

  /// Moves the base to the first gap.
  private mutating func advance() {
    while let first = words.first {
      guard first == .max else {
        base = base & ~63 + (~first).trailingZeroBitCount
        if words.count == 1, first >> UInt64(base & 63) == 0 { words.removeAll(keepingCapacity: true) }
        return
      }
      words.removeFirst()
      base = (base | 63) + 1
    }
  }
}
