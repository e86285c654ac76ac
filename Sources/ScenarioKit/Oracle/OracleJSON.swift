import CPython
import FoundationEssentials
import Golden

/// The results of the oracle for programs: the same facts as their texts, as JSON with sorted keys.
package enum OracleJSON {
  package static func catalog(_ catalog: PythonCatalog) -> String {
    struct Entry: Encodable {
      var version: String
      var path: String
      var embedded: Bool
      var startMethods: [String]
      var defaultStartMethod: String
      var workers: Int
    }
    struct Refusal: Encodable {
      var path: String
      var reason: String
    }
    struct Document: Encodable {
      var pythons: [Entry]
      var duplicates: [String]
      var rejected: [Refusal]
    }
    return JSON.text(
      Document(
        pythons: catalog.pythons.map { python in
          var isEmbedded = false
          if case .library = python.kind { isEmbedded = true }
          return Entry(
            version: python.version.description, path: python.path, embedded: isEmbedded,
            startMethods: python.startMethods, defaultStartMethod: python.defaultStartMethod,
            workers: python.defaultWorkers)
        }, duplicates: catalog.duplicates.map(\.path),
        rejected: catalog.rejected.map { Refusal(path: $0.path, reason: $0.reason) }))
  }

  package static func crosscheck(_ result: CrosscheckResult) -> String {
    struct Problem: Encodable {
      var run: Int
      var code: String
      var explanation: String
      var lines: [String]
    }
    struct Row: Encodable {
      var example: String
      var place: String
      var version: String
      var runs: Int
      var conforming: Int
      var outputsSeen: Int
      var outputsLegal: Int?
      var problems: [Problem]
    }
    struct Document: Encodable {
      var module: String
      var conforms: Bool
      var runs: Int
      var seconds: Double
      var rows: [Row]
    }
    func problem(_ outcome: RunOutcome) -> Problem? {
      let lines = outcome.transcript.lines.map(\.text)
      switch outcome.kind {
      case .conforms: return nil
      case .rejected(let judgement):
        return Problem(
          run: outcome.number, code: "\(result.nameOfRejection) \(judgement.code)", explanation: judgement.explanation,
          lines: lines)
      case .failed(let sentence):
        return Problem(run: outcome.number, code: "FAILED", explanation: sentence, lines: lines)
      }
    }
    return JSON.text(
      Document(
        module: result.module, conforms: result.conforms, runs: result.runs, seconds: result.duration.inSeconds,
        rows: result.rows.map { row in
          Row(
            example: row.cell.twin.id, place: row.cell.place, version: row.cell.python.version.description,
            runs: row.runs, conforming: row.conforming, outputsSeen: row.outputs.count, outputsLegal: row.legalOutputs,
            problems: (row.rejected + row.failed).compactMap(problem))
        }))
  }

  package static func claims(_ table: ClaimTable) -> String {
    struct Finding: Encodable {
      var implementation: String
      var outcome: String
      var observation: String
    }
    struct Entry: Encodable {
      var claim: String
      var text: String
      var examples: [String]
      var findings: [Finding]
    }
    return JSON.text(
      table.rows.map { row in
        Entry(
          claim: row.claim.id, text: row.claim.text, examples: row.claim.examples,
          findings: zip(table.columns, row.findings).map {
            Finding(implementation: $0, outcome: $1.outcome.rawValue, observation: $1.observation)
          })
      })
  }
}

extension Duration {
  /// For tables and JSON, where a number is wanted.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
