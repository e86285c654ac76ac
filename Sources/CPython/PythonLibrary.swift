/// A shared library that holds a CPython this package can drive, as far as its file says.
///
/// The exact version is only known to the library itself: see `Interpreter.version`.
package struct PythonLibrary: Hashable, Sendable {
  package let path: String

  /// The version in the library's own name, 3.11 for `libpython3.11.so.1.0`; nil where the name has none.
  package let namedVersion: PythonVersion?

  /// Looks at a file without loading it.
  /// - Throws: one sentence that says why the file cannot be used.
  package init(path: String) throws(PythonError) {
    let image = try ELFImage(path: path)
    guard image.isInterpreter else {
      throw PythonError(.notALibrary, "\(path) is no libpython: it does not export Python's main function.")
    }
    self.path = path
    let name = image.soname.flatMap { $0.hasPrefix("libpython") ? $0.dropFirst("libpython".count) : nil }
    namedVersion = name.flatMap { PythonVersion($0.prefix { $0.isNumber || $0 == "." }.trimmingDots) }
    if let namedVersion, let error = Self.refusal(of: namedVersion, isFreeThreaded: false, path: path) { throw error }
    // libpython3.13t.so.1.0; a debug build is libpython3.13d or td.
    let flags = name?.drop { $0.isNumber || $0 == "." }.prefix { $0 != "." } ?? ""
    if flags.contains("t"), !flags.contains("s") {
      throw Self.freeThreaded(path)
    }
  }

  /// Why a version cannot be used, if it cannot.
  package static func refusal(
    of version: PythonVersion, isFreeThreaded: Bool = false, path: String
  ) -> PythonError? {
    if version < PythonVersion.oldest {
      return PythonError(
        .tooOld,
        "\(path) is CPython \(version.series), older than \(PythonVersion.oldest.series), the oldest supported.")
    }
    return isFreeThreaded ? freeThreaded(path) : nil
  }

  private static func freeThreaded(_ path: String) -> PythonError {
    PythonError(
      .freeThreaded, "\(path) is a free-threaded build, whose binary interface is not the one that is used here.")
  }
}

extension Substring {
  /// `3.11.` in `libpython3.11.so` without its last dot.
  fileprivate var trimmingDots: Substring {
    var result = self
    while result.last == "." { result.removeLast() }
    return result
  }
}
