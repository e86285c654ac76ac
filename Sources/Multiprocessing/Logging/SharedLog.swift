/// A log to which many processes write lines; what Python's documents do with a lock and a file.
///
/// A line is written in one piece and never mixes with another, lines of one thread keep their order, and there is no lock that
/// a process which is killed or stopped could keep; one that is killed in the very writing of a line may leave only its
/// beginning, with the next line right behind it. It travels as a `Lock` does. True of files on the machine's own disks; a
/// network's file system may mix lines. Blocks as long as the disk does.
public final class SharedLog: Codable, Sendable {
  private let file: any LogFile

  /// How much a line matters; in CPython's words.
  public enum Level: String, Sendable, CaseIterable {
    /// What only helps to find a mistake.
    case debug = "DEBUG"
    /// What happens in the usual course.
    case info = "INFO"
    /// What may lead to an error.
    case warning = "WARNING"
    /// What went wrong, while the program goes on.
    case error = "ERROR"
    /// What the program cannot go on with.
    case critical = "CRITICAL"
  }

  /// Opens the file, and makes it if there is none.
  ///
  /// - Parameters:
  ///   - path: where the file is, seen from the working directory of now.
  ///   - isAppending: whether what the file holds stays.
  /// - Throws: `system` if it cannot be opened.
  public init(path: String, isAppending: Bool = true) throws {
    file = try CurrentWorld.world.openLog(path, isAppending: isAppending)
  }

  /// Joins the log that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws { file = try CurrentWorld.world.decodeLog(from: decoder) }

  /// Shares the log with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try file.share(to: encoder, as: "SharedLog") }

  /// Writes a line; a text of several lines stays together.
  ///
  /// - Throws: `system` if it could not be written, on a full disk for example. A line may be cut then; the next one starts
  ///   anew.
  public func write(_ text: String) throws { try file.append(Array((text + "\n").utf8)) }

  /// Writes a line in the form of CPython's own log: `[INFO/SpawnPoolWorker-1] text`. Throws what the other `write` throws.
  public func write(_ level: Level, _ text: String) throws {
    try write("[\(level.rawValue)/\(ProcessIdentity.current.name)] \(text)")
  }
}
