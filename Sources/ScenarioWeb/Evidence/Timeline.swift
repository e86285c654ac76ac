import FoundationEssentials
import Golden
import ScenarioKit

/// One run as lanes: who did what when, and the lines that came of it.
struct Timeline: Encodable, Sendable {
  struct Lane: Encodable, Sendable {
    var name: String
    /// `main`, `helper` or `worker`.
    var kind: String
  }

  struct Span: Encodable, Sendable {
    var lane: Int
    var from: Double
    var to: Double
    var name: String
    /// `life`, `start`, `wait`, `task` or `work`.
    var kind: String
  }

  /// A line that was printed, in the order of the output.
  struct Mark: Encodable, Sendable {
    var lane: Int
    var at: Double
    var text: String
  }

  var lanes: [Lane] = []
  var spans: [Span] = []
  var marks: [Mark] = []
  /// `ms` where times were measured, `step` where only the order is known.
  var unit: String
}

extension Timeline {
  /// A run of which only the lines are known, with their writers and times.
  init(_ transcript: Transcript, main: Int32?, names: [Int32: String]) {
    unit = "ms"
    var numbers: [Int32: Int] = [:]
    for line in transcript.lines {
      let writer = line.writer ?? 0
      let lane: Int
      if let known = numbers[writer] {
        lane = known
      } else {
        lane = lanes.count
        numbers[writer] = lane
        let isMain = writer == main
        lanes.append(Lane(name: isMain ? "MainProcess" : names[writer] ?? "process \(writer)", kind: isMain ? "main" : "worker"))
      }
      marks.append(Mark(lane: lane, at: line.arrival.map { $0 / .milliseconds(1) } ?? 0, text: line.text))
    }
  }

  /// A legal output as an order of steps: nobody measured anything.
  init(_ attribution: Attribution) {
    unit = "step"
    var numbers: [String: Int] = [:]
    for (index, line) in attribution.lines.enumerated() {
      let isMain = line.lane == "main"
      let name = isMain ? "main" : "\(line.isThread ? "thread" : "worker") \(line.number)"
      if numbers[name] == nil {
        numbers[name] = lanes.count
        lanes.append(Lane(name: name, kind: isMain ? "main" : "worker"))
      }
      marks.append(Mark(lane: numbers[name] ?? 0, at: Double(index + 1), text: line.text))
    }
    // Workers in the order of their numbers, whoever printed first.
    let order = lanes.indices.sorted { lanes[$0].name < lanes[$1].name }
    let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    lanes = order.map { lanes[$0] }
    for index in marks.indices { marks[index].lane = place[marks[index].lane] ?? 0 }
  }
}
