import CPython
import FoundationEssentials
import Golden
import Synchronization

/// Checks claims on CPythons, each check a run of its own.
package struct ClaimCheck: Sendable {
  package var claims: [Claim] = Claim.all
  package var pythons: [Python]
  package var width = 3
  package var timeLimit: Duration = .seconds(60)

  package init(pythons: [Python]) { self.pythons = pythons }

  private struct Answer: Decodable {
    var outcome: ClaimFinding.Outcome
    var observation: String
  }

  /// Does all the checks and waits for them; `progress` is called after each, from one thread at a time.
  @available(*, noasync, message: "run blocks until all checks have ended")
  package func run(
    with runner: OracleRunner, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) -> ClaimTable {
    let total = claims.count * pythons.count
    let findings = Mutex<[Int: ClaimFinding]>([:])
    ParallelRuns.forEach(total, width: width) { index in
      let finding = self.finding(claims[index / pythons.count], pythons[index % pythons.count], runner)
      findings.withLock { state in
        state[index] = finding
        progress(state.count, total)
      }
    }
    let all = findings.withLock { $0 }
    return ClaimTable(
      columns: pythons.map { "CPython \($0.version)" },
      rows: claims.enumerated().map { row, claim in
        let findings = pythons.indices.map { column in
          all[row * pythons.count + column] ?? ClaimFinding(.failed, "The check did not run.")
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
      if run.transcript.ending == .exited(0), let line = run.transcript.lines.last,
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(line.bytes))
      {
        return ClaimFinding(answer.outcome, answer.observation)
      }
      // Nothing conforms or not here: only the sentence on the run is of use.
      let judgement = Crosscheck.Judgement(conforms: true, code: "", explanation: "")
      guard case .failed(let sentence) = RunOutcome(number: 1, run: run, judgement: judgement).kind else {
        return ClaimFinding(.failed, "The check gave no answer.")
      }
      return ClaimFinding(.failed, sentence)
    } catch {
      return ClaimFinding(.failed, "\(error)")
    }
  }
}
