/// Why a CPython library or a piece of Python could not be used.
package struct PythonError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// There is no readable file.
    case unreadable
    /// The file is something else than an interpreter's shared library.
    case notALibrary
    /// The library is for another processor or word size.
    case wrongMachine
    /// The file is cut off or its tables do not fit together, or the system's loader refuses it.
    case damaged
    /// The version is older than 3.6.
    case tooOld
    /// A build without the global lock: its binary interface is another one.
    case freeThreaded
    /// Another library is loaded already: a process can hold one.
    case alreadyLoaded
    /// Python raised an exception.
    case raised
  }

  package var code: Code

  /// A full sentence with the values involved.
  package var description: String

  /// The name of the exception's type, where Python raised one.
  package var exceptionType: String?

  /// Python's own account of where it was raised, where Python raised one.
  package var traceback: String?

  package init(_ code: Code, _ description: String, exceptionType: String? = nil, traceback: String? = nil) {
    self.code = code
    self.description = description
    self.exceptionType = exceptionType
    self.traceback = traceback
  }
}
