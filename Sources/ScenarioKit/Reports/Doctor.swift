import CPython
import Glibc
import Multiprocessing
import PoolCore

/// What is on this machine that matters to examples and checks.
package struct Doctor: Sendable {
  private let catalog: PythonCatalog
  private let environment: [String: String]
  private let isTerminal: Bool
  private let style: Style

  /// Looks; takes a tenth of a second for each CPython.
  @available(*, noasync, message: "init blocks until every CPython has been tried")
  package init(environment: [String: String], isTerminal: Bool, style: Style = Style(isColoured: false)) {
    self.environment = environment
    self.isTerminal = isTerminal
    self.style = style
    catalog = PythonCatalog.search(environment: environment)
  }

  private var methods: [String] { StartMethod.supported.map(\.rawValue).sorted() }
  private var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
  private var usable: Int { Profile.cpython(minor: 13).defaultSize }

  package var text: String {
    let lines = [
      line("start methods", Wording.list(methods, "and")),
      line("processors", "\(processors), of which \(usable) usable by this process"),
      line("terminal", terminal),
      line("profiles", Wording.list(Profile.all.map(\.name), "and")),
    ]
    return lines.joined(separator: "\n") + "\n\n" + catalog.text
  }

  private func line(_ title: String, _ text: String) -> String { style.bold(title.padded(to: 15)) + " " + text }

  private static func kind(of python: Python) -> String {
    switch python.kind {
    case .library: "library"
    case .program: "program"
    }
  }

  private var terminal: String {
    guard isTerminal else { return "standard output is none: no colour" }
    if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return "no colour: NO_COLOR is set" }
    return style.isColoured ? "with colour" : "no colour: TERM is \(environment["TERM"] ?? "not set")"
  }

  private struct Document: Encodable {
    struct Version: Encodable {
      var version: String
      var path: String
      var kind: String
      var startMethods: [String]
      var defaultStartMethod: String
    }
    struct Rejected: Encodable {
      var path: String
      var reason: String
    }
    var startMethods: [String]
    var processors: Int
    var usableProcessors: Int
    var terminal: Bool
    var colour: Bool
    var profiles: [String]
    var pythons: [Version]
    var rejectedPythons: [Rejected]
  }

  /// One JSON object.
  package var json: String {
    JSON.text(
      Document(
        startMethods: methods, processors: processors, usableProcessors: usable, terminal: isTerminal,
        colour: style.isColoured, profiles: Profile.all.map(\.name),
        pythons: catalog.pythons.map {
          Document.Version(
            version: "\($0.version)", path: $0.path, kind: Self.kind(of: $0), startMethods: $0.startMethods,
            defaultStartMethod: $0.defaultStartMethod)
        }, rejectedPythons: catalog.rejected.map { Document.Rejected(path: $0.path, reason: $0.reason) }))
  }
}
