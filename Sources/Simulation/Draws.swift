/// What the tasks of a program's map draw, where a run is to draw given values.
package struct Draws: Hashable, Sendable {
  /// The value of each item, by its number.
  package var values: [Int: Double]
  /// How many items go into one chunk.
  package var chunkSize: Int

  package init(values: [Int: Double], chunkSize: Int) {
    self.values = values
    self.chunkSize = max(1, chunkSize)
  }

  /// The draw of a chunk, counted from 0: each item draws once.
  func value(chunk: Int, draw: Int) -> Double? { values[chunk * chunkSize + draw] }
}
