import CMultiprocessing
import FoundationEssentials
import Glibc
import Multiprocessing

/// What a worker's memory holds, what runs again and what a pool costs, by start method: measured on this package's pools.
///
/// The twin of `starting.py`. Each method is measured in a process of its own.
package enum StartingProgram {
  /// What was seen.
  package struct Finding: Codable, Sendable {
    /// What the worker reads from a global that main had changed before the pool was made.
    package var setting: String
    /// Whether what is initialised once in a program was initialised again in the worker.
    package var runsAgain: Bool
    package var parentIsMain: Bool
    /// Memory that only the worker has, and memory that it shares.
    package var privateKiB: Int
    package var sharedKiB: Int
    /// From the pool's making to the first result, once for each round.
    package var milliseconds: [Double]
  }

  static let setting = ProcessLocal("as written in the program")
  /// When the program's globals were initialised; asked for by main before its pools.
  static let born = mp_now_ns()

  struct Look: PoolTask {
    struct Seen: Codable, Sendable {
      var setting: String
      var born: Int64
      var parent: Int32
      var privateKiB: Int
      var sharedKiB: Int
    }

    func run() -> Seen {
      var sizes: [Substring: Int] = [:]
      // The size of a file in /proc is not known in advance, so it is read by lines.
      if let file = fopen("/proc/self/smaps_rollup", "r") {
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
          let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
          let words = text.split { $0 == " " || $0 == "\n" || $0 == ":" }
          if words.count == 3, words[2] == "kB" { sizes[words[0]] = Int(words[1]) }
        }
      }
      func size(_ kind: Substring) -> Int { sizes[kind + "_Clean", default: 0] + sizes[kind + "_Dirty", default: 0] }
      return Seen(
        setting: StartingProgram.setting.value, born: StartingProgram.born, parent: getppid(),
        privateKiB: size("Private"), sharedKiB: size("Shared"))
    }
  }

  /// Measures one method and prints what it found as one JSON text; the main function of such a process.
  @available(*, noasync, message: "main blocks until the pools have ended")
  static func main(method: String, rounds: Int) throws {
    guard let method = StartMethod(rawValue: method), rounds > 0 else {
      throw ScenarioError(.broken, "“\(method)” is no start method.")
    }
    let born = born
    setting.value = "changed by main"
    var times: [Double] = []
    var last: Look.Seen?
    for _ in 0..<rounds {
      let start = mp_now_ns()
      last = try withPool(processes: 1, context: Context(method)) { pool in
        let seen = try pool.apply(Look())
        times.append(Double(mp_now_ns() - start) / 1e6)
        return seen
      }
    }
    guard let seen = last else { return }
    let finding = Finding(
      setting: seen.setting, runsAgain: seen.born != born, parentIsMain: seen.parent == getpid(),
      privateKiB: seen.privateKiB, sharedKiB: seen.sharedKiB, milliseconds: times)
    print(String(decoding: try JSONEncoder().encode(finding), as: UTF8.self), flush: true)
  }
}
