import CPython

extension PythonCatalog {
  /// What a doctor says: a line for each CPython that is used, found again or of no use.
  package var text: String {
    var lines: [String] = []
    if pythons.isEmpty {
      lines.append(Self.advice)
    } else {
      var table = Table(["CPython", "as", "start methods, the default first"], leading: 3)
      for python in pythons {
        let methods = [python.defaultStartMethod] + python.startMethods.filter { $0 != python.defaultStartMethod }
        table.append([python.version.description, python.form, methods.joined(separator: " ")])
      }
      lines.append(table.text)
    }
    lines += duplicates.map { "CPython \($0.used.version) again, not used: \($0.path)" }
    lines += rejected.map { "Not used: \($0.reason)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Python {
  /// `library /usr/lib/…` or `program /usr/bin/python3`.
  fileprivate var form: String {
    switch kind {
    case .library(let path): "library \(path)"
    case .program(let path): "program \(path)"
    }
  }
}
