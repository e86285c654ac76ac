import ScenarioKit

/// The page that has the start methods side by side, as measured in this report.
struct StartingPage {
  struct Method {
    var name: String
    var heading: String
    var explanation: String
    var setting: String
    var isCopied: Bool
    var runsAgain: String
    var parent: String
    var cost: String
    var range: String
    var memory: String
    var shared: String
    var bar: Int
  }

  struct Row {
    var implementation: String
    var method: String
    var setting: String
    var runsAgain: String
    var parent: String
    var cost: String
    var range: String
    var memory: String
    var shared: String
  }

  var frame: Site.Frame
  var methods: [Method]
  var rows: [Row]
  var failures: [String]
  var rounds: Int
}

extension StartingPage {
  private static let explanations = [
    "fork": "The worker begins as a copy of the parent, made at the moment when the pool is made. Pages are shared until one of "
      + "the two writes to them.",
    "spawn": "The worker is the program started anew. It knows nothing of what main did: only what travels to it.",
    "forkserver": "A server is started once, as spawn starts a worker. Each worker is a fork of the server, which knows nothing "
      + "of what main did.",
  ]

  init(_ costs: StartingCosts, frame: Site.Frame) {
    self.frame = frame
    rounds = StartingCosts.rounds
    failures = costs.failures
    let own = costs.rows.filter { $0.implementation == .own }
    let slowest = own.map(\.finding.medianMilliseconds).max() ?? 1
    methods = own.map { row in
      let finding = row.finding
      return Method(
        name: row.method, heading: row.method, explanation: Self.explanations[row.method] ?? "", setting: finding.setting,
        isCopied: finding.setting == "changed by main", runsAgain: Self.again(finding), parent: Self.parent(finding),
        cost: Numbers.milliseconds(finding.medianMilliseconds), range: Self.range(finding), memory: Self.size(finding.privateKiB),
        shared: Self.size(finding.sharedKiB), bar: Int((finding.medianMilliseconds / slowest * 100).rounded()))
    }
    rows = costs.rows.map { row in
      Row(
        implementation: row.implementation.title, method: row.method, setting: row.finding.setting,
        runsAgain: Self.again(row.finding), parent: Self.parent(row.finding),
        cost: Numbers.milliseconds(row.finding.medianMilliseconds), range: Self.range(row.finding),
        memory: Self.size(row.finding.privateKiB), shared: Self.size(row.finding.sharedKiB))
    }
  }

  private static func again(_ finding: StartingProgram.Finding) -> String {
    finding.runsAgain ? "initialised again" : "kept from the parent"
  }
  private static func parent(_ finding: StartingProgram.Finding) -> String {
    finding.parentIsMain ? "the main process" : "a helper process"
  }
  private static func range(_ finding: StartingProgram.Finding) -> String {
    let (least, most) = finding.range
    return "\(Numbers.decimal(least))–\(Numbers.decimal(most))\u{a0}ms"
  }
  private static func size(_ kibibytes: Int) -> String {
    kibibytes < 1024 ? "\(kibibytes)\u{a0}KiB" : "\(Numbers.decimal(Double(kibibytes) / 1024))\u{a0}MiB"
  }
}
