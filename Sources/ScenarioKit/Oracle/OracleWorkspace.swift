import CMultiprocessing
import FoundationEssentials
import Glibc

/// A folder for the runs of one cross-check: the settings module, the twins as files, Python's own temporary files.
///
/// It is removed when the last reference goes, with whatever a killed run left in it.
final class OracleWorkspace: Sendable {
  let folder: String

  init() throws {
    Self.removeAbandoned()
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(Self.prefix)\(getpid())-\(UUID().uuidString.prefix(8))")
    folder = url.path
    try FileManager.default.createDirectory(atPath: folder + "/start", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder + "/tmp", withIntermediateDirectories: true)
    try write(OracleSettings.startModuleText, to: "start/\(OracleSettings.startModule)")
    try write(String(decoding: PackageResources.warm_py, as: UTF8.self), to: "start/\(WarmPython.module).py")
  }

  private static let prefix = "oracle-"

  /// Removes the folders of processes that ended without a chance to do it, by a signal for example.
  private static func removeAbandoned() {
    let parent = FileManager.default.temporaryDirectory.path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let owner = Int32(owner), kill(owner, 0) != 0, mp_errno() == ESRCH else { continue }
      try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes the twin as a script, once for each module that it takes its pool from, and returns the script's path.
  func script(of twin: Twin, module: String) throws -> String {
    let subfolder = "twins-\(module)"
    try FileManager.default.createDirectory(atPath: "\(folder)/\(subfolder)", withIntermediateDirectories: true)
    return try write(twin.source(importing: module), to: "\(subfolder)/\(twin.fileName)")
  }

  /// An interpreter without the packages that are installed beside it, as a virtual environment of its own.
  ///
  /// What an installation runs at every start (the `.pth` files of its packages) costs up to three times the start
  /// itself and could change what a twin does. The path that is returned leads to `executable`.
  func interpreter(_ executable: String, for python: Python, withPackages: Bool) throws -> String {
    let name = "python-\(python.version)\(withPackages ? "-packages" : "")"
    let path = "\(folder)/\(name)/bin/python3"
    try FileManager.default.createDirectory(atPath: "\(folder)/\(name)/bin", withIntermediateDirectories: true)
    let settings = "home = \(python.prefix)/bin\ninclude-system-site-packages = \(withPackages)\n"
    try write(settings, to: "\(name)/pyvenv.cfg")
    do {
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: executable)
    } catch {
      // Another capture may have made it in the meantime.
      guard FileManager.default.fileExists(atPath: path) else { throw error }
    }
    return path
  }

  @discardableResult
  private func write(_ text: String, to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    guard !FileManager.default.fileExists(atPath: path) else { return path }
    // Atomically, for captures on several threads may ask for the same twin.
    try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    return path
  }

  /// The variables that point Python at this folder.
  func apply(to environment: inout [String: String]) {
    let path = environment["PYTHONPATH"].map { ":\($0)" } ?? ""
    environment["PYTHONPATH"] = folder + "/start" + path
    environment["TMPDIR"] = folder + "/tmp"
  }
}
