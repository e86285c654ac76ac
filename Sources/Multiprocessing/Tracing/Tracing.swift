import CMultiprocessing
import Glibc

/// A record of what pools do and when, for a timeline viewer such as Perfetto (ui.perfetto.dev) or chrome://tracing.
///
/// The record is one file in the trace-event format, written by the main process and all its workers: a track for each
/// process and thread, with the life of each worker, its initializer, its waits and its tasks, what the pool's threads send
/// and hear, how long the program waits for results, and the lines that are printed. It is a whole JSON array after every
/// event, so that it can be read while the program runs, and when it has been killed.
///
/// A program that is not to be changed is traced by its environment: `MULTIPROCESSING_TRACE=trace.json`, where `%p` stands
/// for the id of the process; tracing then begins with the first pool or process. An event costs some ten microseconds, and
/// nothing but the look at one variable while tracing is off. CPython has no counterpart.
public enum Tracing {
  /// The variable that names the file.
  package static let variable = "MULTIPROCESSING_TRACE"

  /// Whether events are recorded in the calling process.
  public static var isOn: Bool { Trace.isOn }

  /// Begins a new file, and records in it what this process and all workers do that are started from now on.
  ///
  /// - Throws: `invalidArgument` where tracing is on already, or in a worker, which follows its main process; `system` where
  ///   the file cannot be written.
  public static func start(to path: String) throws {
    guard CurrentWorld.world is SystemWorld, ProcessIdentity.current.identity.isEmpty else {
      throw MultiprocessingError(.invalidArgument, "Only a main process can start to trace.")
    }
    let path = path.split(separator: "%p", omittingEmptySubsequences: false).joined(separator: "\(getpid())")
    try Trace.begin(path)
  }

  /// Ends the recording of this process; workers that are running record until they end. Does nothing where it is off.
  public static func stop() { Trace.end() }

  /// Starts, once in the life of a main process, if its environment asks for it.
  static func startIfAsked() { _ = asked }

  private static let asked: Void = {
    guard let path = Environment.value(of: variable), !path.isEmpty, !isOn, ProcessIdentity.current.identity.isEmpty else {
      return
    }
    do { try start(to: path) } catch {
      // The program itself has nothing to do with it, and goes on.
      System.complain("warning: \(variable): \(error)")
    }
  }()
}
