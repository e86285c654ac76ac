/// The Python program beside an example's Swift program.
package struct Twin: Hashable, Sendable {
  /// The example's id, such as `A2`.
  package var id: String

  /// The name of its file, which is also what a worker imports: `initialize_workers_names.py`.
  package var fileName: String

  package var source: String

  package init(id: String, fileName: String, source: String) {
    self.id = id
    self.fileName = fileName
    self.source = source
  }

  /// The twin of an example, as the build carries it.
  package init(_ scenario: Scenario) throws(ScenarioError) {
    let file = try scenario.twin
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    self.init(id: scenario.id, fileName: name, source: file.text)
  }

  /// The places where the example makes sense: start methods, or `thread`.
  package var places: [String] {
    switch id.first {
    case "B": ["thread"]
    // In E3 the pool's context is fork, whatever the program's default is.
    case "E" where id == "E3": ["fork"]
    default: ["fork", "spawn", "forkserver"]
    }
  }

  /// The program's default start method when the example runs at a place; nil leaves CPython's own.
  package func defaultStartMethod(at place: String) -> String? {
    switch place {
    case "thread": nil
    case "fork" where id == "E3": "spawn"
    default: place
    }
  }

  /// The program with another package of the same interface in its import lines.
  func source(importing module: String) -> String {
    guard module != "multiprocessing" else { return source }
    return source.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("from multiprocessing") || line.hasPrefix("import multiprocessing") else { return line[...] }
      let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      let name = parts[1].replacingPrefix("multiprocessing", with: module)
      let rest = parts.dropFirst(2).map { " " + $0 }.joined()
      return "\(parts[0]) \(name)\(rest)"[...]
    }.joined(separator: "\n")
  }
}

extension Substring {
  fileprivate func replacingPrefix(_ prefix: String, with replacement: String) -> String {
    hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : String(self)
  }
}
