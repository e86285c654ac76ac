import Glibc

/// Makes one Swift file of all the Swift that the documentation shows, so that the compiler reads it too.
///
/// Called by the build with the file to write, the folder of the package, and the texts. A block that a `text` block follows
/// is a program whose output that is.
@main enum Main {
  static func main() { exit(status(of: Array(CommandLine.arguments.dropFirst()))) }

  /// The exit status. It is left to `main` to end: what lives at that moment looks like lost memory to a sanitizer.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      try make(arguments)
      return 0
    } catch {
      let line = Array("\(error.message)\n".utf8)
      _ = Glibc.write(STDERR_FILENO, line, line.count)
      return 1
    }
  }

  private static func make(_ arguments: [String]) throws(SourceError) {
    guard arguments.count >= 2 else { throw SourceError("snippets takes a file to write, a folder, and texts.") }
    let root = arguments[1]
    var writer = Writer()
    for path in arguments.dropFirst(2) {
      guard let text = read(path) else { throw SourceError("\(path) cannot be read.") }
      try writer.add(SourceFile(path: path, text: text)) { read("\(root)/\($0)") }
    }
    try write(writer.text, to: arguments[0])
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func write(_ text: String, to path: String) throws(SourceError) {
    guard let file = fopen(path, "w") else {
      throw SourceError("\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
    let written = fputs(text, file)
    guard fclose(file) == 0, written >= 0 else { throw SourceError("\(path) cannot be written.") }
  }
}
