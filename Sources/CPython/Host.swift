import CPythonEntry
import Glibc

/// Our own executable in the service of a CPython: as the interpreter itself, or as the host of one.
///
/// The environment of a started program decides, before its `main`. As interpreter it takes the arguments of
/// `python3`; as host it runs one piece of Python through `Interpreter` and prints what that left in `result`.
package enum Host {
  /// The variable that holds the Python text which a host runs.
  package static let codeVariable = "SCENARIOS_PYTHON_CODE"

  /// The exit status of a program whose library could not be loaded.
  package static let loadingFailed: Int32 = CPYTHON_ENTRY_FAILED

  /// What turns a start of this executable into the interpreter of a library.
  package static func interpreterEnvironment(library: String) -> [String: String] {
    // Mentioning the entry keeps it in programs that are linked from archives.
    precondition(cpython_entry_is_linked() == 1, "the entry is part of every program with this module")
    return [CPYTHON_ENTRY_LIBRARY: library]
  }

  /// What turns a start of this executable into the host of a library that runs some Python.
  package static func hostEnvironment(library: String, code: String) -> [String: String] {
    interpreterEnvironment(library: library).merging([CPYTHON_ENTRY_MODE: "host", codeVariable: code]) { $1 }
  }

  /// What turns a start of this executable into a service: see `scenarios_service_main`.
  package static func serviceEnvironment(_ request: String) -> [String: String] {
    precondition(cpython_entry_is_linked() == 1, "the entry is part of every program with this module")
    return [CPYTHON_ENTRY_SERVICE: request]
  }

  /// The path of the program that becomes an interpreter: `python-host` where the build has left it beside this executable,
  /// this executable where it has been moved without it.
  package static var interpreter: String? {
    guard let executable else { return nil }
    let slash = executable.lastIndex(of: "/").map { executable.index(after: $0) } ?? executable.startIndex
    let small = executable[..<slash] + "python-host"
    return access(String(small), X_OK) == 0 ? String(small) : executable
  }

  /// The path of the executable that this process runs.
  ///
  /// Not the first argument, which may be anything, and not `/proc/self/exe`, which would be another program in a child.
  package static var executable: String? {
    guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// The main function of a host; the return value is the exit status.
@_cdecl("cpython_host_main")
func hostMain(library: UnsafePointer<CChar>) -> Int32 {
  let code = getenv(Host.codeVariable).map { String(cString: $0) } ?? ""
  unsetenv(Host.codeVariable)
  do {
    let interpreter = try Interpreter(library: PythonLibrary(path: String(cString: library)))
    defer { interpreter.finish() }
    print(try interpreter.run(code))
    return 0
  } catch {
    complain(error.description + "\n" + (error.traceback ?? ""))
    return error.code == .raised ? 1 : Host.loadingFailed
  }
}

private func complain(_ text: String) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    guard written > 0 else { return }
    rest = rest.dropFirst(written)
  }
}
