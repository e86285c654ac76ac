import Glibc
import Synchronization

/// A CPython inside this process: text goes in, text or an error comes out.
///
/// A process loads one library in its lifetime and never unloads it. Any thread may call; Python's own lock decides who
/// runs. The thread that loads is the one that Python takes for its main thread.
package final class Interpreter: Sendable {
  /// The exact version of the loaded library.
  package let version: PythonVersion

  /// What the library says of itself: version, build, compiler.
  package let fullVersion: String

  private let python: PythonFunctions

  /// The thread state of the loading thread while Python's lock is free; needed once, to finish.
  private let mainThread: Mutex<UInt>

  private static let loaded = Mutex<Bool>(false)

  /// Loads a library and starts its interpreter, without Python's signal handlers.
  ///
  /// Python ends the whole process when it cannot find its standard library, so unknown libraries are first tried in a
  /// process of their own.
  /// - Throws: when the library cannot be used, or when this process has loaded one already.
  package init(library: PythonLibrary) throws(PythonError) {
    let isFirst = Self.loaded.withLock { loaded in
      defer { loaded = true }
      return !loaded
    }
    guard isFirst else {
      throw PythonError(.alreadyLoaded, "\(library.path) cannot be loaded: this process holds a Python already.")
    }
    python = try PythonFunctions(library: library.path)
    fullVersion = python.version().map { String(cString: $0) } ?? ""
    guard let version = PythonVersion(fullVersion) else {
      throw PythonError(.notALibrary, "\(library.path) is no libpython: it gives its version as \"\(fullVersion)\".")
    }
    self.version = version
    let isFreeThreaded = fullVersion.contains("free-threading")
    if let refusal = PythonLibrary.refusal(of: version, isFreeThreaded: isFreeThreaded, path: library.path) {
      throw refusal
    }
    python.initialize(0)
    // Up to 3.8, a threading module that is first imported on another thread fails an assertion at the end.
    python.release(python.importModule("threading"))
    mainThread = Mutex(UInt(bitPattern: python.saveThread()))
  }

  /// Runs Python text and returns what it left in its variable `result`, as text.
  ///
  /// Each call has a namespace of its own. Standard output and error of Python are flushed at the end.
  /// - Parameter values: texts that the code finds as variables.
  /// - Throws: `PythonError` with code `raised` for every exception, also for `SystemExit` and a wrong syntax.
  @discardableResult
  package func run(_ code: String, values: [String: String] = [:]) throws(PythonError) -> String {
    let state = python.lock()
    defer { python.unlock(state) }
    guard let module = python.addModule("__main__"), let globals = python.moduleDictionary(module) else {
      throw failure("there is no module __main__")
    }
    // A private module attribute is the way in and out; the code itself runs in a fresh dictionary.
    for (name, value) in values { try set("_in_" + name, value, in: globals) }
    try set("_code", code, in: globals)
    try set("_names", values.keys.sorted().joined(separator: " "), in: globals)
    guard let compiled = python.compile(Self.frame, "<frame>", Self.fileInput) else {
      throw failure("its frame does not compile")
    }
    let outcome = python.evaluate(compiled, globals, globals)
    python.release(compiled)
    guard let outcome else { throw failure("its frame raised") }
    python.release(outcome)
    let type = try text("_type", in: globals)
    guard type.isEmpty else {
      let message = try text("_message", in: globals)
      throw PythonError(
        .raised, message.isEmpty ? "Python raised \(type)." : "Python raised \(type): \(message)", exceptionType: type,
        traceback: try text("_traceback", in: globals))
    }
    return try text("_result", in: globals)
  }

  /// Ends the interpreter: exit handlers run, threads that are no daemons are waited for.
  ///
  /// To be called on the thread that loaded it. Python is gone afterwards.
  package func finish() {
    let state = mainThread.withLock { state in
      defer { state = 0 }
      return state
    }
    guard let state = UnsafeMutableRawPointer(bitPattern: state) else { return }
    python.restoreThread(state)
    _ = python.finalize()
  }

  // MARK: Objects

  /// `Py_file_input`, which the headers define as this number.
  private static let fileInput: Int32 = 257

  /// Runs the text in `_code` and turns every outcome into texts, so that no exception object crosses into Swift.
  private static let frame = """
    _type = _message = _traceback = _result = ''
    try:
        _space = {'__name__': '__scenario__'}
        for _name in _names.split():
            _space[_name] = globals().pop('_in_' + _name)
        exec(compile(_code, '<scenario>', 'exec'), _space)
        _result = str(_space.get('result', ''))
    except BaseException as _error:
        import traceback as _module
        _type = type(_error).__name__
        _message = str(_error)
        _traceback = _module.format_exc()
    finally:
        import sys as _sys
        for _stream in (_sys.stdout, _sys.stderr):
            if _stream is not None:
                _stream.flush()
    """

  private func set(_ name: String, _ value: String, in globals: PythonFunctions.Object) throws(PythonError) {
    var value = value
    let object = value.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { python.makeText($0.baseAddress, $0.count) }
    }
    guard let object else { throw failure("a text cannot be passed") }
    let status = python.setItem(globals, name, object)
    python.release(object)
    guard status == 0 else { throw failure("a variable cannot be set") }
  }

  private func text(_ name: String, in globals: PythonFunctions.Object) throws(PythonError) -> String {
    // The item is borrowed, its encoded form is ours.
    guard let object = python.item(globals, name), let encoded = python.encodeText(object) else {
      throw failure("its answer is no text")
    }
    defer { python.release(encoded) }
    var start: UnsafeMutablePointer<CChar>?
    var count = 0
    guard python.bytes(encoded, &start, &count) == 0, let start else { throw failure("its answer is no text") }
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
  }

  /// For what cannot fail on a healthy interpreter; Python's own words go to standard error.
  private func failure(_ what: String) -> PythonError {
    python.printError()
    return PythonError(.raised, "CPython \(version) cannot be used: \(what).")
  }
}
