package import Golden

/// What became of one run of a twin.
package struct RunOutcome: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case conforms
    /// The run ended well and the golden calls its output illegal.
    case rejected(Crosscheck.Judgement)
    /// The run itself went wrong, with one sentence: it raised, hung, died or left processes behind.
    case failed(String)
  }

  /// The number of the repeat, from 1.
  package var number: Int
  package var kind: Kind
  package var transcript: Transcript
  /// The id that the main process had; nil where nothing was started.
  package var main: Int32?

  init(number: Int, failure: String) {
    self.number = number
    kind = .failed(failure)
    transcript = Transcript(lines: [])
  }

  init(number: Int, run: CapturedRun, judgement: Crosscheck.Judgement) {
    self.number = number
    transcript = run.transcript
    main = run.mainProcess
    let complaint = Self.complaint(of: run)
    switch run.transcript.ending {
    case .timedOut:
      kind = .failed("The program did not end within its time limit\(complaint).")
    case .signaled(let signal):
      kind = .failed("The program was ended by signal \(signal)\(complaint).")
    case .exited(let status) where status != 0:
      kind = .failed("The program ended with exit status \(status)\(complaint).")
    case .exited, .unknown:
      if run.exceededOutputLimit {
        kind = .failed("The program printed without end.")
      } else if !run.leftBehind.isEmpty {
        kind = .failed("The program left \(run.leftBehind.count) processes behind.")
      } else {
        kind = judgement.conforms ? .conforms : .rejected(judgement)
      }
    }
  }

  /// The last line of standard error that is no traceback's indented part, for a sentence.
  private static func complaint(of run: CapturedRun) -> String {
    let lines = String(decoding: run.standardError, as: UTF8.self).split(separator: "\n")
    return lines.last { !$0.hasPrefix(" ") }.map { ": \($0)" } ?? ""
  }
}
