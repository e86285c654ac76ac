import CPython
import FoundationEssentials
import Golden

/// The CPythons of this machine: those that can run twins, and why others cannot.
package struct PythonCatalog: Sendable {
  /// A candidate that is of no use, with one sentence that says why.
  package struct Rejected: Error, Hashable {
    package var path: String
    package var reason: String
  }

  /// Usable ones, oldest first, each version once; a library comes before a program.
  package private(set) var pythons: [Python] = []

  package private(set) var rejected: [Rejected] = []

  /// Found a second time at another place: the path, and the one that is used instead.
  package private(set) var duplicates: [(path: String, used: Python)] = []

  /// What to do where nothing was found.
  package static let advice = """
    No CPython was found: install the package libpython3-dev, build one with a shared library \
    (PYTHON_CONFIGURE_OPTS=--enable-shared for pyenv), or name one with --python PATH.
    """

  /// Searches, and tries each candidate in a process of its own; takes about a tenth of a second for each.
  /// - Parameters:
  ///   - environment: where version managers and the search path are looked up.
  ///   - paths: libraries or programs that the user names; then nothing else is used.
  @available(*, noasync, message: "search blocks until every candidate has been tried")
  package static func search(environment: [String: String], paths: [String] = []) -> PythonCatalog {
    var catalog = PythonCatalog()
    let isNamed = !paths.isEmpty || environment[LibrarySearch.variable] != nil
    for path in LibrarySearch(environment: environment, paths: paths).candidates() {
      catalog.tryLibrary(path, environment: environment, isNamed: isNamed)
    }
    if catalog.pythons.isEmpty, !isNamed, let path = find("python3", in: environment["PATH"] ?? "") {
      catalog.tryProgram(path, environment: environment)
    }
    catalog.pythons.sort { ($0.version, $0.path) < ($1.version, $1.path) }
    return catalog
  }

  private mutating func tryLibrary(_ path: String, environment: [String: String], isNamed: Bool) {
    do {
      let library = try PythonLibrary(path: path)
      // The home that the library was built for, and the one that it lies in, for a Python that was moved.
      var failure: Rejected?
      for home in [nil] + (Self.home(of: library).map { [$0] } ?? []) {
        switch Self.identify(.library(path: path), home: home, environment: environment) {
        case .success(let python):
          add(python)
          return
        case .failure(let refusal):
          failure = failure ?? refusal
        }
      }
      if let failure { rejected.append(failure) }
    } catch {
      // A python3 program may be named where a library is expected.
      if isNamed, error.code == .notALibrary, FileManager.default.isExecutableFile(atPath: path) {
        tryProgram(path, environment: environment)
      } else {
        rejected.append(Rejected(path: path, reason: error.description))
      }
    }
  }

  private mutating func tryProgram(_ path: String, environment: [String: String]) {
    switch Self.identify(.program(path: path), home: nil, environment: environment) {
    case .success(let python): add(python)
    case .failure(let refusal): rejected.append(refusal)
    }
  }

  private mutating func add(_ python: Python) {
    if let used = pythons.first(where: { $0.version == python.version }) {
      duplicates.append((python.path, used))
    } else {
      pythons.append(python)
    }
  }

  // MARK: One candidate

  private struct Facts: Decodable {
    var version: String
    var prefix: String
    var methods: [String]
    var method: String
    var workers: Int
  }

  /// Asks a Python about itself.
  ///
  /// Works on every version, also on 2.7, which then is refused by its version.
  private static let question = """
    import json, os, sys
    facts = {'version': '.'.join(map(str, sys.version_info[:3])), 'methods': [], 'method': '', 'workers': 0}
    facts['prefix'] = getattr(sys, 'base_prefix', sys.prefix)
    if sys.version_info >= (3, 6):
        import multiprocessing
        import multiprocessing.pool
        facts['methods'] = multiprocessing.get_all_start_methods()
        facts['method'] = multiprocessing.get_start_method()
        facts['workers'] = getattr(os, 'process_cpu_count', os.cpu_count)() or 1
    result = json.dumps(facts)
    """

  private static func identify(
    _ kind: Python.Kind, home: String?, environment: [String: String]
  ) -> Result<Python, Rejected> {
    let path: String
    let program: Program
    var base = OracleEnvironment.base(from: environment, home: home)
    switch kind {
    case .library(let library):
      guard let executable = Host.executable else {
        return .failure(Rejected(path: library, reason: "\(library) is not tried: /proc is not mounted."))
      }
      path = library
      base.merge(Host.hostEnvironment(library: library, code: question)) { $1 }
      program = Program(path: executable, environment: base)
    case .program(let python):
      path = python
      program = Program(path: python, arguments: ["-c", question + "\nprint(result)"], environment: base)
    }
    let run: CapturedRun
    do {
      run = try Capture(program, timeLimit: .seconds(30)).run()
    } catch {
      return .failure(Rejected(path: path, reason: error.description))
    }
    guard run.transcript.ending == .exited(0), let answer = run.transcript.lines.last,
      let facts = try? JSONDecoder().decode(Facts.self, from: Data(answer.bytes)),
      let version = PythonVersion(facts.version)
    else { return .failure(Rejected(path: path, reason: explain(run, path: path))) }
    if let refusal = PythonLibrary.refusal(of: version, path: path) {
      return .failure(Rejected(path: path, reason: refusal.description))
    }
    return .success(
      Python(
        kind: kind, version: version, home: home, prefix: facts.prefix, startMethods: facts.methods,
        defaultStartMethod: facts.method,
        defaultWorkers: facts.workers))
  }

  /// One sentence on a Python that gave no answer about itself.
  private static func explain(_ run: CapturedRun, path: String) -> String {
    let complaint = String(decoding: run.standardError, as: UTF8.self).split(separator: "\n").map(String.init)
    // Our own entry and host write a full sentence that begins with the path.
    if let sentence = complaint.first(where: { $0.hasPrefix(path) }) { return sentence }
    let reason = complaint.last { !$0.hasPrefix(" ") }.map { ": \($0)" } ?? ""
    return switch run.transcript.ending {
    case .timedOut: "\(path) gave no answer within 30 seconds."
    case .signaled(let signal): "\(path) was ended by signal \(signal) while it started\(reason)."
    case .exited(let status) where status != 0: "\(path) does not start (exit status \(status))\(reason)."
    default: "\(path) gave an answer about itself that cannot be read."
    }
  }

  /// The folder that a library lies in, where it has a standard library beside it.
  private static func home(of library: PythonLibrary) -> String? {
    guard let version = library.namedVersion else { return nil }
    let prefix = URL(filePath: library.path).deletingLastPathComponent().deletingLastPathComponent().path
    let marker = "\(prefix)/lib/python\(version.series)/os.py"
    return FileManager.default.fileExists(atPath: marker) ? prefix : nil
  }

  private static func find(_ program: String, in searchPath: String) -> String? {
    searchPath.split(separator: ":").map { "\($0)/\(program)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}
