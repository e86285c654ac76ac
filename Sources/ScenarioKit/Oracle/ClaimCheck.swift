import CPython
import FoundationEssentials
import Golden
import Synchronization

/// Checks claims on CPythons and on this package, each check a run of its own.
package struct ClaimCheck: Sendable {
  package var claims: [Claim] = Claim.all
  package var pythons: [Python]

  /// Whether this package's own pools are checked as well, in the first column.
  package var includesOwn = true

  package var width = 3
  package var timeLimit: Duration = .seconds(60)

  package init(pythons: [Python]) { self.pythons = pythons }

  /// Does all the checks and waits for them; `progress` is called after each, from one thread at a time.
  @available(*, noasync, message: "run blocks until all checks have ended")
  package func run(
    with runner: OracleRunner, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) -> ClaimTable {
    let columns: [Python?] = (includesOwn ? [nil] : []) + pythons.map { $0 }
    let total = claims.count * columns.count
    let findings = Mutex<[Int: ClaimFinding]>([:])
    ParallelRuns.forEach(total, width: width) { index in
      let claim = claims[index / columns.count]
      let python = columns[index % columns.count]
      let finding = python.map { self.finding(claim, $0, runner) } ?? self.ownFinding(claim)
      findings.withLock { state in
        state[index] = finding
        progress(state.count, total)
      }
    }
    let all = findings.withLock { $0 }
    return ClaimTable(
      columns: columns.map { $0.map { "CPython \($0.version)" } ?? "this package" },
      rows: claims.enumerated().map { row, claim in
        let findings = columns.indices.map { column in
          all[row * columns.count + column] ?? ClaimFinding(.failed, "The check did not run.")
        }
        return ClaimTable.Row(claim: claim, findings: findings)
      })
  }

  private func finding(_ claim: Claim, _ python: Python, _ runner: OracleRunner) -> ClaimFinding {
    let script = Twin(
      id: claim.id, fileName: "claims.py", source: String(decoding: PackageResources.claims_py, as: UTF8.self))
    do {
      let run = try runner.run(
        script, on: python, arguments: [claim.id], settings: OracleSettings(), timeLimit: timeLimit)
      return finding(in: run)
    } catch {
      return ClaimFinding(.failed, "\(error)")
    }
  }

  private func ownFinding(_ claim: Claim) -> ClaimFinding {
    do {
      return finding(in: try Capture(Service.claim(claim.id).program(), timeLimit: timeLimit).run())
    } catch {
      return ClaimFinding(.failed, "\(error)")
    }
  }

  /// The finding that a check printed as its last line.
  private func finding(in run: CapturedRun) -> ClaimFinding {
    if run.transcript.ending == .exited(0), let line = run.transcript.lines.last,
      let finding = try? JSONDecoder().decode(ClaimFinding.self, from: Data(line.bytes))
    {
      return finding
    }
    // Nothing conforms or not here: only the sentence on the run is of use.
    let judgement = Crosscheck.Judgement(conforms: true, code: "", explanation: "")
    guard case .failed(let sentence) = RunOutcome(number: 1, run: run, judgement: judgement).kind else {
      return ClaimFinding(.failed, "The check gave no answer.")
    }
    return ClaimFinding(.failed, sentence)
  }
}
