package import PoolCore

/// How a worker process comes into being; Python's start methods.
///
/// Only Linux's three; the article on choosing one tells what each copies, costs and endangers.
public enum StartMethod: String, Hashable, Sendable, CaseIterable, Codable, CustomStringConvertible {
  /// A copy of the program as it was when the pool was made, taken through a template without threads.
  case fork
  /// A fresh run of the program, recognised before `main`: nothing is inherited but what is passed.
  case spawn
  /// A copy of a fresh server without threads, which the program keeps for all its pools; the default, as in CPython 3.14.
  case forkserver

  init(_ name: StartMethodName) {
    switch name {
    case .fork: self = .fork
    case .spawn: self = .spawn
    case .forkserver: self = .forkserver
    }
  }

  package var name: StartMethodName {
    switch self {
    case .fork: .fork
    case .spawn: .spawn
    case .forkserver: .forkserver
    }
  }

  /// The method's name in lower case, as Python writes it.
  public var description: String { rawValue }

  /// The methods that the platform supports, the default one first, as in CPython 3.14; Python's `get_all_start_methods()`.
  public static var supported: [StartMethod] { CurrentWorld.world.process.profile.startMethods.map(StartMethod.init) }

  /// The start method of the program; in a worker, that of the worker's pool. Python's `get_start_method()`.
  ///
  /// Asking fixes the default: a later `setDefault` throws unless it forces.
  public static var current: StartMethod { CurrentWorld.world.process.fixedStartMethod() }

  /// Sets the start method of the program; Python's `set_start_method`.
  ///
  /// For what is made afterwards; pools that are there keep theirs.
  /// - Throws: `contextAlreadySet` when one is set or has been asked for, unless `force` is true.
  public static func setDefault(_ method: StartMethod, force: Bool = false) throws {
    let process = CurrentWorld.world.process
    if force {
      process.startMethod = method
    } else if !process.setStartMethodOnce(method) {
      throw MultiprocessingError(.contextAlreadySet, "context has already been set")
    }
  }

  /// The method of this name, as it would come from a command line.
  ///
  /// - Throws: `invalidArgument` for any other name, with Python's text.
  public init(named name: String) throws {
    guard let method = StartMethod(rawValue: name) else {
      throw MultiprocessingError(.invalidArgument, "cannot find context for '\(name)'")
    }
    self = method
  }
}
