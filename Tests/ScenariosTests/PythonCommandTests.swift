import CPython
import FoundationEssentials
import ScenarioKit
import Testing

/// The commands that run CPythons, with one and without.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PythonCommandTests {
  /// The libraries of this machine, the best first; empty where there is none that can be used.
  private static let library = PythonCatalog.search(environment: ProcessInfo.processInfo.environment).pythons.last {
    guard case .library = $0.kind else { return false }
    return true
  }?.path

  /// No library is found, and no program either.
  private static let nothing = ["SCENARIOS_PYTHONS": "", "PATH": "/nonexistent"]

  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

  @Test func `without any CPython crosscheck and differential end with status 2 and say what to install`() throws {
    for arguments in [["crosscheck", "A1"], ["differential"]] {
      let command = try Command(arguments, environment: Self.nothing)
      #expect(command.status == 2 && command.output.isEmpty)
      #expect(lines(command.errors).count == 1 && command.errors.contains("libpython3-dev"), "\(command.errors)")
    }
  }

  @Test func `libraries that only lie about do not take the place of the advice`() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("home-\(UUID().uuidString)").path
    let folder = "\(home)/versions/3.99/lib"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    let path = "\(folder)/libpython3.99.so.1.0"
    try Data("no library".utf8).write(to: URL(filePath: path))
    let search = ["PYENV_ROOT": home, "PATH": "/nonexistent"]
    let command = try Command("crosscheck", "E1", environment: search)
    // The system's own CPython may be there; where it is not, the sentence must help.
    #expect(command.status == 0 || command.errors.contains("libpython3-dev"))
    #expect(try Command("doctor", environment: search).output.contains("Not used: \(path) is no libpython"))
  }

  @Test func `without any CPython doctor says what to install and claims are checked on this package`() throws {
    let doctor = try Command("doctor", environment: Self.nothing)
    #expect(doctor.status == 0 && doctor.output.contains("libpython3-dev"))
    let claims = try Command("claims", environment: Self.nothing)
    #expect(claims.status == 0 && claims.output.contains("34 claims on 1 implementation, 34 checked everywhere"))
  }

  @Test(.enabled(if: library != nil)) func `a CPython that cannot be used is one sentence, and the others go on`() throws {
    let library = try #require(Self.library)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pythons-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bytes = try #require(FileManager.default.contents(atPath: library))
    let damaged = "\(folder)/libpython3.99.so.1.0"
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: damaged))
    let small = "\(folder)/libpython3.98.so.1.0"
    var narrow = bytes
    narrow[narrow.startIndex + 4] = 1
    try narrow.write(to: URL(filePath: small))
    let paths = [damaged, small, "/bin/true", "/nonexistent", library].joined(separator: ":")
    let doctor = try Command("doctor", environment: ["SCENARIOS_PYTHONS": paths])
    #expect(doctor.status == 0)
    let refusals = lines(doctor.output).filter { $0.hasPrefix("Not used: ") }
    #expect(refusals.count == 4, "\(doctor.output)")
    #expect(refusals.contains { $0.contains(small) && $0.contains("32-bit") })
    let check = try Command("crosscheck", "E1", "--on", "fork", environment: ["SCENARIOS_PYTHONS": paths])
    #expect(check.status == 0 && check.output.contains("1 runs in "), "\(check.output)\(check.errors)")
  }

  @Test(.enabled(if: library != nil)) func `a caller's PYTHONUNBUFFERED changes no verdict`() throws {
    let library = try #require(Self.library)
    let check = try Command(
      "crosscheck", "E2", "D1", "--repeat", "2",
      environment: ["SCENARIOS_PYTHONS": library, "PYTHONUNBUFFERED": "1"])
    #expect(check.status == 0 && check.output.contains(": 12 conform, 0 ORACLE-DISAGREES, 0 failed."), "\(check.output)")
  }

  @Test(.enabled(if: library != nil)) func `a differential run tells its programs and the known differences`() throws {
    let environment = ["SCENARIOS_PYTHONS": try #require(Self.library)]
    let run = try Command("differential", "--count", "20", "--seed", "7", environment: environment)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("imap-goes-on, met in ") && run.output.contains("20 programs of "))
    let json = try Command("differential", "--count", "2", "--seed", "7", "--json", environment: environment)
    #expect(json.status == 0 && json.output.contains("\"disagreements\" : ["))
  }
}
