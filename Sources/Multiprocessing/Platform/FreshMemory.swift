import CMultiprocessing

/// Memory that is about to be filled for the first time.
@usableFromInline
enum FreshMemory {
  /// From how many bytes on it is worth a system call to ask for large pages.
  @usableFromInline static let much = 4 << 20

  /// Much of it may come in large pages; otherwise each 4 KB of it are fetched apart, which costs more than the filling.
  @usableFromInline
  static func prepare(_ memory: UnsafeMutableRawBufferPointer) {
    if memory.count >= much { mp_advise_large(memory.baseAddress!, memory.count) }
  }

  /// The elements of a sequence as a list. Inlined, so that the caller's compiler, which knows the sequence, makes the loop.
  @inlinable
  static func list<Elements: Sequence>(_ elements: Elements) -> [Elements.Element] {
    if let list = elements as? [Elements.Element] { return list }
    let expected = elements.underestimatedCount
    guard expected * MemoryLayout<Elements.Element>.stride >= much else { return Array(elements) }
    var rest: Elements.Iterator?
    var list = [Elements.Element](unsafeUninitializedCapacity: expected) { target, initialized in
      prepare(UnsafeMutableRawBufferPointer(target))
      (rest, initialized) = target.initialize(from: elements)
    }
    while let element = rest?.next() { list.append(element) }
    return list
  }
}
