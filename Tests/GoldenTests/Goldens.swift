import Foundation
import Testing

@testable import Golden

/// The golden files of the package, read where they lie.
enum Goldens {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "golden")

  static let names = [
    "A1-initialize-workers", "A2-initialize-workers-names", "A3-initialize-workers-global", "B1-thread-pool-initialize",
    "B2-thread-pool-initialize-names", "C1-share-queue-with-workers", "D1-task-thread", "D2-initializer-thread",
    "D3-helper-threads", "E1-default-start-method", "E2-start-method-in-worker", "E3-fork-context",
  ]

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: "\(name).golden")))
  }

  /// The golden whose name begins with this id.
  static func load(_ id: String) throws -> Golden {
    let name = try #require(names.first { $0.hasPrefix(id) })
    return try Golden.parse(try bytes(name), file: "golden/\(name).golden")
  }
}

extension Transcript {
  init(_ lines: [String]) {
    self.init(text: Array(lines.map { $0 + "\n" }.joined().utf8))
  }
}
