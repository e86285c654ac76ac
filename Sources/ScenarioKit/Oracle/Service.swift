import CPython
import FoundationEssentials
import Multiprocessing

/// A part of this program that runs in a process of its own: our executable, started with a mark in its environment.
package enum Service: Hashable, Sendable {
  /// Checks one claim on this package and prints the finding.
  case claim(String)
  /// Runs the pool programs of a file and prints what they saw.
  case programs(file: String)
  /// Measures what a start method costs and what its workers see, and prints the finding.
  case starting(method: String, rounds: Int)

  /// The start of this executable as this service.
  /// - Throws: when the path of the executable is unknown.
  package func program() throws -> Program {
    guard let executable = Host.executable else {
      throw CaptureError(code: .cannotStart, description: "The path of this executable is unknown: is /proc mounted?")
    }
    let environment = ProcessInfo.processInfo.environment.merging(Host.serviceEnvironment(request)) { $1 }
    return Program(path: executable, environment: environment)
  }

  private var request: String {
    switch self {
    case .claim(let id): "claim \(id)"
    case .programs(let file): "programs \(file)"
    case .starting(let method, let rounds): "starting \(rounds) \(method)"
    }
  }

  init?(request: String) {
    let parts = request.split(separator: " ", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("claim", 2): self = .claim(parts[1])
    case ("programs", 2): self = .programs(file: parts[1])
    case ("starting", 2):
      let words = parts[1].split(separator: " ")
      guard words.count == 2, let rounds = Int(words[0]) else { return nil }
      self = .starting(method: String(words[1]), rounds: rounds)
    default: return nil
    }
  }

  @available(*, noasync, message: "run blocks until the service has ended")
  func run() throws {
    switch self {
    case .claim(let id): try SwiftClaims.main(claim: id)
    case .programs(let file): try SwiftPrograms.main(file: file)
    case .starting(let method, let rounds): try StartingProgram.main(method: method, rounds: rounds)
    }
  }
}

/// The main function of a service, called before the program's own; the return value is the exit status.
@_cdecl("scenarios_service_main")
func serviceMain(request: UnsafePointer<CChar>) -> Int32 {
  let request = String(cString: request)
  do {
    guard let service = Service(request: request) else { return Host.loadingFailed }
    try service.run()
    return 0
  } catch {
    print("\(error)", flush: true)
    return 1
  }
}

extension ProgramRunningProcess {
  /// This package's own pools.
  package static let own = ProgramRunningProcess(name: "Swift") { file in
    try Capture(Service.programs(file: file).program(), timeLimit: .seconds(600)).run()
  }
}
