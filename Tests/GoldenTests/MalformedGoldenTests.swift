import Testing

@testable import Golden

/// Each malformed golden gets one clear sentence at the right line and column.
@Suite struct MalformedGoldenTests {
  /// A small golden that is right, to be spoiled.
  static let sound = """
    golden 1
    example X two-workers

    lanes
      A, B: processes named {Method}PoolWorker-#

    lines
      init: Init by {lane}
      task: Task {task} by {lane}

    hidden
      take before task
        because "a worker runs one task at a time"

    documented
      A | Init by SpawnPoolWorker-1
      B | Init by SpawnPoolWorker-2
      A | Task 0 by SpawnPoolWorker-1
      B | Task 1 by SpawnPoolWorker-2

    may vary
      order between lanes
        because "they run at the same time"
      which lane runs task
        because "whoever asks first gets it"
      start method
        because "names begin with it"

    must hold
      each lane: 1 init
        because "once, at the start"
      in all: 2 task
        because "two were issued"
      in a lane: init before task
        because "first things first"
      in order: take
        because "first in, first out"

    accepts
      18 outputs

    rejects
      drop a line: COUNT

    """

  /// What to replace, by what, and the error that must follow.
  static let spoiled: [(old: String, new: String, error: String)] = [
    ("golden 1", "olden 1", "1:1: a golden begins with “golden 1”"),
    ("golden 1", "golden 2", "1:8: version 2 of the language is not known here, only 1"),
    ("golden 1", "golden 1 please", "1:10: nothing more is expected on this line, but here is “please”"),
    ("golden 1", "golden one", "1:8: expected the version of the language here: a whole number"),
    ("golden 1", "  golden 1", "1:3: an indented line before the first heading: a golden begins with “golden 1”"),
    ("example X", "exmaple X", "2:1: expected “example ID name” here"),
    ("X two-workers", "X", "2:10: expected the example's name here: a letter, then letters, digits or dashes"),
    ("may vary", "may very", "21:1: “may very” is not a section: did you mean “may vary”?"),
    ("may vary", "perhaps", "21:1: “perhaps” is not a section"),
    ("hidden", "lines", "11:1: a second “lines”: the first is in line 7"),
    ("lanes\n  A, B: processes named {Method}PoolWorker-#", "lanes", "4:1: “lanes” is empty"),
    ("  A, B: proc", "   A, B: proc", "5:4: indented by 3 spaces: entries are indented by 2, a because by 4"),
    ("  A, B: proc", "\tA, B: proc", "5:1: a tab stands here: indent and separate with spaces"),
    ("18 outputs", "18 outputs\r", "40:13: the line ends in a carriage return: end lines with a line feed alone"),
    ("18 outputs", "18 out\u{0}puts", "40:9: a control character (0) stands here"),
    ("A, B: processes", "A, A: processes", "5:6: the lane A stands here twice"),
    ("A, B: processes", "A, B: machines", "5:9: expected “process”, “processes”, “thread” or “threads” here"),
    (
      "A, B: processes", "A...B: processes",
      "5:3: a range of lanes counts up from one number to another, as in W1...W8"
    ),
    (
      "{Method}PoolWorker-#", "Worker",
      "5:25: a lane's name is a word with # for its number, such as {Method}PoolWorker-# or Thread-# (worker)"
    ),
    (
      "init: Init by {lane}", "init: Init by {line}",
      "8:17: “{line}” is not a hole: {lane}, {task}, {value}, {method}, {default}, {fork} or {name …}"
    ),
    ("init: Init by {lane}", "init: Init by {lane", "8:17: the hole is not closed: “}” is missing"),
    ("init: Init by {lane}", "init: Init by {lane}}", "8:23: “}” closes no hole: write “}}” for the character"),
    (
      "init: Init by {lane}", "init: Init by {lane} {lane}",
      "8:24: a second {lane} in one line: one is enough, for both would be the same"
    ),
    (
      "init: Init by {lane}", "init: Init by {lane}s",
      "8:9: behind a hole stands “s”, which could be a part of what the hole holds"
    ),
    ("init: Init by {lane}", "init:", "8:8: the line init has no shape"),
    ("task: Task {task}", "init: Task {task}", "9:3: the line init is declared in line 8 already"),
    (
      "take before task", "take behind task",
      "12:3: “take behind task” is not a hidden event; the list is: NAME before KIND, NAME before KIND by LANES, "
        + "in chunks of N, NAME after KIND: N in all"
    ),
    ("take before task", "take before job", "12:3: no line is called “job”"),
    ("A | Init by", "C | Init by", "16:3: no lane is called “C”"),
    ("A | Init by", "| Init by", "16:3: the margin is empty: name the lane that prints this line"),
    ("A | Init by", "A |Init by", "16:5: expected a space behind “|”"),
    ("A | Init by", "A : Init by", "16:5: expected “| ” and the documented line here"),
    (
      "A | Init by Sp", "A | Unit by Sp",
      "16:7: the documented line has none of the declared shapes, or another lane's name than that of A"
    ),
    (
      "A | Init by SpawnPoolWorker-1", "A | Init by SpawnPoolWorker-2",
      "16:7: the documented line has none of the declared shapes, or another lane's name than that of A"
    ),
    ("A, B: processes", "A, B, C: processes", "5:3: the lane C is never bound: no documented line stands under it"),
    ("  A | Init by SpawnPoolWorker-1\n", "", "29:3: 1 init a lane, but the documented output has a lane with 0"),
    ("A | Task 0", "A | Task 2", "9:3: the numbers of the documented task lines are not 0 to 1, each once"),
    ("order between lanes", "order of init", "12:3: a take needs “order between lanes”"),
    (
      "which lane runs task", "wich lane runs task",
      "24:3: “wich lane runs task” is not a way to vary: did you mean “which lane runs KIND”?"
    ),
    ("which lane runs task", "order between lanes", "24:3: the same rule stands in line 22 already"),
    (
      "start method\n    because", "functions in thread names\n    because",
      "5:3: the lanes' names vary with the start method, and “may vary” does not say so"
    ),
    (
      "    because \"names begin with it\"\n", "",
      "26:3: this rule has no because: say why in the line below, indented by 4"
    ),
    (
      "because \"names begin with it\"", "because names begin with it",
      "27:13: the reason stands between quotation marks, on one line"
    ),
    ("because \"names begin with it\"", "because \"  \"", "27:13: the reason is empty"),
    ("because \"names begin with it\"", "why \"names begin with it\"", "27:5: expected because \"…\" here"),
    (
      "each lane: 1 init", "each lane: 2 init",
      "30:3: 2 init a lane, but the documented output has a lane with 1"
    ),
    ("each lane: 1 init", "each lane: 1 task", "30:3: any lane may run task, so no number a lane is fixed"),
    ("in all: 2 task", "in all: 3 task", "32:3: 3 task in all, but the documented output has 2"),
    ("in all: 2 task", "in all: many task", "32:11: expected how many in all here: a whole number"),
    (
      "in all: 2 task", "all in: 2 task",
      "32:3: “all in: 2 task” is not a rule; the list is: " + RuleReader.requirements.joined(separator: ", ")
    ),
    ("init before task", "task before init", "34:3: the documented output has init before task in a lane"),
    (
      "in order: take", "in order: grab",
      "12:3: take is hidden and constrains nothing: “must hold” has no “in order: take”"
    ),
    ("18 outputs", "17 outputs", "40:3: 17 legal outputs are stated, and the rules allow 18"),
    ("18 outputs", "1,8 outputs", "40:3: expected the number of legal outputs here: a whole number"),
    (
      "18 outputs", "18 outputs when sky=blue",
      "40:3: “sky” is not a parameter: method, default, workers, functions, profile, time-scale, timed, lanes, tasks"
    ),
    (
      "18 outputs", "18 outputs when lanes=no",
      "40:3: lanes is “no”, and must be a number from 1 to 1000000"
    ),
    ("18 outputs", "18 outputs\n  18 outputs", "41:3: the number of outputs for these parameters is stated already"),
    (
      "drop a line: COUNT", "dorp a line: COUNT",
      "43:3: “dorp a line” is not a mutation: did you mean “drop a line”?"
    ),
    (
      "drop a line: COUNT", "drop a line: COUNTS",
      "43:16: “COUNTS” is not the code of a rejection: TORN-LINE, UNKNOWN-LINE, NAME, VALUE, COUNT, BINDING, ORDER, FIFO, TRUNCATED"
    ),
    (
      "A | Task 0 by SpawnPoolWorker-1\n  B | Task 1", "B | Task 1 by SpawnPoolWorker-2\n  A | Task 0",
      "19:7: the documented line has none of the declared shapes, or another lane's name than that of A"
    ),
    (
      "take before task", "take before task by A, B, in chunks of 1",
      "12:3: the lanes that take chunks are hidden ones: these print"
    ),
    ("take before task", "take before init", "12:3: init has no {task}: what is taken in order carries its number"),
    ("named {Method}PoolWorker-#", "", "8:3: init has {lane}, and its lanes have no name"),
    (
      "init: Init by", "init: {value} by",
      "16:7: the documented line has none of the declared shapes, or another lane's name than that of A"
    ),
    ("which lane runs task", "value of task: from 1.0 up to 2.0", "24:3: task has no {value}"),
    ("which lane runs task", "value of task: from 2.0 up to 1.0", "24:33: no value lies from 2.0 up to 1.0"),
    ("which lane runs task", "which lane runs tsk", "24:3: no line is called “tsk”: did you mean “task”?"),
    (
      "which lane runs task", "order of task",
      "24:3: what orders task? “hidden” must say which lanes take it, in chunks"
    ),
    (
      "  B | Init by SpawnPoolWorker-2\n  A | Task 0 by SpawnPoolWorker-1\n  B | Task 1 by SpawnPoolWorker-2",
      "  A | Task 1 by SpawnPoolWorker-1\n  B | Init by SpawnPoolWorker-2\n  B | Task 0 by SpawnPoolWorker-2",
      "17:3: the golden's own rules reject the documented output: FIFO, line 2, task 1 of SpawnPoolWorker-1, is too early: task 0 was not taken yet"
    ),
  ]

