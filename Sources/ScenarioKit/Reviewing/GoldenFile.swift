import FoundationEssentials
import Glibc
import Golden

/// A golden as it lies in the package's folder, where people edit it.
package struct GoldenFile: Hashable, Sendable {
  /// The path as its user would write it.
  package let path: String
  package private(set) var bytes: [UInt8]

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// The folder `golden` of the package that somebody works in: here or in a folder above.
  ///
  /// - Throws: where there is none.
  package static func folder(from start: String = FileManager.default.currentDirectoryPath) throws(ScenarioError) -> String {
    var folder = URL(filePath: start).standardizedFileURL
    var prefix = ""
    while true {
      let candidate = folder.appendingPathComponent("golden").path
      if FileManager.default.fileExists(atPath: candidate + "/README.md") { return prefix + "golden" }
      guard folder.path != "/" else { break }
      folder.deleteLastPathComponent()
      prefix += "../"
    }
    throw ScenarioError(
      .unreadable, "There is no folder “golden” here or above: goldens are reviewed in the package, or one with --golden.")
  }

  /// The golden before the edit: the one that the build carries, else the last one committed; nil where neither makes sense.
  func accepted(of scenario: Scenario) -> Golden? {
    if let built = try? scenario.goldenFile, let golden = try? Golden.parse(Array(built.text.utf8), file: built.path) {
      return golden
    }
    let url = URL(filePath: path)
    let git = Program(
      path: "/usr/bin/env",
      arguments: [
        "git", "-C", url.deletingLastPathComponent().path, "show", "HEAD:./\(url.lastPathComponent)",
      ], environment: ["PATH": "/usr/bin:/bin:/usr/local/bin"])
    guard let run = try? Capture(git, timeLimit: .seconds(10)).run(), case .exited(0) = run.transcript.ending else { return nil }
    let text = run.transcript.lines.map { $0.text + ($0.isTerminated ? "\n" : "") }.joined()
    return try? Golden.parse(Array(text.utf8), file: path)
  }

  /// Puts a new text in the file's place: it is complete under another name before it takes this one.
  mutating func replace(with text: String) throws(ScenarioError) {
    let new = Array(text.utf8)
    let other = path + ".new"
    let failure = Self.write(new, to: other, like: path) ?? (rename(other, path) == 0 ? nil : errno)
    guard failure == nil else {
      unlink(other)
      let reason = String(cString: strerror(failure ?? 0))
      throw ScenarioError(.unwritable, "\(path) cannot be written and stays as it was: \(reason).")
    }
    bytes = new
  }

  /// The number of the error that ended the writing; nil where all is on the disk.
  private static func write(_ bytes: [UInt8], to path: String, like other: String) -> Int32? {
    var status = stat()
    let mode = stat(other, &status) == 0 ? status.st_mode & 0o777 : 0o644
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    if let error = writeAll(bytes, to: descriptor) { return error }
    return fsync(descriptor) == 0 ? nil : errno
  }
}
