package import PoolCore

/// How a worker process comes into being; Python's start methods.
///
/// - `spawn`: a fresh program. Nothing is inherited but what is passed.
/// - `fork`: a copy of the program as it was when the pool was made, taken through a template without threads.
/// - `forkserver`: a copy of a fresh server without threads.
public enum StartMethod: String, Hashable, Sendable, CaseIterable, Codable, CustomStringConvertible {
  case fork, spawn, forkserver

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

  /// The methods that the platform supports, the default one first where the conventions in force say so (3.14); Python's
  /// `get_all_start_methods()`.
  public static var supported: [StartMethod] { CurrentWorld.world.process.profile.startMethods.map(StartMethod.init) }

  /// The start method of the program; in a worker, that of the worker's pool. Python's `get_start_method()`.
  ///
  /// Asking fixes the default: a later `setDefault` throws unless it forces.
  public static var current: StartMethod { CurrentWorld.world.process.fixedStartMethod() }

  /// Sets the start method of the program; Python's `set_start_method`.
  ///
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
