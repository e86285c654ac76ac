import CMultiprocessing
import Glibc
import Golden
import Synchronization
import Testing

@testable import ScenarioKit

/// Runs a shell script with a path to look programs up and nothing else in its environment.
private func capture(
  _ script: String, limit: Duration = .seconds(20), grace: Duration = .seconds(1), politeness: Duration = .milliseconds(500),
  outputLimit: Int = 64 << 20, onLine: (Transcript.Line) -> Void = { _ in }
) throws -> CapturedRun {
  let program = Program(path: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
  var capture = Capture(program, timeLimit: limit)
  capture.grace = grace
  capture.politeness = politeness
  capture.outputLimit = outputLimit
  let run = try capture.run(onLine: onLine)
  #expect(ProcessGroup(id: run.mainProcess).members().isEmpty, "a process of the run is still alive")
  return run
}

/// Runs a script that prints something and then goes on for ever.
private func captureHanging(_ script: String, politeness: Duration = .milliseconds(500)) throws -> CapturedRun {
  try withGrowingLimit(from: .milliseconds(500)) { limit in
    try capture(script, limit: limit, politeness: politeness)
  } isEnough: {
    !$0.transcript.lines.isEmpty
  }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct CaptureTests {
  @Test func `lines carry their text, their writer and rising arrival times`() throws {
    let run = try capture("echo one; echo two >&2; echo three")
    #expect(run.transcript.lines.map(\.text) == ["one", "three"])
    #expect(run.transcript.lines.allSatisfy { $0.writer == run.mainProcess && $0.isTerminated })
    #expect(run.transcript.ending == .exited(0))
    #expect(String(decoding: run.standardError, as: UTF8.self) == "two\n")
    let arrivals = run.transcript.lines.compactMap(\.arrival)
    #expect(arrivals.count == 2 && arrivals[0] <= arrivals[1] && arrivals[1] <= run.duration)
  }

  @Test func `two writers at the same moment never mix inside a line`() throws {
    // Each line is written in three pieces, so that a plain pipe would tear many of them.
    let writer = "i=0; while [ $i -lt 500 ]; do printf %s $1; printf %s $1; printf '%s\\n' $1; i=$((i+1)); done"
    let run = try capture("w() { \(writer); }; w a & w b & wait")
    let lines = run.transcript.lines
    #expect(lines.count == 1000)
    #expect(Set(lines.map(\.text)) == ["aaa", "bbb"])
    for text in ["aaa", "bbb"] {
      #expect(Set(lines.filter { $0.text == text }.map(\.writer)).count == 1)
    }
    #expect(Set(lines.map(\.writer)).count == 2)
  }

  @Test func `a missing final newline is kept as such`() throws {
    let run = try capture("echo first; printf second")
    #expect(run.transcript.lines.map(\.text) == ["first", "second"])
    #expect(run.transcript.lines.map(\.isTerminated) == [true, false])
  }

  @Test func `bytes that are no text arrive unchanged`() throws {
    let run = try capture(#"printf '\000\377\n\n\200'"#)
    #expect(run.transcript.lines.map(\.bytes) == [[0, 255], [], [128]])
  }

  @Test func `an exit status and a fatal signal are told apart`() throws {
    #expect(try capture("exit 7").transcript.ending == .exited(7))
    #expect(try capture("kill -9 $$").transcript.ending == .signaled(SIGKILL))
    let silent = try capture("exit 0")
    #expect(silent.transcript.lines.isEmpty && silent.standardError.isEmpty)
  }

  @Test func `a program that hangs is stopped at the time limit with all its children`() throws {
    let run = try captureHanging("echo started; sleep 600 & sleep 600")
    #expect(run.transcript.ending == .timedOut)
    #expect(run.transcript.lines.map(\.text) == ["started"])
    #expect(run.duration < .seconds(30))
  }

  @Test func `a program that ignores polite signals is stopped, and helpers have time to clean up`() throws {
    // The helper reads until everybody else is gone and then removes the file.
    let script = """
      dir=$(mktemp -d); mkfifo $dir/p; touch $dir/left
      (trap '' TERM; exec 3<$dir/p; cat <&3 >/dev/null; rm -r $dir) &
      exec 4>$dir/p; echo $dir; trap '' HUP; sleep 600
      """
    let run = try captureHanging(script, politeness: .seconds(20))
    #expect(run.transcript.ending == .timedOut)
    let folder = try #require(run.transcript.lines.first?.text)
    #expect(access(folder, F_OK) != 0, "the helper had no time to remove \(folder)")
    let stubborn = try captureHanging("trap '' TERM; echo here; while :; do sleep 1; done")
    #expect(stubborn.transcript.ending == .timedOut && stubborn.duration < .seconds(30))
  }

  @Test func `a child that ignores the end of the program is counted and killed`() throws {
    let run = try capture("sleep 600 & echo $!", grace: .milliseconds(200))
    #expect(run.transcript.ending == .exited(0))
    #expect(run.leftBehind.map { "\($0)" } == run.transcript.lines.map(\.text))
  }

  @Test func `a child that ends soon after the program is not left behind, and its line is late`() throws {
    // The child waits for its parent to go: reading ends when the only writer of the pipe has exited.
    let script = """
      dir=$(mktemp -d); mkfifo $dir/p
      (exec 3<$dir/p; cat <&3 >/dev/null; rm -r $dir; echo late) &
      exec 4>$dir/p; echo main
      """
    let run = try capture(script, grace: .seconds(20))
    #expect(run.leftBehind.isEmpty)
    // The kernel closes a dying program's files a moment before it reports the exit: "late" may just be in time.
    #expect((run.transcript.lines + run.lateLines).map(\.text) == ["main", "late"])
    #expect(run.transcript.lines.first?.writer == run.mainProcess)
    #expect(Set((run.transcript.lines + run.lateLines).map(\.writer)).count == 2)
  }

  @Test func `ten megabytes arrive whole`() throws {
    let run = try capture("yes 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde | head -c 10485760")
    #expect(run.transcript.lines.count == 163_840)
    #expect(run.transcript.lines.allSatisfy { $0.bytes.count == 63 && $0.isTerminated })
  }

  @Test func `endless output is stopped at the limit`() throws {
    let run = try capture("yes", outputLimit: 1 << 20)
    #expect(run.exceededOutputLimit)
    #expect(run.duration < .seconds(15))
    let errors = try capture("yes >&2", outputLimit: 1 << 20)
    #expect(errors.exceededOutputLimit && errors.transcript.lines.isEmpty)
  }

  @Test func `a program that closes its standard output goes on to its own end`() throws {
    let run = try capture("echo before; exec >&-; sleep 0.1; echo fine >&2; exit 3")
    #expect(run.transcript.lines.map(\.text) == ["before"])
    #expect(String(decoding: run.standardError, as: UTF8.self).contains("fine"))
    #expect(run.transcript.ending == .exited(3))
  }

  @Test func `opening standard output by path is reported as such`() throws {
    let run = try capture("echo hello >/dev/stdout")
    #expect(run.reopenedStandardOutput)
    #expect(try !capture("echo hello").reopenedStandardOutput)
  }

  @Test func `each line is reported while the program runs`() throws {
    // The program goes on only once its first line has been reported.
    let answer = "/tmp/answer-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(answer) }
    var seen: [String] = []
    let run = try capture("echo now; while [ ! -e \(answer) ]; do sleep 0.02; done; echo then") { line in
      if seen.isEmpty { close(creat(answer, 0o600)) }
      seen.append(line.text)
    }
    #expect(seen == ["now", "then"] && run.transcript.ending == .exited(0))
  }

  @Test func `a program that cannot be started is an error with one sentence`() throws {
    for path in ["/no/such/program", "/etc/passwd", "/tmp"] {
      let error = #expect(throws: CaptureError.self) { try Capture(Program(path: path), timeLimit: .seconds(5)).run() }
      #expect(error?.code == .cannotStart)
      #expect(error?.description.contains(path) == true)
    }
    let nul = Program(path: "/bin/true", arguments: ["a\0b"])
    #expect(throws: CaptureError.self) { try Capture(nul, timeLimit: .seconds(5)).run() }
    var lost = Program(path: "/bin/true")
    lost.directory = "/no/such/folder"
    #expect(throws: CaptureError.self) { try Capture(lost, timeLimit: .seconds(5)).run() }
  }

  @Test func `the environment and the working directory are those of the program`() throws {
    var program = Program(path: "/bin/sh", arguments: ["-c", "pwd; /usr/bin/env"], environment: ["GREETING": "a=b"])
    program.directory = "/usr"
    let run = try Capture(program, timeLimit: .seconds(20)).run()
    let lines = run.transcript.lines.map(\.text)
    #expect(lines.first == "/usr" && lines.contains("GREETING=a=b") && !lines.contains { $0.hasPrefix("HOME=") })
  }

  @Test func `a program inherits three descriptors and none of ours`() throws {
    let ours = open("/dev/null", O_RDONLY)
    defer { close(ours) }
    let run = try capture("ls /proc/$$/fd")
    #expect(run.transcript.lines.map(\.text) == ["0", "1", "2"])
  }

  @Test func `captures on several threads at once do not meet`() async throws {
    let results = Mutex<[Int: [String]]>([:])
    var threads: [pthread_t] = []
    for number in 0..<8 {
      let body = Closure {
        let run = try? capture("for i in 1 2 3 4 5; do echo \(number) & wait; done")
        results.withLock { $0[number] = run?.transcript.lines.map(\.text) }
      }
      threads.append(try #require(startThread(body)))
    }
    threads.forEach { pthread_join($0, nil) }
    let expected = Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, Array(repeating: "\($0)", count: 5)) })
    #expect(results.withLock { $0 } == expected)
  }

  @Test func `no descriptor is left open`() throws {
    func openDescriptors() throws -> Int {
      let run = try capture("ls /proc/\(getpid())/fd | wc -l")
      return try #require(Int(run.transcript.lines[0].text.filter { $0 != " " }))
    }
    // Other suites open descriptors at the same time, so a few may come and go; a leak would add up.
    let before = try openDescriptors()
    for _ in 0..<50 { _ = try capture("true") }
    _ = try? Capture(Program(path: "/no/such/program"), timeLimit: .seconds(5)).run()
    #expect(try openDescriptors() < before + 50)
  }
}

/// What a thread of these tests runs.
private final class Closure: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func startThread(_ closure: Closure) -> pthread_t? {
  var thread = pthread_t()
  let context = Unmanaged.passRetained(closure).toOpaque()
  let result = pthread_create(
    &thread, nil,
    { context in
      if let context { Unmanaged<Closure>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, context)
  return result == 0 ? thread : nil
}
