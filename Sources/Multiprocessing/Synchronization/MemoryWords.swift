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
    file = Descriptor(
      try System.check(mp_memory_file("multiprocessing-shared"), "memfd_create"), isInherited: true)
    guard ftruncate(file.number, off_t(size)) == 0 else {
      throw System.failure(mp_errno(), "Making \(size) bytes of shared memory")
    }
    base = try Self.map(file, size)
  }

  /// The words that another process shared.
  init(file: Descriptor) throws(MultiprocessingError) {
    self.file = file
    size = try file.size()
    holder?.share()
    guard size >= Self.wordBytes else { throw MultiprocessingError(.notDecodable, "Shared memory is too small.") }
    base = try Self.map(file, size)
  }

  deinit { munmap(base, size) }

  private static func map(_ file: Descriptor, _ size: Int) throws(MultiprocessingError) -> UnsafeMutableRawPointer {
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0), base != MAP_FAILED else {
      throw System.failure(mp_errno(), "Mapping \(size) bytes of shared memory")
    }
    return base
  }

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
    guard let sharing = encoder.userInfo[SharingContext.key] as? SharingContext else {
      throw MultiprocessingError(
        .sharingNotAllowed, "\(type) objects should only be shared between processes through inheritance")
    }
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
