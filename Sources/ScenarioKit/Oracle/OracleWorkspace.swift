import CMultiprocessing
import FoundationEssentials
import Glibc

/// A folder for the runs of one cross-check: the settings module, the twins as files, Python's own temporary files.
///
/// It is removed when the last reference goes, with whatever a killed run left in it.
final class OracleWorkspace: Sendable {
  let folder: String
  /// The folder itself, locked for as long as it is in use.
  private let lock: Descriptor

  /// - Parameter parent: where the folder is made, and where abandoned ones are looked for.
  init(in parent: String = OracleWorkspace.parent()) throws {
    Self.removeAbandoned(in: parent)
    folder = "\(parent)/\(Self.prefix)\(getpid())-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    lock = try Descriptor(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), from: "open")
    flock(lock.number, LOCK_EX | LOCK_NB)
    try FileManager.default.createDirectory(atPath: folder + "/start", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder + "/tmp", withIntermediateDirectories: true)
    try write(OracleSettings.startModuleText, to: "start/\(OracleSettings.startModule)")
    try write(String(decoding: PackageResources.warm_py, as: UTF8.self), to: "start/\(WarmPython.module).py")
  }

  private static let prefix = "oracle-"

  /// The folder for temporary files; `/tmp` where that one's path is so long that sockets in our folder could have no names.
  ///
  /// The name of a socket has 107 bytes. Python's fork server makes one in a folder of its own in `TMPDIR`.
  static func parent(of temporary: String = FileManager.default.temporaryDirectory.path) -> String {
    let longest = "/\(prefix)4194304-01234567/tmp/pymp-01234567/listener-01234567"
    return temporary.utf8.count + longest.utf8.count <= 107 ? temporary : "/tmp"
  }

  /// Removes the folders of processes that ended without a chance to do it, by a signal for example.
  ///
  /// In a container that shares the folder other processes live than here, but they hold the locks of theirs.
  private static func removeAbandoned(in parent: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let owner = Int32(owner), kill(owner, 0) != 0, mp_errno() == ESRCH else { continue }
      let path = "\(parent)/\(name)"
      guard let lock = try? Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), from: "open"),
        flock(lock.number, LOCK_EX | LOCK_NB) == 0
      else { continue }
      try? FileManager.default.removeItem(atPath: path)
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