  private static func message(_ text: String) -> String {
    do {
      _ = try Golden.parse(Array(text.utf8), file: "x.golden")
      return ""
    } catch { return error.description }
  }

  @Test func `the sound golden is sound`() {
    #expect(Self.message(Self.sound) == "")
  }

  @Test(arguments: spoiled.indices) func `a malformed golden is told where and why`(_ index: Int) throws {
    let (old, new, error) = Self.spoiled[index]
    let range = try #require(Self.sound.firstRange(of: old))
    let text = Self.sound.replacingCharacters(in: range, with: new)
    #expect(Self.message(text) == ("x.golden:" + error))
  }

  @Test func `what is not a text is told where and why`() {
    func message(_ bytes: [UInt8]) -> String {
      do {
        _ = try Golden.parse(bytes, file: "x.golden")
        return ""
      } catch { return error.description }
    }
    #expect(message([]) == "x.golden:1:1: the file is empty")
    #expect(
      message(Array("\n\n# nothing\n".utf8)) == "x.golden:1:1: the file says nothing: it must begin with “golden 1”")
    #expect(message(Array("golden 1\n# é".utf8) + [0xFF, 0x41]) == "x.golden:2:4: the file is not UTF-8 from here on")
    let huge = Array(repeating: UInt8(ascii: "#"), count: 1 << 21)
    #expect(message(huge) == "x.golden:1:1: the file has 2097152 bytes, and a golden may have 1048576")
    #expect(message(Array("golden 1\n".utf8)) == "x.golden:1:9: “example ID name” must follow, and then the sections")
    let bare = "golden 1\nexample X x\n"
    #expect(message(Array(bare.utf8)) == "x.golden:2:1: the section “lanes” is missing: who prints?")
  }
}

extension String {
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    ranges(of: text).first
  }

  fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
