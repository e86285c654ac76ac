import CMultiprocessing

/// A descriptor that is closed when nothing refers to it any more; close-on-exec.
///
/// The library's own ones are closed in forked children. One that users may inherit through a global, a queue's, is not.
final class Descriptor: Sendable {
  let number: Int32
  private let generation: Int32
  private let isInherited: Guarded<Bool>

  /// Takes over a descriptor.
  init(_ number: Int32, isInherited: Bool = false) {
    self.number = number
    generation = mp_generation()
    self.isInherited = Guarded(isInherited)
    if !isInherited { mp_own(number) }
  }

  /// Keeps the descriptor from forked children from now on.
  func own() {
    isInherited.with { $0 = false }
    mp_own(number)
  }

  /// Whether the number means this descriptor in the calling process, which may be a forked child.
  var isOpen: Bool { generation == mp_generation() || isInherited.with { $0 } }

  deinit {
    // In a forked child the number may stand for something else by now.
    if generation == mp_generation() { _ = mp_close(number) }
  }

  /// Calls `body` with the number, and keeps the descriptor open until it has returned. Reading `number` alone does not: the
  /// last reference may go before the number is used.
  func use<R, E: Error>(_ body: (Int32) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(number)
  }

  /// A pair of connected sockets.
  static func socketPair() throws(MultiprocessingError) -> (Descriptor, Descriptor) {
    var ends: [Int32] = [-1, -1]
    try System.check(mp_socket_pair(&ends, 1), "socketpair")
    return (Descriptor(ends[0]), Descriptor(ends[1]))
  }

  /// An anonymous file in memory that holds these bytes.
  static func memoryFile(_ name: String, _ bytes: [UInt8] = []) throws(MultiprocessingError) -> Descriptor {
    let file = Descriptor(try System.check(mp_memory_file(name), "memfd_create"))
    try file.write(bytes, at: 0)
    return file
  }
}
