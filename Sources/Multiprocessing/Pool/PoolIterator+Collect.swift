import PoolCore

/// Taking all that is left.
extension PoolIterator {
  /// The remaining outputs as a list; blocks until the last one is there, and throws the first failure on the way.
  @available(*, noasync, message: "This blocks the thread; iterate with for try await.")
  public func collect() throws -> [Output] {
    // Under simulation each output is a step of its own.
    if CurrentWorld.isReal, let size = job.numberSize { return try collectNumbers(size) }
    var outputs: [Output] = []
    while let output = try next() {
      outputs.append(output)
      // Without looking for each of them.
      guard let (box, range) = job.restOfChunk() else { continue }
      let rest = Self.list(box)[range]
      if !CurrentWorld.isReal { for output in rest { CurrentWorld.world.learns(Taken(output: output)) } }
      outputs.append(contentsOf: rest)
    }
    return outputs
  }

  /// The same for numbers of so many bytes: their bits in a row, whatever their type, until the last one is there.
  private func collectNumbers(_ size: Int) throws -> [Output] {
    var bits = NumberRow(size)
    while true {
      let (step, due) = job.takeNumbers(reportSize) { bits.append($0, $1) }
      if due > 0 { engine.handle(.consumed(id, chunks: due)) }
      switch step {
      case .number, nil: continue
      case .element(let box, let index):
        let list = Self.list(box)
        bits.append(list[index...index])
        if let (_, range) = job.restOfChunk() { bits.append(list[range]) }
      case .failure(let error): throw error
      case .finished: return bits.list()
      case .nothingYet: _ = wait(until: nil)
      }
    }
  }
}

/// Numbers of one type in a row, each as its bits in one word or two.
private struct NumberRow {
  private let size: Int
  private var words: [UInt64] = []

  init(_ size: Int) { self.size = size }

  mutating func append(_ low: UInt64, _ high: UInt64) {
    words.append(low)
    if size > 8 { words.append(high) }
  }

  mutating func append<Number>(_ numbers: ArraySlice<Number>) {
    numbers.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: size) {
        var bits: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &bits) {
          $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
        }
        append(bits.0, bits.1)
      }
    }
  }

  /// All of them; `Number` is their type.
  func list<Number>() -> [Number] {
    let step = size > 8 ? 16 : 8
    let count = words.count * 8 / step
    return [Number](unsafeUninitializedCapacity: count) { target, initialized in
      let target = UnsafeMutableRawBufferPointer(target)
      words.withUnsafeBytes { words in
        if size == step { return target.copyMemory(from: words) }
        for index in 0..<count {
          UnsafeMutableRawBufferPointer(rebasing: target[index * size..<(index + 1) * size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: words[index * step..<index * step + size]))
        }
      }
      initialized = count
    }
  }
}
