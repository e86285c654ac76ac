import CPython
package import Golden

extension Crosscheck.Judge {
  /// Judges by goldens, each under the profile of the CPython that ran.
  package init(goldens: [String: Golden]) {
    @Sendable func golden(_ cell: Crosscheck.Cell) throws -> Golden {
      guard let golden = goldens[cell.twin.id] else {
        throw PythonError(.unreadable, "There is no golden for \(cell.twin.id).")
      }
      return golden
    }
    self.init { cell, transcript in
      let verdict = try golden(cell).judge(transcript, parameters: cell.parameters)
      return Crosscheck.Judgement(
        conforms: verdict.conforms, code: verdict.code.rawValue,
        explanation: verdict.conforms ? "" : verdict.explanation())
    } legalOutputs: { cell in
      // C1 draws its values: an output is never seen twice.
      cell.twin.id == "C1" ? nil : try golden(cell).count(parameters: cell.parameters)
    }
  }
}

extension Crosscheck.Cell {
  /// What the golden must know of this cell.
  package var parameters: Parameters {
    var parameters = Parameters()
    parameters.method = Parameters.Method(rawValue: place)
    parameters.defaultMethod =
      Parameters.Method(rawValue: settings.startMethod ?? python.defaultStartMethod) ?? parameters.defaultMethod
    parameters.workers = settings.workers
    parameters.functions = python.namesThreadFunctions
    parameters.profile = "cpython-\(python.version.series)"
    parameters.timeScale = settings.timeScale
    return parameters
  }
}
