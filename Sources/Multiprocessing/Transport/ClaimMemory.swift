/// Where a worker keeps the bytes of the small chunk that it runs, so that there is no list for each. Used by one thread.
final class ClaimMemory {
  private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Layout.inlineCapacity, alignment: 16)

  deinit { memory.deallocate() }

  /// Copies the bytes of a chunk that fits a slot; they are there until the next copy.
  func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    memory.copyMemory(from: bytes)
    return UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
  }
}
