import FoundationEssentials
import Golden
import Glibc
import ScenarioKit
import Testing

/// What a program records when its environment asks for it, held against the trace-event format.
@Suite(.timeLimit(.minutes(3))) struct TraceTests {
  private struct Event: Decodable {
    struct Arguments: Decodable {
      var name: String?
      var text: String?
    }
    var ph: String
    var name: String
    var ts: Double
    var dur: Double?
    var pid: Int32
    var tid: Int32
    var id: String?
    var s: String?
    var bp: String?
    var args: Arguments?
  }

  private static func withFile<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private static func events(_ path: String) throws -> [Event] {
    let data = try #require(FileManager.default.contents(atPath: path))
    return try JSONDecoder().decode([Event].self, from: data)
  }

  /// The rules of the format: the phases and their fields, slices that nest, arrows and jobs that are whole.
  private static func check(_ events: [Event], open: Int = 0) {
    var stacks: [String: [Event]] = [:]
    var unfinished = 0
    for event in events {
      #expect(event.pid > 0 && event.tid > 0 && !event.name.isEmpty)
      #expect(event.ph == "M" || event.ts > 0)
      switch event.ph {
      case "M": #expect(["process_name", "process_sort_index", "thread_name"].contains(event.name))
      case "X": #expect((event.dur ?? -1) >= 0)
      case "i": #expect(event.s == "t")
      case "b", "e", "s", "t": #expect(event.id != nil)
      case "f": #expect(event.id != nil && event.bp == "e")
      case "B": stacks["\(event.pid) \(event.tid)", default: []].append(event)
      case "E":
        let begin = stacks["\(event.pid) \(event.tid)"]?.popLast()
        #expect(begin?.name == event.name && (begin?.ts ?? .infinity) <= event.ts)
      default: Issue.record("an unknown phase \(event.ph)")
      }
    }
    for stack in stacks.values { unfinished += stack.count }
    #expect(unfinished == open)
    // Complete slices of a thread lie inside of one another or apart.
    for (_, slices) in Dictionary(grouping: events.filter { $0.ph == "X" }, by: { "\($0.pid) \($0.tid)" }) {
      var ends: [Double] = []
      for slice in slices.sorted(by: { ($0.ts, -($0.dur ?? 0)) < ($1.ts, -($1.dur ?? 0)) }) {
        while let end = ends.last, end <= slice.ts { ends.removeLast() }
        let end = slice.ts + (slice.dur ?? 0)
        #expect(ends.last.map { end <= $0 + 0.001 } ?? true, "\(slice.name) overlaps another")
        ends.append(end)
      }
    }
    // Whoever does something has a name.
    let names = Set(events.filter { $0.name == "process_name" }.map(\.pid))
    #expect(events.allSatisfy { names.contains($0.pid) })
    let threads = Set(events.filter { $0.name == "thread_name" }.map(\.tid))
    #expect(events.allSatisfy { $0.ph == "M" || threads.contains($0.tid) })
  }

  @Test(arguments: [("A2", "fork"), ("A2", "spawn"), ("A2", "forkserver"), ("B2", "thread")])
  func `a record has every worker, task, wait and line`(_ id: String, _ place: String) throws {
    try Self.withFile { path in
      let command = try Command(
        ["run", id, "--on", place, "--time-scale", "0.02"], environment: ["MULTIPROCESSING_TRACE": path])
      #expect(command.status == 0 && command.errors.isEmpty)
      let events = try Self.events(path)
      Self.check(events)
      func count(_ phase: String, _ name: String) -> Int { events.count { $0.ph == phase && $0.name == name } }
      #expect(count("B", "worker") == 2 && count("X", "initializer InitializeWorker") == 2 && count("X", "join") == 1)
      let begun = events.filter { $0.ph == "B" && $0.name != "worker" }
      #expect(begun.count == 4 && count("X", "wait for a task") == 4)
      for phase in ["b", "e", "s", "t", "f"] { #expect(Set(events.filter { $0.ph == phase }.compactMap(\.id)).count == 4) }
      #expect(Set(events.filter { $0.ph == "s" }.compactMap(\.id)) == Set(events.filter { $0.ph == "f" }.compactMap(\.id)))
      // What it says was printed is what was printed.
      let printed = events.filter { $0.name == "print" }.compactMap(\.args?.text)
      #expect(printed.sorted() == command.output.split(separator: "\n").map(String.init).sorted())
      let processes = Set(events.filter { $0.name == "process_name" }.compactMap(\.args?.name))
      #expect(processes.count == (place == "thread" ? 1 : 3) && processes.contains("MainProcess"))
    }
  }

  @Test func `a program that is killed midway leaves a whole array`() throws {
    try Self.withFile { path in
      let killed = try Command(
        shell: """
          scale=100
          (exec "$SCENARIOS_EXECUTABLE" run A2 --on spawn --time-scale $scale) >/dev/null & main=$!
          for try in $(seq 1000); do
            [ "$(grep -c '"ph":"B","name":"Work"' "$MULTIPROCESSING_TRACE" 2>/dev/null)" = 2 ] && break
            sleep 0.02
          done
          kill -9 $main; wait $main 2>/dev/null
          for try in $(seq 1000); do pgrep -g 0 -f 'spawn --time-scale 10[0]' >/dev/null || break; sleep 0.02; done
          """, environment: ["MULTIPROCESSING_TRACE": path])
      #expect(killed.status == 0)
      // Two workers live, each in a task.
      Self.check(try Self.events(path), open: 4)
    }
  }

  @Test func `run writes a record to a file that is named, with the process's id where it is asked for`() throws {
    try Self.withFile { path in
      let command = try Command("run", "D3a", "--on", "spawn", "--time-scale", "0.02", "--trace", "\(path).%p")
      #expect(command.status == 0 && command.errors.isEmpty)
      let folder = URL(filePath: path).deletingLastPathComponent().path
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { "\(folder)/\($0)".hasPrefix("\(path).") }
      defer { for name in names { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") } }
      let name = try #require(names.first)
      let events = try Self.events("\(folder)/\(name)")
      Self.check(events)
      #expect(events.contains { "\(folder)/\(name)" == "\(path).\($0.pid)" })
      let json = try Command("run", "A2", "--on", "fork", "--time-scale", "0.02", "--trace", path, "--json")
      #expect(json.status == 0)
      Self.check(try Self.events(path))
    }
  }

  @Test func `a record that cannot be written is told, and refused where it was asked for`() throws {
    let warned = try Command(
      ["run", "A1", "--on", "fork", "--time-scale", "0.02"], environment: ["MULTIPROCESSING_TRACE": "/nonexistent/t.json"])
    #expect(warned.status == 0 && warned.output.split(separator: "\n").count == 6)
    #expect(warned.errors.hasPrefix("warning: MULTIPROCESSING_TRACE: ") && warned.errors.split(separator: "\n").count == 1)
    let refused = try Command("run", "A1", "--trace", "/nonexistent/t.json")
    #expect(refused.status == 2 && refused.output.isEmpty && refused.errors.contains("The trace cannot be written: "))
  }
}
