import Golden

/// A captured run drawn as a timeline: a lane for each process and each named thread, and below it what was printed.
///
/// The picture is one SVG text with its own colours for light and dark, without scripts and without anything from outside.
package struct TimelinePicture {
  private struct Mark {
    /// The number of the line in the output, from 1.
    var number: Int
    var start: Duration
    /// When the lane printed its next line, or the run ended.
    var end: Duration
    var kind: Int
    var label: String
  }
  private struct Lane {
    var name: String
    var marks: [Mark] = []
  }

  private let title: String
  private let lanes: [Lane]
  private let lines: [(text: String, kind: Int)]
  private let duration: Duration

  /// - Parameters:
  ///   - captured: a run of which the times and the writers are known.
  ///   - title: what is said above the picture, and to those who do not see it.
  package init(_ captured: CapturedRun, title: String) {
    self.title = title
    duration = max(captured.duration, .milliseconds(1))
    var lines: [(text: String, kind: Int)] = []
    var lanes = [Lane(name: "main process")]
    var known: [Int32: Int] = [captured.mainProcess: 0]
    var threads: [String: Int] = [:]
    var kinds: [String] = []
    for (index, line) in captured.transcript.lines.enumerated() {
      let writer = line.writer ?? captured.mainProcess
      let lane: Int
      if writer == captured.mainProcess, let thread = Self.thread(in: line.text) {
        lane = threads[thread] ?? lanes.count
        threads[thread] = lane
        if lane == lanes.count { lanes.append(Lane(name: thread)) }
      } else {
        lane = known[writer] ?? lanes.count
        known[writer] = lane
        if lane == lanes.count { lanes.append(Lane(name: Self.worker(in: line.text) ?? "process \(lane)")) }
      }
      let label = Self.label(line.text)
      let kind = kinds.firstIndex(of: label) ?? kinds.count
      if kind == kinds.count { kinds.append(label) }
      lines.append((line.text, kind))
      let time = line.arrival ?? .zero
      if let last = lanes[lane].marks.indices.last { lanes[lane].marks[last].end = time }
      lanes[lane].marks.append(Mark(number: index + 1, start: time, end: duration, kind: kind, label: label))
    }
    self.lines = lines
    // Worker 1 stands above worker 2, whoever was the first to print.
    self.lanes = [lanes[0]] + lanes.dropFirst().sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
  }

  /// The name of a worker process that a line tells, as in `SpawnPoolWorker-1`.
  private static func worker(in text: String) -> String? {
    text.firstMatch(of: /[A-Za-z]+PoolWorker-[0-9:]+/).map { String($0.output) }
  }

  /// The name of a worker thread that a line tells.
  private static func thread(in text: String) -> String? {
    text.firstMatch(of: /Thread-[0-9]+/).map { String($0.output) }
  }

  /// What lines of one kind have in common: the words before a name, a number or a mark.
  private static func label(_ text: String) -> String {
    let words = text.prefix { $0.isLetter || $0 == " " }
    var label = String(words)
    while label.last == " " { label.removeLast() }
    return label.isEmpty ? text : label
  }

  // MARK: Drawing

  private static let width = 800
  private static let left = 170
  private static let right = 24
  private static let top = 44
  private static let laneHeight = 40
  private static let lineHeight = 21

  /// The picture.
  package var svg: String {
    let axis = Self.top + lanes.count * Self.laneHeight + 6
    let height = axis + 50 + lines.count * Self.lineHeight
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" width="\(Self.width)" height="\(height)" \
      role="img" aria-labelledby="timeline-title timeline-text">
      <title id="timeline-title">\(Self.escaped(title))</title>
      <desc id="timeline-text">\(Self.escaped(lines.map(\.text).joined(separator: " \u{b7} ")))</desc>
      \(Self.style)
      <rect class="card" x="0.5" y="0.5" width="\(Self.width - 1)" height="\(height - 1)" rx="10"/>
      <text class="title" x="20" y="27">\(Self.escaped(title))</text>

      """
    svg += grid(to: axis)
    for (index, lane) in lanes.enumerated() { svg += draw(lane, y: Self.top + index * Self.laneHeight, isMain: index == 0) }
    for (index, line) in lines.enumerated() {
      let y = axis + 50 + index * Self.lineHeight
      svg += "<rect class=\"kind\(line.kind % 4)\" x=\"20\" y=\"\(y - 12)\" width=\"24\" height=\"16\" rx=\"8\"/>"
      svg += "<text class=\"number\" x=\"32\" y=\"\(y)\">\(index + 1)</text>"
      svg += "<text class=\"line\" x=\"54\" y=\"\(y)\">\(Self.escaped(line.text))</text>\n"
    }
    return svg + "</svg>\n"
  }

  private func draw(_ lane: Lane, y: Int, isMain: Bool) -> String {
    let middle = y + Self.laneHeight / 2
    var svg = "<text class=\"name\" x=\"\(Self.left - 12)\" y=\"\(middle + 4)\">\(Self.escaped(lane.name))</text>\n"
    let start = isMain ? Double(Self.left) : x(lane.marks.first?.start ?? .zero)
    svg += "<line class=\"life\" x1=\"\(Self.text(start))\" x2=\"\(Self.text(x(duration)))\" y1=\"\(middle)\" y2=\"\(middle)\"/>\n"
    for mark in lane.marks where !isShort(mark) {
      let (from, to) = (x(mark.start), x(mark.end))
      let size = "width=\"\(Self.text(to - from - 2))\" height=\"26\" rx=\"5\""
      svg += "<rect class=\"bar kind\(mark.kind % 4)\" x=\"\(Self.text(from))\" y=\"\(middle - 13)\" \(size)/>"
      let label = "\(mark.number)  \(mark.label)"
      let fits = Double(label.count) * 7 + 14 < to - from
      svg += "<text class=\"in\" x=\"\(Self.text(from + 8))\" y=\"\(middle + 4)\">"
      svg += "\(fits ? Self.escaped(label) : "\(mark.number)")</text>\n"
    }
    // Lines too close to the next one for a bar are beads, and those that nothing else stands between lie side by side.
    for (index, mark) in lane.marks.enumerated() where isShort(mark) {
      let behind = lane.marks[index...].prefix(while: isShort).count
      let x = Self.text(x(lane.marks[index + behind - 1].start) - 13 - Double(behind - 1) * 23)
      svg += "<circle class=\"bead kind\(mark.kind % 4)\" cx=\"\(x)\" cy=\"\(middle)\" r=\"11\"/>"
      svg += "<text class=\"number\" x=\"\(x)\" y=\"\(middle + 4)\">\(mark.number)</text>\n"
    }
    return svg
  }

  /// Lines at round times, at most eight of them.
  private func grid(to bottom: Int) -> String {
    let seconds = duration / .seconds(1)
    let steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60]
    let step = steps.first { seconds / $0 <= 8 } ?? seconds / 8
    return (0...Int(seconds / step)).map { index in
      let time = Double(index) * step
      let x = Self.text(x(.seconds(time)))
      let label = time == time.rounded() ? "\(Int(time))" : "\((time * 1000).rounded() / 1000)"
      return "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(Self.top)\" y2=\"\(bottom)\"/>"
        + "<text class=\"tick\" x=\"\(x)\" y=\"\(bottom + 14)\">\(label) s</text>\n"
    }.joined()
  }

  private func isShort(_ mark: Mark) -> Bool { x(mark.end) - x(mark.start) < 26 }

  private func x(_ time: Duration) -> Double {
    Double(Self.left) + Double(Self.width - Self.left - Self.right) * (time / duration)
  }

  /// A number with one digit behind the point.
  private static func text(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      // What XML does not allow, and a terminal would not show.
      .filter { $0 == "\t" || $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0xfffe && $0.value != 0xffff } }
  }

  private static let style = """
    <style>
    .card{fill:#ffffff;stroke:#d0d4da}.title{font:600 15px system-ui,sans-serif;fill:#1c2128}
    .name{font:13px system-ui,sans-serif;fill:#1c2128;text-anchor:end}
    .tick{font:11px system-ui,sans-serif;fill:#57606a;text-anchor:middle}
    .line{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1c2128}
    .in,.number{font:12px system-ui,sans-serif;fill:#12161c}
    .number{text-anchor:middle}.bead{stroke:#ffffff;stroke-width:2}.grid{stroke:#e6e9ed}.life{stroke:#9aa4b0;stroke-width:2;stroke-dasharray:2 4}
    .kind0{fill:#f2c572}.kind1{fill:#8cc2f0}.kind2{fill:#9bd6a3}.kind3{fill:#d3b3ee}
    @media (prefers-color-scheme:dark){.card{fill:#161b22;stroke:#343b45}.bead{stroke:#161b22}.title,.name,.line{fill:#e6edf3}
    .tick{fill:#9aa7b4}.grid{stroke:#2a313a}.life{stroke:#6b7683}
    .kind0{fill:#d9a441}.kind1{fill:#5aa5e6}.kind2{fill:#6cbd78}.kind3{fill:#b48add}}
    </style>
    """
}
