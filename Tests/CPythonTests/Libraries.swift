import FoundationEssentials
import Testing

@testable import CPython

/// The libraries that the tests of this target use: all that a search finds here.
enum Libraries {
  static let all: [PythonLibrary] = LibrarySearch(environment: ProcessInfo.processInfo.environment).candidates()
    .compactMap { try? PythonLibrary(path: $0) }

  /// The one that this test process itself loads.
  static let newest: PythonLibrary? = all.max {
    ($0.namedVersion ?? .oldest, $1.path) < ($1.namedVersion ?? .oldest, $0.path)
  }

  static let advice: Comment = "No libpython here: install libpython3-dev, or a CPython built with a shared library."

  /// One interpreter for all tests, since a process can load only one.
  static let interpreter: Result<Interpreter, PythonError> = Result { () throws(PythonError) in
    guard let newest else { throw PythonError(.unreadable, "There is no libpython on this machine.") }
    return try Interpreter(library: newest)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where no libpython is installed, and says how to get one.
  static var needsLibrary: Self { .enabled(if: !Libraries.all.isEmpty, Libraries.advice) }
}
