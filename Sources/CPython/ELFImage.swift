import Glibc

/// What the headers of a shared library say about it, read without loading it.
///
/// Loading a file that is cut off can end the process with a bus error, and loading a library of another word size
/// fails with words that help nobody. So a candidate is looked at first.
struct ELFImage {
  /// The name that the library gives itself, such as `libpython3.11.so.1.0`.
  var soname: String?

  /// Whether the library exports Python's own main, by either of its names.
  var isInterpreter: Bool

  /// Reads the headers, the dynamic section and its strings; every offset is checked against the file's size.
  init(path: String) throws(PythonError) {
    let bytes = try FileBytes(path: path)
    guard bytes.count >= 64, bytes[0..<4] == [0x7f, 0x45, 0x4c, 0x46] else {
      throw PythonError(.notALibrary, "\(path) is no libpython: it is no ELF file.")
    }
    guard bytes[4] == 2, bytes[5] == 1 else {
      let kind = bytes[4] == 1 ? "32-bit" : "big-endian"
      throw PythonError(.wrongMachine, "\(path) is a \(kind) library and this program is a 64-bit one.")
    }
    guard bytes.integer(16, UInt16.self) == 3 else {
      throw PythonError(.notALibrary, "\(path) is no libpython: it is no shared library.")
    }
    let machine = bytes.integer(18, UInt16.self)
    guard machine == Self.ownMachine else {
      throw PythonError(.wrongMachine, "\(path) is a library for another processor.")
    }
    let damaged = PythonError(.damaged, "\(path) is damaged: its tables reach beyond the end of the file.")
    guard let sections = Self.sections(of: bytes), let loads = Self.loads(of: bytes) else { throw damaged }
    // Loading maps these parts; one that reaches beyond the end would end this process with a bus error.
    guard loads.allSatisfy({ $0.upperBound <= bytes.count }) else { throw damaged }
    guard let dynamic = sections.first(where: { $0.kind == 6 }), let symbols = sections.first(where: { $0.kind == 11 }),
      dynamic.link < sections.count, symbols.link < sections.count
    else { throw damaged }
    let names = sections[dynamic.link].range
    let symbolNames = sections[symbols.link].range
    guard [dynamic.range, names, symbols.range, symbolNames].allSatisfy({ $0.upperBound <= bytes.count }) else {
      throw damaged
    }
    soname = stride(from: dynamic.range.lowerBound, to: dynamic.range.upperBound - 15, by: 16).first {
      bytes.integer($0, UInt64.self) == 14
    }.flatMap { bytes.string(names, at: bytes.integer($0 + 8, UInt64.self)) }
    isInterpreter = stride(from: symbols.range.lowerBound, to: symbols.range.upperBound - 23, by: 24).contains {
      // Section index 0 means that the symbol is only used here, not defined.
      guard bytes.integer($0 + 6, UInt16.self) != 0 else { return false }
      let name = bytes.string(symbolNames, at: UInt64(bytes.integer($0, UInt32.self)))
      return name == "Py_BytesMain" || name == "Py_Main"
    }
  }

  private static var ownMachine: UInt16 {
    #if arch(x86_64)
      62
    #elseif arch(arm64)
      183
    #elseif arch(riscv64)
      243
    #else
      0
    #endif
  }

  private struct Section {
    var kind: UInt32
    var range: Range<Int>
    var link: Int
  }

  private static func sections(of bytes: FileBytes) -> [Section]? {
    table(of: bytes, offset: 40, entrySize: 58, count: 60, atLeast: 64)?.compactMap { entry in
      // Sections of kind 8 (zero-filled data) take no room in the file.
      let kind = bytes.integer(entry + 4, UInt32.self)
      let size = kind == 8 ? 0 : bytes.integer(entry + 32, UInt64.self)
      guard let range = range(at: bytes.integer(entry + 24, UInt64.self), size) else { return nil }
      return Section(kind: kind, range: range, link: Int(bytes.integer(entry + 40, UInt32.self)))
    }
  }

  private static func loads(of bytes: FileBytes) -> [Range<Int>]? {
    table(of: bytes, offset: 32, entrySize: 54, count: 56, atLeast: 56)?.compactMap { entry in
      guard bytes.integer(entry, UInt32.self) == 1 else { return nil }
      return range(at: bytes.integer(entry + 8, UInt64.self), bytes.integer(entry + 32, UInt64.self))
        ?? 0..<Int.max
    }
  }

  /// The offsets of a table's entries, or nil where the table does not lie inside the file.
  private static func table(
    of bytes: FileBytes, offset: Int, entrySize: Int, count: Int, atLeast minimum: Int
  ) -> StrideTo<Int>? {
    let size = Int(bytes.integer(entrySize, UInt16.self))
    let length = Int(bytes.integer(count, UInt16.self)) * size
    guard size >= minimum, let range = range(at: bytes.integer(offset, UInt64.self), UInt64(length)),
      range.upperBound <= bytes.count
    else { return nil }
    return stride(from: range.lowerBound, to: range.upperBound, by: size)
  }

  private static func range(at offset: UInt64, _ size: UInt64) -> Range<Int>? {
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= UInt64(Int.max) else { return nil }
    return Int(offset)..<Int(end)
  }
}

/// The bytes of a file, read whole.
private struct FileBytes {
  private let bytes: [UInt8]

  init(path: String) throws(PythonError) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    let error = errno
    guard file >= 0 else {
      throw PythonError(.unreadable, "\(path) cannot be opened: \(String(cString: strerror(error))).")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PythonError(.notALibrary, "\(path) is no libpython: it is no regular file.")
    }
    // A libpython with all debugging symbols stays far below this.
    guard status.st_size <= 1 << 30 else {
      throw PythonError(.notALibrary, "\(path) is no libpython: it is larger than 1 GiB.")
    }
    let size = Int(status.st_size)
    bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let read = Glibc.read(file, buffer.baseAddress.map { $0 + count }, size - count)
        guard read > 0 else { break }
        count += read
      }
    }
  }

  var count: Int { bytes.count }

  subscript(index: Int) -> UInt8 { bytes[index] }

  subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

  /// A little-endian integer; the caller has checked that it lies inside the file.
  func integer<Integer: FixedWidthInteger>(_ offset: Int, _: Integer.Type) -> Integer {
    bytes.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Integer.self)) }
  }

  /// A string of a table, up to its NUL or the table's end.
  func string(_ table: Range<Int>, at offset: UInt64) -> String? {
    guard offset < UInt64(table.count) else { return nil }
    let rest = bytes[(table.lowerBound + Int(offset))..<table.upperBound]
    return String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
  }
}
