import CPython
import FoundationEssentials
import Testing

@testable import ScenarioKit

@Suite(.serialized, .timeLimit(.minutes(10))) struct PythonCatalogTests {
  private var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// The only thing that a search finds when this path is named.
  private func rejection(of path: String) throws -> PythonCatalog.Rejected {
    let catalog = PythonCatalog.search(environment: environment, paths: [path])
    #expect(catalog.pythons.isEmpty)
    let rejected = try #require(catalog.rejected.first)
    #expect(catalog.rejected.count == 1 && rejected.reason.hasPrefix(path) && !rejected.reason.contains("\n"))
    return rejected
  }

  private func withScript(_ text: String, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("python-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test(.needsPython) func `each Python knows its version, its start methods and its default size`() {
    for python in TestPythons.catalog.pythons {
      #expect(python.version >= .oldest)
      #expect(Set(python.startMethods) == ["fork", "spawn", "forkserver"])
      #expect(python.startMethods.contains(python.defaultStartMethod))
      #expect(python.defaultWorkers >= 1)
    }
    let versions = TestPythons.catalog.pythons.map(\.version)
    #expect(versions == versions.sorted() && Set(versions).count == versions.count)
  }

  @Test(.needsPython) func `a named library is the only one that is used`() throws {
    let newest = try TestPythons.newest
    let catalog = PythonCatalog.search(environment: environment, paths: [newest.path])
    #expect(catalog.pythons == [newest] && catalog.rejected.isEmpty)
  }

  @Test func `what is no Python is rejected with one sentence and the others go on`() throws {
    #expect(try rejection(of: "/no/such/python").reason.contains("cannot be opened"))
    #expect(try rejection(of: "/bin/true").reason.contains("answer"))
    #expect(try rejection(of: "/bin/false").reason.contains("exit status 1"))
    try withScript("#!/bin/sh\nkill -SEGV $$\n") { path in
      try #expect(rejection(of: path).reason.contains("signal 11"))
    }
    try withScript(
      "#!/bin/sh\necho '{\"version\":\"2.7.18\",\"prefix\":\"/\",\"methods\":[],\"method\":\"\",\"workers\":0}'\n"
    ) {
      path in
      try #expect(rejection(of: path).reason.contains("older than 3.6"))
    }
    if let good = TestPythons.catalog.pythons.last {
      let catalog = PythonCatalog.search(environment: environment, paths: ["/bin/false", good.path])
      #expect(catalog.pythons.count == 1 && catalog.rejected.count == 1)
    }
  }

  @Test func `with every Python hidden there is none, and no error`() {
    let catalog = PythonCatalog.search(environment: ["SCENARIOS_PYTHONS": "", "PATH": environment["PATH"] ?? ""])
    #expect(catalog.pythons.isEmpty && catalog.rejected.isEmpty)
  }

  @Test(.needsPython) func `the caller's Python variables do not matter`() throws {
    let newest = try TestPythons.newest
    let hostile = environment.merging([
      "PYTHONHOME": "/no/such/home", "PYTHONUNBUFFERED": "1", "PYTHONSTARTUP": "/no/such/file", "PYTHONVERBOSE": "1",
      "PYTHONCASEOK": "1",
    ]) { $1 }
    #expect(PythonCatalog.search(environment: hostile, paths: [newest.path]).pythons == [newest])
  }

  @Test func `the report lists what is used and what is not, or says what to install`() throws {
    let catalog = TestPythons.catalog
    for python in catalog.pythons {
      #expect(catalog.text.contains(python.version.description) && catalog.text.contains(python.path))
    }
    for rejected in catalog.rejected { #expect(catalog.text.contains("Not used: \(rejected.reason)")) }
    let empty = PythonCatalog.search(environment: ["SCENARIOS_PYTHONS": ""])
    #expect(empty.text.contains("libpython3-dev"))
    #expect(OracleJSON.catalog(empty).contains("\"pythons\" : ["))
  }
}
