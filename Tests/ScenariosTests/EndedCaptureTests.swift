import FoundationEssentials
import Glibc
import Golden
import ScenarioKit
import Testing

/// What is left of captured programs when the process that captures them is ended.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EndedCaptureTests {
  @Test(arguments: [SIGKILL, SIGTERM, SIGHUP])
  func `captured programs end with the process that captures them`(_ number: Int32) throws {
    let mark = UUID().uuidString
    let pair = Program(
      path: Command.path, arguments: ["run", "A1", "--json", "--on", "spawn", "--time-scale", "1000"],
      environment: ["HIDDEN_MARK": mark, "PATH": "/usr/bin:/bin"])
    let script = """
      "$@" >/dev/null & echo $!; wait $!; echo $?
      """
    let shell = Program(
      path: "/bin/sh", arguments: ["-c", script, "sh", pair.path] + pair.arguments, environment: pair.environment)
    var isEnded = false
    let run = try Capture(shell, timeLimit: .seconds(60)).run { line in
      // The second line is the status that the shell saw.
      guard !isEnded, let command = Int32(line.text) else { return }
      isEnded = true
      // The shell, the command, the captured program and its two workers; the guard has the mark as well.
      #expect(Self.wait { Self.marked(mark).count >= 5 }, "the program was not started")
      kill(command, number)
    }
    #expect(run.transcript.lines.last?.text == "\(128 + number)")
    #expect(Self.wait { Self.marked(mark).isEmpty }, "something still lives")
  }

  /// The living processes whose environment has the mark; the shell is one of them.
  private static func marked(_ mark: String) -> [Int32] {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).filter { process in
      let bytes = manager.contents(atPath: "/proc/\(process)/environ") ?? Data()
      return String(decoding: bytes, as: UTF8.self).contains(mark)
    }
  }

  /// Whether something becomes true within twenty seconds.
  private static func wait(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if condition() { return true }
      usleep(10_000)
    }
    return false
  }
}
