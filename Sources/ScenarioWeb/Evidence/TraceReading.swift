import FoundationEssentials
import Golden

/// Events of a run's trace, as far as a timeline needs them.
struct TraceEntry: Decodable, Sendable {
  struct Arguments: Decodable, Sendable {
    var name: String?
    var text: String?
  }

  var ph: String
  var name: String
  var ts: Double
  var dur: Double?
  var pid: Int32
  var tid: Int32
  var args: Arguments?

  static func read(_ data: Data) throws -> [TraceEntry] { try JSONDecoder().decode([TraceEntry].self, from: data) }
}

extension Timeline {
  /// A run that this package recorded: every thread's slices, and the lines in the order in which they arrived.
  init(_ trace: [TraceEntry], _ transcript: Transcript) {
    unit = "ms"
    let start = trace.filter { $0.ph != "M" }.map(\.ts).min() ?? 0
    var reader = TraceReader(start: start)
    for entry in trace { reader.add(entry) }
    reader.close(at: trace.map { $0.ts + ($0.dur ?? 0) }.max() ?? start)
    lanes = reader.orderedLanes.map(\.lane)
    let place = Dictionary(uniqueKeysWithValues: reader.orderedLanes.enumerated().map { ($0.element.key, $0.offset) })
    spans = reader.spans.map { key, span in
      var span = span
      span.lane = place[key] ?? 0
      return span
    }.sorted { ($0.lane, $0.from, -$0.to) < ($1.lane, $1.from, -$1.to) }
    // The trace says when and by which thread, the transcript in which order: the same line of the same process is one.
    var left = reader.prints
    for line in transcript.lines {
      let match = left.firstIndex { ($0.key.process == line.writer || line.writer == nil) && $0.text == line.text }
      guard let match else { continue }
      let print = left.remove(at: match)
      marks.append(Mark(lane: place[print.key] ?? 0, at: print.at, text: line.text))
    }
  }
}

/// Makes slices of begins and ends.
private struct TraceReader {
  struct Key: Hashable {
    var process: Int32
    var thread: Int32
  }

  let start: Double
  private var processes: [Int32: String] = [:]
  private var threads: [Key: String] = [:]
  private var open: [Key: [TraceEntry]] = [:]
  private var order: [Key] = []
  private(set) var spans: [(Key, Timeline.Span)] = []
  private(set) var prints: [(key: Key, at: Double, text: String)] = []

  init(start: Double) { self.start = start }

  private func time(_ microseconds: Double) -> Double { ((microseconds - start) / 10).rounded() / 100 }

  mutating func add(_ entry: TraceEntry) {
    let key = Key(process: entry.pid, thread: entry.tid)
    if entry.ph != "M", !order.contains(key) { order.append(key) }
    switch entry.ph {
    case "M" where entry.name == "process_name": processes[entry.pid] = entry.args?.name
    case "M" where entry.name == "thread_name": threads[key] = entry.args?.name
    case "B": open[key, default: []].append(entry)
    case "E": if let begin = open[key]?.popLast() { add(key, begin, to: entry.ts) }
    case "X": add(key, entry, to: entry.ts + (entry.dur ?? 0))
    case "i" where entry.name == "print": prints.append((key, time(entry.ts), entry.args?.text ?? ""))
    default: break
    }
  }

  private mutating func add(_ key: Key, _ entry: TraceEntry, to end: Double) {
    spans.append(
      (key, Timeline.Span(lane: 0, from: time(entry.ts), to: time(end), name: entry.name, kind: Self.kind(entry))))
  }

  private static func kind(_ entry: TraceEntry) -> String {
    switch entry.name {
    case "worker": "life"
    case "join", "terminate": "wait"
    case let name where name.hasPrefix("wait"): "wait"
    case let name where name.hasPrefix("initializer"): "start"
    default: entry.ph == "B" ? "task" : "work"
    }
  }

  /// What was never ended lasts to the end of the record: its process was.
  mutating func close(at end: Double) {
    for (key, entries) in open { for entry in entries { add(key, entry, to: end) } }
    open = [:]
  }

  /// Main first, then its helpers, then the workers in the order of their names.
  var orderedLanes: [(key: Key, lane: Timeline.Lane)] {
    let lanes = order.map { key -> (key: Key, rank: Int, lane: Timeline.Lane) in
      let process = processes[key.process] ?? "process \(key.process)"
      let thread = threads[key] ?? "thread \(key.thread)"
      if process != "MainProcess" { return (key, 2, Timeline.Lane(name: process, kind: "worker")) }
      if thread == "MainThread" { return (key, 0, Timeline.Lane(name: process, kind: "main")) }
      let isWorker = spans.contains { $0.0 == key && $0.1.kind == "life" }
      return (key, isWorker ? 2 : 1, Timeline.Lane(name: thread, kind: isWorker ? "worker" : "helper"))
    }
    return lanes.sorted { ($0.rank, $0.lane.name.count, $0.lane.name) < ($1.rank, $1.lane.name.count, $1.lane.name) }
      .map { ($0.key, $0.lane) }
  }
}
