import FoundationEssentials
import Mustache
package import ScenarioKit

/// The pages of a report, made of templates, with the files that they use.
struct Site {
  /// What every page has around its content.
  struct Frame {
    struct Link {
      var href: String
      var title: String
      var isHere: Bool
    }

    var title: String
    var description: String
    /// Where the folder's top is, seen from the page.
    var root = ""
    var links: [Link]
  }

  /// The files by their path in the folder.
  private(set) var files: [String: String] = [:]
  private let templates: MustacheLibrary

  init() throws {
    let texts: [String: [UInt8]] = [
      "head": PackageResources.head_mustache, "foot": PackageResources.foot_mustache,
      "index": PackageResources.index_mustache, "example": PackageResources.example_mustache,
      "claims": PackageResources.claims_mustache, "starting": PackageResources.starting_mustache,
    ]
    templates = MustacheLibrary(
      templates: try texts.mapValues { try MustacheTemplate(string: String(decoding: $0, as: UTF8.self)) })
    files["assets/report.css"] = String(decoding: PackageResources.report_css, as: UTF8.self)
    files["assets/report.js"] = String(decoding: PackageResources.report_js, as: UTF8.self)
    files["assets/timeline.js"] = String(decoding: PackageResources.timeline_js, as: UTF8.self)
    files["assets/walk.js"] = String(decoding: PackageResources.walk_js, as: UTF8.self)
    files["assets/theme.js"] = String(decoding: PackageResources.theme_js, as: UTF8.self)
  }

  mutating func add(_ path: String, _ page: Any, template: String) throws(ScenarioError) {
    guard let text = templates.render(page, withTemplate: template) else {
      throw ScenarioError(.broken, "There is no template \(template).")
    }
    files[path] = text
  }

  mutating func add(_ path: String, text: String) { files[path] = text }

  /// How many bytes all files have.
  var size: Int { files.values.reduce(0) { $0 + $1.utf8.count } }
}

/// The folder that gets a report.
package struct ReportFolder: Sendable {
  package let path: String

  /// Makes sure that the folder can be filled: one that does not exist is made, one that is there must be empty.
  ///
  /// - Throws: one sentence, where it is no folder, not empty, or cannot be written.
  package init(_ path: String) throws(ScenarioError) {
    self.path = path
    let manager = FileManager.default
    guard !path.isEmpty else { throw ScenarioError(.unwritable, "The folder of a report needs a name.") }
    var isFolder = false
    if manager.fileExists(atPath: path, isDirectory: &isFolder) {
      guard isFolder else { throw ScenarioError(.unwritable, "\(path) is a file, and a report is a folder.") }
      guard let names = try? manager.contentsOfDirectory(atPath: path) else {
        throw ScenarioError(.unwritable, "\(path) cannot be read.")
      }
      guard names.isEmpty else {
        throw ScenarioError(.unwritable, "\(path) is not empty: name a folder that is empty or does not exist yet.")
      }
      guard manager.isWritableFile(atPath: path) else { throw ScenarioError(.unwritable, "\(path) cannot be written.") }
    } else {
      do { try manager.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
        throw ScenarioError(.unwritable, "\(path) cannot be made: \(Self.reason(error)).")
      }
    }
  }

  func write(_ files: [String: String]) throws(ScenarioError) {
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      let file = URL(filePath: "\(path)/\(name)")
      do {
        try FileManager.default.createDirectory(
          atPath: file.deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      } catch {
        throw ScenarioError(.unwritable, "\(path)/\(name) cannot be written: \(Self.reason(error)).")
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    switch error.code {
    case .fileWriteNoPermission: return "Permission denied"
    case .fileWriteOutOfSpace: return "No space left on device"
    case .fileNoSuchFile, .fileReadNoSuchFile: return "No such file or directory"
    case .fileWriteFileExists: return "Something else is there"
    default: return "the system refuses it (\(error.code.rawValue))"
    }
  }
}
