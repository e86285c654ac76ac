// swift-tools-version: 6.1
import PackageDescription

// A user's package; `scripts/check-packages` copies it into a folder beside a link to this one, and builds and runs it.
let package = Package(
  name: "user",
  dependencies: [.package(path: "../swift-multiprocessing")],
  targets: [
    .executableTarget(name: "program", dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")]),
    .executableTarget(name: "toplevel", dependencies: [.product(name: "Multiprocessing", package: "swift-multiprocessing")]),
  ]
)
