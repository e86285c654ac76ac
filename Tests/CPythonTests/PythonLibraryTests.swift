import FoundationEssentials
import Testing

@testable import CPython

@Suite(.serialized, .timeLimit(.minutes(10))) struct PythonLibraryTests {
  /// A file with this content, gone after the test.
  private func withFile(_ bytes: Data, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("libpython-\(UUID().uuidString).so").path
    try bytes.write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func refusal(_ path: String) throws -> PythonError {
    let error = try #require(#expect(throws: PythonError.self) { try PythonLibrary(path: path) })
    #expect(error.description.hasPrefix(path) && error.description.hasSuffix("."))
    #expect(!error.description.contains("\n"))
    return error
  }

  private func newest() throws -> Data {
    try Data(contentsOf: URL(filePath: try #require(Libraries.newest).path))
  }

  /// The newest library under another name: every mention of its version replaced by a text of the same length.
  private func renamed(_ version: String) throws -> Data {
    var bytes = try newest()
    let named = try #require(Libraries.newest?.namedVersion)
    let old = "libpython\(named.major).\(named.minor)"
    let new = "libpython" + version
    try #require(old.utf8.count == new.utf8.count, "the replacement has the length of the original")
    while let range = bytes.firstRange(of: Data(old.utf8)) { bytes.replaceSubrange(range, with: Data(new.utf8)) }
    return bytes
  }

  @Test func `a missing file, a folder and a text are no libraries`() throws {
    #expect(try refusal("/no/such/libpython.so").code == .unreadable)
    #expect(try refusal("/usr").code == .notALibrary)
    try withFile(Data("import sys\n".utf8)) { try #expect(refusal($0).code == .notALibrary) }
    try withFile(Data()) { try #expect(refusal($0).code == .notALibrary) }
  }

  @Test func `an executable and another library are no libpython`() throws {
    #expect(try refusal("/bin/sh").code == .notALibrary)
    let library = try #require(
      ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"]
        .first { FileManager.default.fileExists(atPath: $0) })
    #expect(try refusal(library).description.contains("no libpython"))
  }

  @Test(.needsLibrary) func `a 32-bit library and one for another processor are refused`() throws {
    var bytes = try newest()
    bytes[4] = 1
    try withFile(bytes) {
      let error = try refusal($0)
      #expect(error.code == .wrongMachine && error.description.contains("32-bit"))
    }
    bytes = try newest()
    bytes[18] = 40
    try withFile(bytes) { try #expect(refusal($0).code == .wrongMachine) }
  }

  @Test(.needsLibrary) func `a library that is cut off anywhere is damaged`() throws {
    let bytes = try newest()
    for kept in [64, 100, 4096, bytes.count / 2, bytes.count - 1000, bytes.count - 1] {
      try withFile(bytes.prefix(kept)) { try #expect(refusal($0).code == .damaged, "kept \(kept) bytes") }
    }
  }

  @Test(.needsLibrary) func `wild numbers in the headers are no crash`() throws {
    let bytes = try newest()
    for offset in [32, 40, 54, 56, 58, 60] {
      var wild = bytes
      for index in offset..<(offset + 2) { wild[index] = 0xff }
      try withFile(wild) { path in
        _ = try? PythonLibrary(path: path)
      }
      wild.replaceSubrange(offset..<(offset + 8), with: Data(repeating: 0xff, count: 8))
      try withFile(wild) { #expect(throws: PythonError.self) { [path = $0] in try PythonLibrary(path: path) } }
    }
  }

  @Test(.needsLibrary) func `a version too old and a free-threaded build are refused by name`() throws {
    let digits = try #require(Libraries.newest?.namedVersion).minor >= 10
    try withFile(renamed(digits ? "3.5m" : "3.5")) {
      let error = try refusal($0)
      #expect(error.code == .tooOld && error.description.contains("CPython 3.5"))
    }
    if digits { try withFile(renamed("3.9t")) { try #expect(refusal($0).code == .freeThreaded) } }
  }

  @Test func `a named list replaces the search, and an empty one hides everything`() throws {
    #expect(LibrarySearch(environment: ["SCENARIOS_PYTHONS": ""]).candidates().isEmpty)
    let named = LibrarySearch(environment: ["SCENARIOS_PYTHONS": "/no/a.so:/no/b.so", "HOME": "/root"])
    #expect(named.candidates() == ["/no/a.so", "/no/b.so"])
    #expect(LibrarySearch(environment: [:], paths: ["/no/c.so"]).candidates() == ["/no/c.so"])
  }

  @Test(.needsLibrary) func `the search names each library once`() {
    let candidates = LibrarySearch(environment: ProcessInfo.processInfo.environment).candidates()
    #expect(Set(candidates).count == candidates.count)
    #expect(candidates.allSatisfy { $0.hasPrefix("/") && $0.contains("libpython") })
  }

  @Test func `versions are read from what Pythons say`() {
    #expect(PythonVersion("3.11.7 (main, Dec  8 2023)") == PythonVersion(3, 11, 7))
    #expect(PythonVersion("3.13.0rc2 experimental") == PythonVersion(3, 13, 0))
    #expect(PythonVersion("2.7.18") == PythonVersion(2, 7, 18))
    #expect(PythonVersion("3.14") == PythonVersion(3, 14))
    for text in ["", "three", "3", "3.", ".3", "x3.11"] { #expect(PythonVersion(text) == nil) }
    #expect(PythonVersion(3, 9, 18) < PythonVersion(3, 10))
  }
}
