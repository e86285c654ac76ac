import CMultiprocessing
import Glibc

/// A real file that is opened for appending: the system moves to its end and writes in one step, so no lock is needed that a
/// killed process could keep.
final class SystemLogFile: LogFile {
  private let file: Descriptor
  /// The first word says that the last line was cut.
  private let words: any SharedWords

  init(_ path: String, isAppending: Bool) throws {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isAppending ? 0 : O_TRUNC)
    let number = mp_above_standard(Glibc.open(path, flags, 0o644))
    guard number >= 0 else { throw System.failure(mp_errno(), "Opening the log \(path)") }
    file = Descriptor(number, isInherited: true)
    words = try MemoryWords(bytes: 0)
  }

  private init(_ file: Descriptor, _ words: any SharedWords) {
    self.file = file
    self.words = words
  }

  func append(_ bytes: [UInt8]) throws {
    // A line that was cut ends here, whoever cut it.
    let isCut = words.exchange(0, expected: 1, with: 0)
    let bytes = isCut ? [UInt8(ascii: "\n")] + bytes : bytes
    let (written, failure) = put(bytes)
    guard written < bytes.count else { return }
    if written > 0 || isCut { words.store(0, 1) }
    throw MultiprocessingError(
      .system,
      "Writing to the log failed after \(written) of \(bytes.count) bytes: "
        + (failure == 0 ? "the disk took no more." : "\(System.text(failure)) (errno \(failure))."))
  }

  /// Writes once: a second piece could land behind another process's line.
  private func put(_ bytes: [UInt8]) -> (written: Int, failure: Int32) {
    file.use { number in
      bytes.withUnsafeBytes { buffer in
        while true {
          let written = Glibc.write(number, buffer.baseAddress, buffer.count)
          if written >= 0 { return (written, 0) }
          if mp_errno() != EINTR { return (0, mp_errno()) }
        }
      }
    }
  }

  // MARK: Travelling

  private enum Key: CodingKey { case words, file }

  func share(to encoder: any Encoder, as type: String) throws {
    var container = encoder.container(keyedBy: Key.self)
    // Refuses where the log must not go.
    try container.encode(SharedWordsPart(words: words, type: type), forKey: .words)
    if let sharing = encoder.userInfo[SharingContext.key] as? SharingContext {
      try container.encode(sharing.index(of: file), forKey: .file)
    }
  }

  static func shared(from decoder: any Decoder) throws -> SystemLogFile {
    let container = try decoder.container(keyedBy: Key.self)
    let words = try container.decode(SharedWordsPart.self, forKey: .words).words
    let index = try container.decode(Int.self, forKey: .file)
    let sharing = decoder.userInfo[SharingContext.key] as? SharingContext
    let log = sharing?.object(index) { SystemLogFile($0, words) }
    guard let log else { throw MultiprocessingError(.notDecodable, "A shared log came without its file.") }
    return log
  }
}
