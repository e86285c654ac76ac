import Foundation
import PackagePlugin

/// Embeds the goldens and every example's program, twin and story into the target that uses it.
@main struct EmbedPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let folders = try ["golden"] + contents(of: root.appending(path: "Scenarios")).map { "Scenarios/\($0)" }
    let names = try folders.flatMap { folder in
      // A file at the top of Scenarios is code of the target itself and gives nothing here.
      try contents(of: root.appending(path: folder)).map { "\(folder)/\($0)" }
    }.filter { name in
      let suffixes = name.hasPrefix("golden/") ? ["golden"] : ["swift", "py", "md"]
      return suffixes.contains { name.hasSuffix(".\($0)") }
    }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
    let paths = names.map { root.appending(path: $0) }
    return [
      .buildCommand(
        displayName: "Embedding \(names.count) files",
        executable: try context.tool(named: "embed").url,
        arguments: [output.path] + zip(names, paths).flatMap { [$0, $1.path] },
        inputFiles: paths,
        outputFiles: [output])
    ]
  }

  private func contents(of folder: URL) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      return []
    }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
  }
}
