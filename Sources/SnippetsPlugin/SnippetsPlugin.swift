import Foundation
import PackagePlugin

/// Compiles the Swift of the documentation into the target that uses it: of the README, the articles, and the comments.
@main struct SnippetsPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let library = try files(in: root.appending(path: "Sources/Multiprocessing")).filter { file in
      file.pathExtension == "swift" || file.pathExtension == "md" && file.pathComponents.contains("Multiprocessing.docc")
    }
    let texts = [root.appending(path: "README.md")] + library
    // Blocks that show a part of a file name one of these.
    let shown = try files(in: root.appending(path: "Tests/Packages")) + files(in: root.appending(path: "Scenarios"))
    let output = context.pluginWorkDirectoryURL.appending(path: "Snippets.swift")
    return [
      .buildCommand(
        displayName: "Reading the Swift of \(texts.count) texts",
        executable: try context.tool(named: "snippets").url,
        arguments: [output.path, root.path] + texts.map(\.path),
        inputFiles: texts + shown,
        outputFiles: [output])
    ]
  }

  private func files(in folder: URL) throws -> [URL] {
    guard let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey]) else {
      return []
    }
    return try all.compactMap { $0 as? URL }.filter {
      try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
    }.sorted { $0.path < $1.path }
  }
}
