import CMultiprocessing
import Glibc

/// Shared words in an anonymous file that every process maps.
final class MemoryWords: SharedWords, @unchecked Sendable {
  // Sendable: words are only touched by atomic operations; the bytes behind them under a lock made of the words.
  private let file: Descriptor
  private let base: UnsafeMutableRawPointer
  private let size: Int
  let holder: LockHolder? = LockHolder()

  /// So many words, and behind them so many bytes, all zero.
  static let wordCount = 16
  private static let wordBytes = wordCount * 4

  init(bytes: Int) throws(MultiprocessingError) {
    size = Self.wordBytes + bytes
    file = try Descriptor.sharedMemory("multiprocessing-shared", size, isInherited: true)
    base = try file.map(size)
  }

  /// The words that another process shared.
  init(file: Descriptor) throws(MultiprocessingError) {
    self.file = file
    size = try file.size()
    holder?.share()
    guard size >= Self.wordBytes else { throw MultiprocessingError(.notDecodable, "Shared memory is too small.") }
    base = try file.map(size)
  }

  deinit { munmap(base, size) }

  private func word(_ index: Int) -> UnsafeMutableRawPointer { base + index * 4 }

  func load(_ index: Int) -> UInt32 { mp_load32(word(index)) }
  func store(_ index: Int, _ value: UInt32) { mp_store32(word(index), value) }
  func add(_ index: Int, _ value: UInt32) -> UInt32 { mp_add32(word(index), value) }
  func exchange(_ index: Int, expected: UInt32, with value: UInt32) -> Bool {
    mp_cas32(word(index), expected, value) != 0
  }

  func wait(_ index: Int, while value: UInt32, until deadline: Duration?) -> Bool {
    let limit = System.deadline(at: deadline)
    return mp_futex_wait(word(index), value, limit, 1) != -ETIMEDOUT
  }

  func wake(_ index: Int, count: Int) { _ = mp_futex_wake(word(index), Int32(clamping: count), 1) }

  func withBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeMutableRawBufferPointer(start: base + Self.wordBytes, count: size - Self.wordBytes))
  }

  func share(to encoder: any Encoder, as type: String) throws {
    let sharing = try SharingContext.context(of: encoder.userInfo, sharing: type)
    holder?.share()
    var container = encoder.singleValueContainer()
    try container.encode(sharing.index(of: file))
  }

  /// The words behind a shared object's encoding.
  static func shared(from decoder: any Decoder) throws -> MemoryWords {
    guard let sharing = decoder.userInfo[SharingContext.key] as? SharingContext else {
      throw MultiprocessingError(
        .sharingNotAllowed, "Shared objects reach a process through an initializer or as a process's argument only.")
    }
    let index = try decoder.singleValueContainer().decode(Int.self)
    let descriptors = sharing.descriptors
    guard descriptors.indices.contains(index) else {
      throw MultiprocessingError(.notDecodable, "A shared object came without its descriptor.")
    }
    let words = try MemoryWords(file: descriptors[index])
    return sharing.object(index) { _ in words } ?? words
  }
}
