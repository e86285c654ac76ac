/// One event, as the trace-event format has it.
struct TraceEvent {
  /// The kinds that are used here; the raw value is the format's `ph`.
  enum Phase: String {
    case begin = "B"
    case end = "E"
    /// A begin and an end in one.
    case complete = "X"
    case instant = "i"
    /// Something that belongs to no thread: a job.
    case asyncBegin = "b"
    case asyncEnd = "e"
    /// An arrow: from one slice, through others, to the last.
    case flowStart = "s"
    case flowStep = "t"
    case flowEnd = "f"
    case metadata = "M"
  }

  var phase: Phase
  var name: String
  var category = "pool"
  /// When it happened or began, on the system's clock, in nanoseconds.
  var time: Int64
  /// How long it took; of a complete event only.
  var duration: Int64?
  /// What joins the events of a job or of an arrow.
  var id: String?
  var details: [(name: String, value: String)] = []

  /// The event as one line of JSON.
  func json(process: Int32, thread: Int32) -> String {
    var text = "{\"ph\":\"\(phase.rawValue)\",\"name\":\(Self.quoted(name)),\"cat\":\"\(category)\""
    text += ",\"ts\":\(Self.microseconds(time))"
    if let duration { text += ",\"dur\":\(Self.microseconds(duration))" }
    text += ",\"pid\":\(process),\"tid\":\(thread)"
    if let id { text += ",\"id\":\(Self.quoted(id))" }
    switch phase {
    case .instant: text += ",\"s\":\"t\""
    // The arrow ends at the slice around it, not at the next one.
    case .flowEnd: text += ",\"bp\":\"e\""
    default: break
    }
    if !details.isEmpty {
      text += ",\"args\":{" + details.map { "\(Self.quoted($0.name)):\(Self.quoted($0.value))" }.joined(separator: ",") + "}"
    }
    return text + "}"
  }

  /// Nanoseconds as microseconds with three digits, which is exact.
  private static func microseconds(_ nanoseconds: Int64) -> String {
    let fraction = String(nanoseconds % 1000)
    return "\(nanoseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
