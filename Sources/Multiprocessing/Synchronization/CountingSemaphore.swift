/// A counter of units between processes and threads; Python's `multiprocessing.Semaphore`.
///
/// Its value may grow beyond the first one; `BoundedSemaphore` forbids that. It travels as a `Lock` does. The plain name is
/// taken: the system's library has a `Semaphore` of its own, which comes with Foundation.
public class CountingSemaphore: Codable, @unchecked Sendable {
  // Sendable: nothing changes after init but shared words, which are atomic.
  let words: any SharedWords
  var core: CountingCore { CountingCore(words: words) }
  /// The greatest value; 0 for none. Written before anybody shares it.
  static let maximum = 2

  /// A semaphore with so many units.
  ///
  /// - Parameters:
  ///   - value: how many can be taken before somebody has to wait.
  ///   - context: there because Python's has one; any start method takes the semaphore.
  /// - Throws: `invalidArgument` for a negative number, Python's OSError.
  public init(_ value: Int = 1, context: Context? = nil) throws {
    guard (0...Int(Int32.max)).contains(value) else {
      throw MultiprocessingError(.invalidArgument, "[Errno 22] Invalid argument")
    }
    words = try CurrentWorld.world.makeSharedWords(bytes: 0)
    words.serve(as: "semaphore")
    words.store(0, UInt32(value))
  }

  /// Joins the semaphore that another process shared. Used by the library.
  public required init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
  }

  /// Shares the semaphore with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws {
    try words.share(to: encoder, as: self is BoundedSemaphore ? "BoundedSemaphore" : "Semaphore")
  }

  /// Takes a unit; blocks until there is one, at most for the time-out. False: there was none. Python's `acquire`.
  @available(*, noasync, message: "This blocks the thread.")
  @discardableResult
  public func acquire(blocking: Bool = true, timeout: Duration? = nil) -> Bool {
    core.acquire(blocking: blocking, until: sharedDeadline(timeout))
  }

  /// Gives a unit back; Python's `release()`. Never blocks.
  ///
  /// - Throws: `invalidArgument` for a bounded semaphore at its first value, Python's ValueError.
  public func release() throws {
    let maximum = words.load(Self.maximum)
    guard core.release(maximum: maximum == 0 ? UInt32(Int32.max) : maximum) else {
      throw CountingCore.releasedTooOften
    }
  }

  /// How many units there are now; Python's `get_value()`.
  public var value: Int { core.value }
}

/// A semaphore whose value never exceeds its first one; Python's `multiprocessing.BoundedSemaphore`.
public final class BoundedSemaphore: CountingSemaphore, @unchecked Sendable {
  // Sendable: as for CountingSemaphore.

  /// A semaphore with so many units at the most; throws what `CountingSemaphore.init` throws.
  public override init(_ value: Int = 1, context: Context? = nil) throws {
    try super.init(value, context: context)
    words.store(Self.maximum, UInt32(value))
  }

  /// Joins the semaphore that another process shared. Used by the library.
  public required init(from decoder: any Decoder) throws { try super.init(from: decoder) }
}
