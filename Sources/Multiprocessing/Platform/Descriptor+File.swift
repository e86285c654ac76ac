import CMultiprocessing
import Glibc

extension Descriptor {
  /// An anonymous file of so many bytes, all zero, for memory that processes share.
  static func sharedMemory(
    _ name: String, _ size: Int, isInherited: Bool = false
  ) throws(MultiprocessingError) -> Descriptor {
    let file = Descriptor(try System.check(mp_memory_file(name), "memfd_create"), isInherited: isInherited)
    guard ftruncate(file.number, off_t(size)) == 0 else {
      throw System.failure(mp_errno(), "Making \(size) bytes of shared memory")
    }
    return file
  }

  /// Makes sure that there is memory for a part of the file: whoever writes to it where it is mapped cannot be told that there
  /// is none, and ends.
  func prepare(_ range: Range<UInt64>) throws(MultiprocessingError) {
    // A limit on the size of files counts for a write anywhere, but for this only where the file grows.
    let what = "Getting \(range.count) bytes of shared memory"
    var last: UInt8 = 0
    while pwrite(number, &last, 1, off_t(range.upperBound) - 1) < 0 {
      let code = mp_errno()
      if code != EINTR { throw System.failure(code, what) }
    }
    let result = mp_fill_file(number, Int64(range.lowerBound), Int64(range.count))
    if result < 0 { throw System.failure(-result, what) }
  }

  /// Maps a part of the file, shared with every process that does.
  func map(_ size: Int, at offset: UInt64 = 0) throws(MultiprocessingError) -> UnsafeMutableRawPointer {
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, number, off_t(offset)), base != MAP_FAILED else {
      throw System.failure(mp_errno(), "Mapping \(size) bytes of shared memory")
    }
    return base
  }

  /// Writes all bytes at an offset.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(MultiprocessingError) {
    var done = 0
    while done < bytes.count {
      let written = pwrite(number, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + done)
      if written < 0 {
        if mp_errno() == EINTR { continue }
        throw System.failure(mp_errno(), "Writing \(bytes.count) bytes to shared memory")
      }
      done += written
    }
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws(MultiprocessingError) {
    guard !bytes.isEmpty else { return }
    let failure: MultiprocessingError? = bytes.withUnsafeBytes { buffer in
      do throws(MultiprocessingError) {
        try write(buffer, at: offset)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Reads exactly `count` bytes at an offset.
  func read(_ count: Int, at offset: UInt64) throws(MultiprocessingError) -> [UInt8] {
    try Self.checkMemory(for: count)
    var failed: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(buffer))
      while initialized < count {
        let got = pread(number, buffer.baseAddress! + initialized, count - initialized, off_t(offset) + initialized)
        if got > 0 {
          initialized += got
        } else if got < 0, mp_errno() == EINTR {
          continue
        } else {
          failed = got == 0 ? EIO : mp_errno()
          return
        }
      }
    }
    if failed != 0 { throw System.failure(failed, "Reading \(count) bytes of shared memory") }
    return bytes
  }

  /// An array for which there is no memory ends the program: whether there is some, for the bytes and for what they are
  /// decoded into, is asked before they are read.
  static func checkMemory(for count: Int) throws(MultiprocessingError) {
    guard count > 1 << 20 else { return }
    // By mapping: an allocation that nothing uses the optimizer takes out, and believes that it succeeded.
    let size = count > Int.max / 2 ? count : 2 * count
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      throw System.failure(mp_errno(), "Reading \(count) bytes of shared memory")
    }
    munmap(memory, size)
  }

  /// The size of the file.
  func size() throws(MultiprocessingError) -> Int {
    let end = lseek(number, 0, SEEK_END)
    if end < 0 { throw System.failure(mp_errno(), "lseek") }
    return Int(end)
  }

  /// Gives the memory behind a range of the file back to the system.
  func punchHole(_ range: Range<UInt64>) {
    mp_punch_hole(number, Int64(range.lowerBound), Int64(range.count))
  }
}
