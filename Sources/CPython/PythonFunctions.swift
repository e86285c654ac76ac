import Glibc

/// The functions of a loaded libpython that this package calls, all of them in the limited API of every version.
///
/// Objects are opaque here and never leave `Interpreter`. Not used, for they are not in every version or not in the
/// limited API: `PyRun_…`, `PyConfig_…`, `PyUnicode_AsUTF8AndSize`, any field of a structure and any macro.
struct PythonFunctions: @unchecked Sendable {  // Addresses of code, constant once loaded.
  typealias Object = UnsafeMutableRawPointer
  typealias ThreadState = UnsafeMutableRawPointer

  let initialize: @convention(c) (Int32) -> Void
  let isInitialized: @convention(c) () -> Int32
  let finalize: @convention(c) () -> Int32
  let version: @convention(c) () -> UnsafePointer<CChar>?
  let lock: @convention(c) () -> Int32
  let unlock: @convention(c) (Int32) -> Void
  let saveThread: @convention(c) () -> ThreadState?
  let restoreThread: @convention(c) (ThreadState?) -> Void
  let compile: @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, Int32) -> Object?
  let evaluate: @convention(c) (Object, Object, Object) -> Object?
  let addModule: @convention(c) (UnsafePointer<CChar>) -> Object?
  let moduleDictionary: @convention(c) (Object) -> Object?
  let importModule: @convention(c) (UnsafePointer<CChar>) -> Object?
  let item: @convention(c) (Object, UnsafePointer<CChar>) -> Object?
  let setItem: @convention(c) (Object, UnsafePointer<CChar>, Object) -> Int32
  let makeText: @convention(c) (UnsafePointer<CChar>?, Int) -> Object?
  let encodeText: @convention(c) (Object) -> Object?
  let bytes:
    @convention(c) (Object, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, UnsafeMutablePointer<Int>)
      -> Int32
  let release: @convention(c) (Object?) -> Void
  let printError: @convention(c) () -> Void

  /// Loads a library for the whole process.
  init(library path: String) throws(PythonError) {
    // Global, or extension modules of 3.8 and later miss the interpreter's symbols; hence one library a process.
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw PythonError(.damaged, "\(path) cannot be loaded: \(reason).")
    }
    func function<Function>(_ name: String, _: Function.Type = Function.self) throws(PythonError) -> Function {
      guard let address = dlsym(handle, name) else {
        throw PythonError(.notALibrary, "\(path) is no libpython: it has no function \(name).")
      }
      // The C declarations of these functions are the stored properties' types.
      return unsafeBitCast(address, to: Function.self)
    }
    initialize = try function("Py_InitializeEx")
    isInitialized = try function("Py_IsInitialized")
    finalize = try function("Py_FinalizeEx")
    version = try function("Py_GetVersion")
    lock = try function("PyGILState_Ensure")
    unlock = try function("PyGILState_Release")
    saveThread = try function("PyEval_SaveThread")
    restoreThread = try function("PyEval_RestoreThread")
    compile = try function("Py_CompileString")
    evaluate = try function("PyEval_EvalCode")
    addModule = try function("PyImport_AddModule")
    moduleDictionary = try function("PyModule_GetDict")
    importModule = try function("PyImport_ImportModule")
    item = try function("PyDict_GetItemString")
    setItem = try function("PyDict_SetItemString")
    makeText = try function("PyUnicode_FromStringAndSize")
    encodeText = try function("PyUnicode_AsUTF8String")
    bytes = try function("PyBytes_AsStringAndSize")
    release = try function("Py_DecRef")
    printError = try function("PyErr_Print")
  }
}
