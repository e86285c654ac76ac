import FoundationEssentials
import Golden
import Testing

@testable import ScenarioKit

/// The twins as they stand in the source tree.
enum TestTwins {
  static let all: [Twin] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Scenarios").path
    let manager = FileManager.default
    let folders = ((try? manager.contentsOfDirectory(atPath: root)) ?? []).sorted()
    return folders.flatMap { folder in
      let files = ((try? manager.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []).filter { $0.hasSuffix(".py") }
      return files.compactMap { file in
        let bytes = manager.contents(atPath: "\(root)/\(folder)/\(file)")
        return bytes.map {
          Twin(id: String(folder.prefix { $0 != "-" }), fileName: file, source: String(decoding: $0, as: UTF8.self))
        }
      }
    }
  }()

  static func twin(_ id: String) throws -> Twin { try #require(all.first { $0.id == id }) }
}

/// The Pythons of this machine, searched for once.
enum TestPythons {
  static let catalog = PythonCatalog.search(environment: ProcessInfo.processInfo.environment)

  static var newest: Python {
    get throws { try #require(catalog.pythons.last) }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where there is no CPython, and says how to get one.
  static var needsPython: Self {
    .enabled(if: !TestPythons.catalog.pythons.isEmpty, Comment(rawValue: PythonCatalog.advice))
  }
}

/// The goldens as they stand in the source tree.
enum TestGoldens {
  static func all() throws -> [String: Golden] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden").path
    let files = try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(".golden") }
    let goldens = try files.map { file in
      try Golden.parse([UInt8](FileManager.default.contents(atPath: "\(root)/\(file)") ?? Data()), file: file)
    }
    return Dictionary(uniqueKeysWithValues: goldens.map { ($0.example, $0) })
  }
}
