import CMultiprocessing
import FoundationEssentials
import Glibc
import Testing

@testable import ScenarioKit

@Suite(.serialized, .timeLimit(.minutes(10))) struct ClaimTests {
  @Test func `every claim of the documents is listed once and has a check`() {
    let expected = [("P", 13), ("T", 3), ("S", 7), ("H", 3), ("M", 8)].flatMap { letter, count in
      (1...count).map { "\(letter)\($0)" }
    }
    #expect(Claim.all.map(\.id) == expected)
    let script = String(decoding: PackageResources.claims_py, as: UTF8.self)
    for claim in Claim.all {
      #expect(script.contains("\ndef \(claim.id)():"), "\(claim.id) has no check")
      #expect(!claim.text.isEmpty && claim.examples.allSatisfy { id in TestTwins.all.contains { $0.id == id } })
    }
  }

  @Test(.needsPython) func `the oldest and the newest Python answer every claim`() throws {
    let pythons = TestPythons.catalog.pythons
    let chosen = Set([pythons[0], pythons[pythons.count - 1]]).sorted { $0.version < $1.version }
    var check = ClaimCheck(pythons: chosen)
    check.includesOwn = false
    let table = check.run(
      with: try OracleRunner(environment: ProcessInfo.processInfo.environment))
    #expect(table.isComplete, "\(table.text)")
    func outcomes(_ id: String) -> Set<ClaimFinding.Outcome> {
      Set(table.rows.first { $0.claim.id == id }?.findings.map(\.outcome) ?? [])
    }
    // What CPython itself does otherwise on every version.
    for id in ["P8", "P13", "S4"] { #expect(outcomes(id) == [.refuted], "\(id)") }
    for id in ["P4", "P7", "P9", "P12", "H1", "M5", "M7"] { #expect(outcomes(id) == [.holds], "\(id)") }
    #expect(outcomes("M8").isDisjoint(with: [.failed, .holds]))
  }

  @Test func `this package answers every claim`() throws {
    let table = ClaimCheck(pythons: []).run(
      with: try OracleRunner(environment: ProcessInfo.processInfo.environment))
    #expect(table.columns == ["this package"] && table.isComplete, "\(table.text)")
    let refuted = table.rows.filter { $0.findings[0].outcome == .refuted }.map(\.claim.id)
    // As the documents' own CPython: workers are there at once, a block terminates. And what is new since: threads are
    // named with their function, the default is forkserver. Which method starts fastest is measured.
    // A pool has as many workers as there are processors for this process; the documents speak of all of them.
    let isRestricted = Int(mp_usable_processors()) != sysconf(Int32(_SC_NPROCESSORS_ONLN))
    #expect(refuted.filter { $0 != "M8" } == ["P13", "T2", "S4"] + (isRestricted ? ["H2"] : []) + ["M2"])
    #expect(table.rows.filter { $0.findings[0].outcome == .absent }.map(\.claim.id) == ["S7"])
  }

  @Test(.needsPython) func `a check that goes wrong is a finding with a sentence`() throws {
    var check = ClaimCheck(pythons: [try TestPythons.newest])
    check.claims = [Claim.all[0]]
    check.includesOwn = false
    check.timeLimit = .milliseconds(1)
    let table = check.run(with: try OracleRunner(environment: ProcessInfo.processInfo.environment))
    #expect(!table.isComplete)
    #expect(table.rows[0].findings == [ClaimFinding(.failed, "The program did not end within its time limit.")])
    #expect(table.summary.contains("Without an answer: P1"))
  }

  @Test func `implementations that do the same share a line`() {
    let holds = ClaimFinding(.holds, "seen")
    var table = ClaimTable(
      columns: ["CPython 3.6.15", "CPython 3.7.16"], rows: [.init(claim: Claim.all[0], findings: [holds, holds])])
    #expect(table.text.hasSuffix("holds on all 2: seen"))
    table.insert("swift") { _ in ClaimFinding(.refuted, "not so") }
    #expect(table.text.hasSuffix("refuted on swift: not so\n    holds on CPython 3.6.15, 3.7.16: seen"))
  }
}
