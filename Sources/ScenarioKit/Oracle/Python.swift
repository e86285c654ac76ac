package import CPython

/// One CPython that can run Python twins.
package struct Python: Hashable, Sendable {
  /// How it is started.
  package enum Kind: Hashable, Sendable {
    /// As a shared library inside our own executable.
    case library(path: String)
    /// As a program, the fallback where there is no library.
    case program(path: String)
  }

  package var kind: Kind

  package var version: PythonVersion

  /// The value of PYTHONHOME without which it does not find its standard library, if it needs one.
  package var home: String?

  /// The folder of the installation that its standard library belongs to.
  package var prefix: String

  /// The start methods that it offers, in its own order.
  package var startMethods: [String]

  /// The start method that a program uses when it asks for none.
  package var defaultStartMethod: String

  /// How many workers a pool has by default.
  package var defaultWorkers: Int

  package var path: String {
    switch kind {
    case .library(let path), .program(let path): path
    }
  }

  /// Whether the name of a thread carries its function, as in `Thread-1 (_handle_workers)`.
  package var namesThreadFunctions: Bool { version >= PythonVersion(3, 10) }
}
