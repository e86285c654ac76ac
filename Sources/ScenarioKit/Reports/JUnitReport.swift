/// Results as JUnit XML, the form that CI systems read.
///
/// One suite; a test case an example and place, with the golden file and the line of the broken rule.
package enum JUnitReport {
  package static func render(_ results: [JudgedCase], suite: String = "scenarios") -> String {
    let failures = results.count { if case .rejected = $0.outcome { true } else { false } }
    let errors = results.count { if case .failed = $0.outcome { true } else { false } }
    let skipped = results.count { if case .skipped = $0.outcome { true } else { false } }
    var total = JudgedCase(example: "", name: "", place: "", outcome: .conforms, file: "", seconds: 0)
    total.seconds = results.reduce(0) { $0 + $1.seconds }
    let counts =
      "tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" time=\"\(total.time)\""
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"\(escaped(suite))\" \(counts)>"]
    lines.append("  <testsuite name=\"\(escaped(suite))\" \(counts)>")
    for result in results { lines += testCase(result) }
    lines += ["  </testsuite>", "</testsuites>", ""]
    return lines.joined(separator: "\n")
  }

  private static func testCase(_ result: JudgedCase) -> [String] {
    var head =
      "    <testcase classname=\"\(escaped(result.example + "." + result.name))\" name=\"\(escaped(result.place))\""
    head += " time=\"\(result.time)\" file=\"\(escaped(result.file))\""
    if let line = result.line { head += " line=\"\(line)\"" }
    switch result.outcome {
    case .conforms: return [head + "/>"]
    case .skipped(let reason):
      return [head + ">", "      <skipped message=\"\(escaped(reason))\"/>", "    </testcase>"]
    case .failed(let reason):
      return [head + ">", "      <error message=\"\(escaped(reason))\"/>", "    </testcase>"]
    case .rejected(let code, let message, let explanation):
      let open = "      <failure type=\"\(escaped(code))\" message=\"\(escaped(message))\">"
      return [head + ">", open + escaped(explanation, inAttribute: false) + "</failure>", "    </testcase>"]
    }
  }

  /// The text with the characters escaped that XML reserves, and those left out that XML cannot hold at all.
  static func escaped(_ text: String, inAttribute: Bool = true) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t", "\r":
        if inAttribute || scalar == "\r" {
          result += "&#\(scalar.value);"
        } else {
          result.unicodeScalars.append(scalar)
        }
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
