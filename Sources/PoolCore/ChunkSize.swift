/// How many items go into one chunk.
package enum ChunkSize {
  /// The default of map and starmap: `ceil(items / (4 * workers))`, 0 for no items (CPython, all versions).
  package static func standard(items: Int, workers: Int) -> Int {
    let (quotient, remainder) = items.quotientAndRemainder(dividingBy: max(1, workers) * 4)
    return remainder == 0 ? quotient : quotient + 1
  }

  /// How many chunks of this size hold the items; the last may be shorter.
  package static func chunks(items: Int, size: Int) -> Int {
    size <= 0 ? 0 : items / size + (items % size == 0 ? 0 : 1)
  }

  /// The items of one chunk.
  package static func items(of chunk: Int, items: Int, size: Int) -> Range<Int> {
    let start = chunk * size
    return start..<min(items, start + size)
  }
}
