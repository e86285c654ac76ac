import CMultiprocessing
import Glibc
import PoolCore

/// The whole interface bound to one start method; what Python's `get_context` returns.
///
/// Several contexts can be used in one program. A context is a value: it costs nothing and is never closed.
public struct Context: Hashable, Sendable {
  /// The start method; nil for the program's default, whatever it is when it is used.
  private let method: StartMethod?

  /// The context of one start method.
  public init(_ method: StartMethod) { self.method = method }

  private init(default: Void) { method = nil }

  /// The program's default context: it follows `StartMethod.setDefault`.
  public static let `default` = Context(default: ())

  /// The context of a start method, or for nil that of the program's default. Python's `get_context()`.
  ///
  /// Asking without a method fixes the default: a later `StartMethod.setDefault` throws unless it forces.
  public static func get(_ method: StartMethod? = nil) -> Context { Context(method ?? StartMethod.current) }

  /// The start method of what is made in this context; asking the default context fixes the program's default.
  public var startMethod: StartMethod { method ?? StartMethod.current }

  /// The start method that the context names itself; nil for the default context.
  var ownMethod: StartMethod? { method }

  /// A process pool in this context; Python's `context.Pool(…)`. Blocks and throws as `Pool.init` does.
  @available(*, noasync, message: "Making a pool blocks; use withPool.")
  public func pool(
    processes: Int? = nil, initializer: (any Initializer)? = nil, maxTasksPerChild: Int? = nil
  ) throws -> Pool {
    try Pool(
      processes: processes, initializer: initializer, maxTasksPerChild: maxTasksPerChild, context: self)
  }

  /// A queue for processes of this context; Python's `context.SimpleQueue()`. Throws what `SimpleQueue.init` throws.
  public func simpleQueue<Element>(of: Element.Type = Element.self) throws -> SimpleQueue<Element> {
    try SimpleQueue(context: self)
  }

  /// The number of logical processors, Python's `cpu_count()`; under a scenario's profile, that of its machine.
  public static var processorCount: Int { processors(usable: false) }

  static func processors(usable: Bool) -> Int {
    let profile = CurrentWorld.world.process.profile
    if let processors = profile.processors { return processors }
    if usable {
      let usable = Int(mp_usable_processors())
      if usable > 0 { return usable }
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The number of workers of a pool that names none.
  static var defaultPoolSize: Int {
    let process = CurrentWorld.world.process
    if let workers = process.settings.with({ $0.workers }) { return workers }
    return processors(usable: process.profile.defaultSizeFollowsAffinity)
  }
}
