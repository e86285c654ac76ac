import Glibc

/// Where libpythons are looked for.
///
/// The system's library folders, the versions that a version manager keeps in the home folder, or exactly what the
/// environment variable `SCENARIOS_PYTHONS` names.
package struct LibrarySearch: Sendable {
  /// Paths separated by colons: libraries, or folders that hold some.
  ///
  /// Where it is set nothing else is searched, so an empty value hides every Python.
  package static let variable = "SCENARIOS_PYTHONS"

  /// Patterns in the manner of the shell, in the order of preference.
  private let patterns: [String]

  /// Paths that were named one by one and therefore deserve a sentence when they cannot be used.
  package let named: [String]

  /// - Parameters:
  ///   - environment: where the home folder and the variables of the version managers come from.
  ///   - paths: what the user named; then only that is used.
  package init(environment: [String: String], paths: [String] = []) {
    if !paths.isEmpty || environment[Self.variable] != nil {
      named = paths.isEmpty ? (environment[Self.variable] ?? "").split(separator: ":").map(String.init) : paths
      patterns = []
      return
    }
    named = []
    let home = environment["HOME"] ?? "/nonexistent"
    let managers = [
      (environment["PYENV_ROOT"] ?? "\(home)/.pyenv") + "/versions",
      (environment["ASDF_DATA_DIR"] ?? "\(home)/.asdf") + "/installs/python",
      (environment["XDG_DATA_HOME"] ?? "\(home)/.local/share") + "/mise/installs/python",
      environment["UV_PYTHON_INSTALL_DIR"]
        ?? (environment["XDG_DATA_HOME"] ?? "\(home)/.local/share") + "/uv/python",
      "/opt/python",
    ]
    // Debian keeps libraries in a folder named after the processor and the system.
    let system = ["/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib", "/usr/local/lib64", "/usr/local/lib"]
    patterns = (system + managers.map { $0 + "/*/lib" }).map { $0 + "/libpython*.so*" }
  }

  /// Every file that may be a libpython, each once, whatever names lead to it.
  package func candidates() -> [String] {
    let found: [String]
    if patterns.isEmpty {
      found = named.flatMap { path in
        let inside = Self.glob(path + "/libpython*.so*") + Self.glob(path + "/lib/libpython*.so*")
        return Self.isFolder(path) ? inside : [path]
      }
    } else {
      found = patterns.flatMap(Self.glob)
    }
    var seen: Set<String> = []
    return found.compactMap { path in
      // libpython3.so only leads to a library with a full version in its name.
      guard !path.hasSuffix("/libpython3.so") else { return nil }
      let resolved = Self.resolve(path)
      guard seen.insert(resolved).inserted else { return nil }
      // Messages speak of what the user named.
      return named.contains(path) ? path : resolved
    }
  }

  private static func glob(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard Glibc.glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func resolve(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
