import FoundationEssentials
import Testing

/// Bad input: one sentence on standard error, status 2, nothing on standard output.
@Suite(.timeLimit(.minutes(3))) struct InputTests {
  @Test(arguments: [
    ["run", "A9"], ["show", "zebra"], ["judge", "Q7"], ["check", "A1", "nonsense"], ["crosscheck", "A9"],
    ["run"], ["show"], ["judge"], ["run", "A1", "A2"],
    ["run", "A2", "--on", "mars"], ["check", "--on", "thread", "fork", "moon"], ["run", "B1", "--on", "fork"],
    ["run", "E3", "--on", "spawn"], ["check", "E3", "--on", "spawn"], ["judge", "A1", "--on", "thread"],
    ["run", "A2", "--profile", "cpython-2.7"], ["run", "A2", "--profile", ""], ["judge", "A2", "--profile", "x"],
    ["run", "D3", "--workers", "0"], ["run", "D3", "--workers", "-1"], ["run", "D3", "--workers", "many"],
    ["run", "D3", "--workers", "99999999999999999999"], ["run", "A1", "--time-scale", "0"],
    ["run", "A1", "--time-scale", "nan"], ["run", "A1", "--time-scale", "inf"], ["check", "--repeat", "0"],
    ["check", "--repeat", "-5"], ["check", "--repeat", "1e9"], ["run", "A1", "--seed", "-1"],
    ["check", "--tap", "--json"], ["check", "--junit", "/nonexistent/report.xml"], ["check", "--junit"],
    ["judge", "A2", "/nonexistent"], ["judge", "A2", "/"], ["judge", "A2", ""],
    ["judge", "A2", "--golden", "/dev/null"],
    ["judge", "A2", "--golden", "/nonexistent"], ["--nonsense"], ["lst"], ["list", "extra"], ["A2"],
    ["crosscheck", "--python", "2.0"], ["crosscheck", "--python", "/nonexistent"],
    ["crosscheck", "A1", "--module", "no such module"],
    ["differential", "--count", "0"], ["differential", "--seed", "18446744073709551615"], ["differential", "--seed", "-1"],
    ["differential", "--python", "2.0"], ["differential", "--python", "/nonexistent"],
  ]) func `bad input ends with one sentence and status 2`(_ arguments: [String]) throws {
    let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
    let command = try Command(shell: "scenarios \(quoted)")
    #expect(command.status == 2, "\(command.output)\(command.errors)")
    #expect(command.output.isEmpty)
    #expect(command.errors.hasPrefix("scenarios: "))
    #expect(command.errors.split(separator: "\n").count == 1, "\(command.errors)")
    #expect(command.errors.hasSuffix(".\n") || command.errors.hasSuffix("?\n"), "\(command.errors)")
  }

  @Test func `an unknown example names its nearest neighbours, an unknown command too`() throws {
    #expect(
      try Command("run", "A9").errors == "scenarios: “A9” is not an example; the nearest are A1, A2 and A3.\n")
    #expect(try Command("lst").errors.contains("the nearest: list"))
  }

  @Test func `arguments and names of files that are not UTF-8 are taken as they are`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("names-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let unknown = try Command(shell: #"scenarios run $'A\xff'"#)
    #expect(unknown.status == 2 && unknown.errors.split(separator: "\n").count == 1)
    let file = try Command(shell: "cd '\(folder)'; echo spawn > $'\\xff'; scenarios judge E1 $'\\xff'")
    #expect(file.status == 0 && file.output == "CONFORMS\n")
    let missing = try Command(shell: #"scenarios judge E1 $'/nowhere/\xff'"#)
    #expect(missing.status == 2 && missing.errors.contains("cannot be read: No such file or directory."))
  }

  @Test func `a reader that has gone is no error, and an output that cannot be written is one`() throws {
    let gone = try Command(shell: "(sleep 0.3; scenarios list; echo $? >&2) | true; wait")
    #expect(gone.errors == "0\n")
    let head = try Command(shell: "scenarios show C1 | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(head.output.hasPrefix("C1: ") && head.output.hasSuffix("\n0\n"))
    let full = try Command(shell: "scenarios list > /dev/full")
    #expect(
      full.status == 2 && full.errors == "scenarios: Standard output cannot be written: No space left on device.\n")
    let closed = try Command(shell: "scenarios list >&-")
    #expect(
      closed.status == 2 && closed.errors == "scenarios: Standard output cannot be written: Bad file descriptor.\n")
  }
}
