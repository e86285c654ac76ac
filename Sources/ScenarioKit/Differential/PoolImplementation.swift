import CPython
import FoundationEssentials
import Golden

/// Something that runs pool programs: a CPython, or the Swift library.
package protocol PoolImplementation: Sendable {
  /// For reports: `CPython 3.13.0`.
  var name: String { get }

  /// What every step of every program saw; a program that did not end has `hang` as its last observation.
  func observe(_ programs: [PoolProgram]) throws -> [[Observation]]
}

/// An implementation that reads a file of programs, a line each, and prints a line of observations for each.
package struct ProgramRunningProcess: PoolImplementation {
  package let name: String

  /// Runs the process on a file of programs and gives its transcript.
  private let run: @Sendable (_ file: String) throws -> CapturedRun

  package init(name: String, run: @escaping @Sendable (_ file: String) throws -> CapturedRun) {
    self.name = name
    self.run = run
  }

  package func observe(_ programs: [PoolProgram]) throws -> [[Observation]] {
    var observations: [[Observation]] = []
    while observations.count < programs.count {
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("programs-\(UUID().uuidString).json")
      defer { try? FileManager.default.removeItem(at: file) }
      let lines = try programs[observations.count...].map { try JSONEncoder().encode($0) }
      try Data(lines.joined(separator: [UInt8(ascii: "\n")])).write(to: file)
      let run = try run(file.path)
      let answers = run.transcript.lines.filter(\.isTerminated).compactMap {
        try? JSONDecoder().decode([Observation].self, from: Data($0.bytes))
      }
      observations += answers
      if run.transcript.ending == .exited(0), !answers.isEmpty { continue }
      // It died or hung without a word: that belongs to the program after the last answer.
      if observations.count < programs.count { observations.append([.hang]) }
    }
    return Array(observations.prefix(programs.count))
  }
}

extension ProgramRunningProcess {
  /// A CPython; its pools come from `multiprocessing` or another package of the same interface.
  package init(python: Python, runner: OracleRunner, module: String = "multiprocessing") {
    let script = Twin(
      id: "differential", fileName: "differential.py",
      source: String(decoding: PackageResources.differential_py, as: UTF8.self))
    let package = module == "multiprocessing" ? "" : ", \(module)"
    self.init(name: "CPython \(python.version)\(package)") { file in
      try runner.run(
        script, on: python, arguments: [file], settings: OracleSettings(module: module), timeLimit: .seconds(600))
    }
  }
}
