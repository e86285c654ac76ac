import Foundation
import Golden
import ScenarioKit
import Testing

/// The table of Python's names: every public name of the modules is in it. That the Swift names exist is checked where the
/// documentation is built, for they are links.
@Suite(.timeLimit(.minutes(1))) struct PythonNamesTests {
  /// The names in the left column.
  private static let listed: Set<String> = {
    let path = "\(Executable.root)/Sources/Multiprocessing/Multiprocessing.docc/Articles/ComingFromPython.md"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let cells = text.components(separatedBy: "\n").filter { $0.hasPrefix("| ") }.map { $0.components(separatedBy: "|")[1] }
    return Set(cells.flatMap { $0.matches(of: /`([A-Za-z_.]+)`/).map { String($0.1) } })
  }()

  /// Prints the public names of everything that the table is about, as `Class.name`.
  private static let program = """
    import multiprocessing, multiprocessing.pool, multiprocessing.connection, multiprocessing.synchronize
    import multiprocessing.queues, multiprocessing.process, concurrent.futures, threading

    for name in multiprocessing.__all__: print("multiprocessing." + name)
    context = multiprocessing.get_context("spawn")
    for title, thing in {
        "Pool": multiprocessing.pool.Pool, "AsyncResult": multiprocessing.pool.AsyncResult,
        "IMapIterator": multiprocessing.pool.IMapIterator, "Process": multiprocessing.process.BaseProcess,
        "SimpleQueue": multiprocessing.queues.SimpleQueue, "Queue": multiprocessing.queues.Queue,
        "JoinableQueue": multiprocessing.queues.JoinableQueue, "Connection": multiprocessing.connection.Connection,
        "Lock": context.Lock(), "RLock": context.RLock(), "Semaphore": context.Semaphore(),
        "BoundedSemaphore": context.BoundedSemaphore(), "Event": multiprocessing.synchronize.Event,
        "Condition": context.Condition(), "Barrier": threading.Barrier,
        "Value": context.Value("i", 0), "ProcessPoolExecutor": concurrent.futures.ProcessPoolExecutor,
        "Future": concurrent.futures.Future,
    }.items():
        for name in dir(thing):
            if not name.startswith("_"): print(title + "." + name)
    """

  /// Where a class has what another one has, the other one's row is enough.
  private static let bases = [
    "JoinableQueue": "Queue", "BoundedSemaphore": "Semaphore", "RLock": "Lock", "Condition": "Lock", "Semaphore": "Lock",
    "Value": "Lock",
  ]

  private static let hasPython = (try? Executable.shell("command -v python3").transcript.ending) == .exited(0)

  @Test(.enabled(if: hasPython)) func `every public name of Python's is in the table`() throws {
    let run = try Executable.shell("python3 - <<'END'\n\(Self.program)\nEND")
    #expect(run.transcript.ending == .exited(0), "\(run.errors)")
    #expect(run.lines.count > 100)
    let missing = run.lines.filter { line in
      let parts = line.split(separator: ".").map(String.init)
      let inherited = Self.bases[parts[0]].map { "\($0).\(parts[1])" }
      return !Self.listed.contains(line) && !(inherited.map(Self.listed.contains) ?? false)
    }
    #expect(missing.isEmpty)
  }
}
