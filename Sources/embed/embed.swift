import Glibc

/// Writes the texts that the build carries into one Swift file.
///
/// Called by the build with the file to write and then pairs of a name and a path. The names are what
/// `EmbeddedFiles.text(_:)` is asked for; the texts become string literals, so a moved program still has them.
@main enum Embed {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let output = arguments.first, arguments.count % 2 == 1 else {
      fail("embed takes a file to write and then pairs of a name and a path.")
    }
    var source = """
      // Written by the build from the files named here; edit those.

      /// The texts that the program carries: goldens, examples, twins and stories, by their path in the package.
      package enum EmbeddedFiles {
        package static let texts: [String: String] = [

      """
    for index in stride(from: 1, to: arguments.count, by: 2) {
      source += "    \(literal(arguments[index])): \(literal(read(arguments[index + 1]))),\n"
    }
    if arguments.count == 1 { source += "    :\n" }
    source += """
        ]
      }

      """
    write(source, to: output)
  }

  /// A text as a Swift string literal on one line.
  private static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{20}"..."\u{7e}": result.unicodeScalars.append(scalar)
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result + "\""
  }

  private static func read(_ path: String) -> String {
    guard let file = fopen(path, "r") else { fail("\(path) cannot be read: \(String(cString: strerror(errno))).") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    guard let text = String(validating: bytes, as: UTF8.self) else { fail("\(path) is not a text in UTF-8.") }
    return text
  }

  private static func write(_ text: String, to path: String) {
    guard let file = fopen(path, "w") else { fail("\(path) cannot be written: \(String(cString: strerror(errno))).") }
    let written = fputs(text, file)
    guard fclose(file) == 0, written >= 0 else { fail("\(path) cannot be written.") }
  }

  private static func fail(_ sentence: String) -> Never {
    let line = Array("error: \(sentence)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, line, line.count)
    exit(1)
  }
}
