import CMultiprocessing
import Glibc
import Multiprocessing

/// Runs one case of the suite in this process.
///
/// Cases run in processes of their own, because a fork inside a test bundle with its threads is not safe, and because a
/// process that has just begun is the only one whose names and numbers are known.
@main
struct Probe {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("list", 1):
      for item in Cases.all {
        print("\(item.name) [\(item.places.map(\.rawValue).joined(separator: " "))] \(item.items)", flush: false)
      }
    case ("run", 3): run(arguments[1], arguments[2])
    case ("storm", 4): storm(arguments[1], Int(arguments[2]), UInt64(arguments[3]))
    case ("soak", 3): soak(arguments[1], Int(arguments[2]))
    case ("limits", 1):
      for limit in Limit.all { for place in limit.places { print("\(limit.name) \(place.rawValue)", flush: false) } }
    case ("limit", 3): limit(arguments[1], arguments[2])
    case ("help", _), ("--help", _): usage(0)
    default: usage(64)
    }
  }

  private static func usage(_ status: Int32) -> Never {
    print("usage: probe list | run CASE METHOD | storm METHOD KILLS SEED | soak METHOD TASKS", flush: true)
    print("       probe limits | limit LIMIT METHOD", flush: true)
    print("METHOD is fork, spawn, forkserver or thread", flush: true)
    exit(status)
  }

  private static func run(_ name: String, _ method: String) {
    let programs = Cases.all + Cases.helpers + Cases.processHelpers + Cases.planted + Cases.strays.map(\.item)
    guard let item = programs.first(where: { $0.name == name }) else { fail("There is no case \(name).") }
    guard let place = Place(rawValue: method), item.places.contains(place) else {
      fail("The case \(name) does not run in \(method).")
    }
    let leftovers = Leftovers()
    do {
      try item.run(in: place)
      try leftovers.check(isAsync: item.isAsync)
    } catch {
      fail("\(name) in \(method): \(error)")
    }
  }

  /// A storm of any size; what it found goes to standard output.
  private static func storm(_ method: String, _ kills: Int?, _ seed: UInt64?) {
    guard let place = Place(rawValue: method), place.method != nil, let kills, kills > 0, let seed else { usage(64) }
    report("The storm of seed \(seed) on \(method)") { try KillStorm(place: place, kills: kills, seed: seed).run().description }
  }

  private static func soak(_ method: String, _ tasks: Int?) {
    guard let place = Place(rawValue: method), let tasks, tasks > 0 else { usage(64) }
    report("The soak on \(method)") { try Soak(place: place, tasks: tasks).run().description }
  }

  /// One limit at its full size; the row of a table goes to standard output.
  private static func limit(_ name: String, _ method: String) {
    guard let place = Place(rawValue: method), let limit = Limit.all.first(where: { $0.name == name }) else { usage(64) }
    report("| \(name) | \(method) |", "") { try limit.run(in: place, .full) + " |" }
  }

  private static func report(_ name: String, _ separator: String = ":", _ body: () throws -> String) {
    let leftovers = Leftovers()
    do {
      print("\(name)\(separator) \(try body())", flush: true)
      try leftovers.check(isAsync: false)
    } catch { fail("\(name): \(error)") }
  }

  private static func fail(_ sentence: String) -> Never {
    _ = mp_flush()
    let line = sentence + "\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
    exit(1)
  }
}

/// The suite.
package enum Cases {
  package static let all: [Case] = [
    arguments, names, numbers, apply, map, imap, callbacks, results, life, initializers, deaths, payloads, queues, contexts,
    surroundings, suspending, schedules, storms, locks, meetings, sharedMemory, sizedQueues, pipes, processes,
    executors, logs, cancelling, deadlines, watching, perItem, deadlocks, parityPools, paritySurroundings, parityProcesses,
    parityWaits, traces, limits, spinning,
  ].flatMap { $0 }
}
