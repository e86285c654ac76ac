// swift-tools-version: 6.1
import PackageDescription

/// Strict settings for every Swift target: an import is internal unless it says otherwise, an existential is
/// spelled `any`, a member is visible only where its module is imported.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "swift-multiprocessing",
  products: [
    .library(name: "Multiprocessing", targets: ["Multiprocessing"]),
    .executable(name: "scenarios", targets: ["scenarios"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .target(name: "CMultiprocessing"),
    .target(
      name: "PoolCore",
      dependencies: [.product(name: "DequeModule", package: "swift-collections")],
      swiftSettings: strict),
    .target(name: "Golden", swiftSettings: strict),
    .target(
      name: "Multiprocessing", dependencies: ["PoolCore", "CMultiprocessing"],
      exclude: ["Queues/README.md", "Transport/README.md", "Wire/README.md"],
      swiftSettings: strict),
    .target(name: "CSimulation"),
    .target(
      name: "Simulation",
      dependencies: [
        "Multiprocessing", "PoolCore", "CMultiprocessing", "CSimulation",
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(name: "CPythonEntry", linkerSettings: [.linkedLibrary("dl")]),
    .executableTarget(name: "python-host", dependencies: ["CPythonEntry"]),
    .target(name: "CPython", dependencies: ["CPythonEntry"], swiftSettings: strict),
    .executableTarget(name: "embed", swiftSettings: strict),
    .plugin(name: "EmbedPlugin", capability: .buildTool(), dependencies: ["embed"], path: "Sources/EmbedPlugin"),
    .target(
      name: "Examples", dependencies: ["Multiprocessing"], path: "Scenarios", swiftSettings: strict,
      plugins: ["EmbedPlugin"]),
    // Apart from everything else, so that a learner's change is compiled at once.
    .target(name: "Exercises", dependencies: ["Multiprocessing"], path: "Exercises", exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "ScenarioKit",
      dependencies: ["Examples", "Multiprocessing", "PoolCore", "Golden", "Simulation", "CMultiprocessing", "CPython"],
      resources: [
        .embedInCode("Oracle/claims.py"), .embedInCode("Oracle/warm.py"), .embedInCode("Differential/differential.py"),
      ],
      swiftSettings: strict),
    .target(
      name: "ScenarioWeb",
      dependencies: [
        "ScenarioKit", "Multiprocessing", "PoolCore", "Golden", "Simulation", "CPython",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [
        .embedInCode("Templates/head.mustache"), .embedInCode("Templates/foot.mustache"),
        .embedInCode("Templates/index.mustache"), .embedInCode("Templates/example.mustache"),
        .embedInCode("Templates/claims.mustache"), .embedInCode("Templates/starting.mustache"),
        .embedInCode("Assets/report.css"), .embedInCode("Assets/report.js"), .embedInCode("Assets/theme.js"),
        .embedInCode("Assets/timeline.js"), .embedInCode("Assets/walk.js"), .embedInCode("Starting/starting.py"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "scenarios",
      dependencies: [
        "ScenarioKit", "Exercises", "ScenarioWeb", "Golden", "PoolCore", "Simulation", "CPython", "python-host",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(name: "golden-bench", dependencies: ["Golden"], swiftSettings: strict),
    .executableTarget(name: "pool-bench", dependencies: ["Multiprocessing"], path: "Bench/pool", swiftSettings: strict),
    .executableTarget(name: "pool-limit", path: "Bench/limit"),
    .executableTarget(
      name: "probe", dependencies: ["Multiprocessing", "PoolCore", "CMultiprocessing"], path: "Tests/Probe",
      swiftSettings: strict),
    .executableTarget(name: "snippets", swiftSettings: strict),
    .plugin(name: "SnippetsPlugin", capability: .buildTool(), dependencies: ["snippets"], path: "Sources/SnippetsPlugin"),
    .executableTarget(
      name: "documentation", dependencies: ["Multiprocessing"], path: "Tests/Documentation", swiftSettings: strict,
      plugins: ["SnippetsPlugin"]),
    .testTarget(name: "PoolCoreTests", dependencies: ["PoolCore"], swiftSettings: strict),
    .testTarget(
      name: "MultiprocessingTests",
      dependencies: ["Multiprocessing", "PoolCore", "CMultiprocessing", "ScenarioKit", "Golden", "probe"],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["Simulation", "Examples", "ScenarioKit", "Golden", "Multiprocessing", "PoolCore"],
      swiftSettings: strict),
    .testTarget(name: "GoldenTests", dependencies: ["Golden"], swiftSettings: strict),
    .testTarget(name: "CPythonTests", dependencies: ["CPython", "ScenarioKit", "Golden", "python-host"], swiftSettings: strict),
    .testTarget(
      name: "ScenarioKitTests", dependencies: ["ScenarioKit", "Exercises", "ScenarioWeb", "Examples", "PoolCore", "Golden", "CPython"],
      swiftSettings: strict),
    .testTarget(
      name: "ScenariosTests", dependencies: ["ScenarioKit", "Golden", "CPython", "scenarios"], exclude: ["Snapshots"],
      swiftSettings: strict),
    .testTarget(
      name: "DocumentationTests",
      dependencies: ["ScenarioKit", "PoolCore", "Golden", "CPython", "documentation", "scenarios", "snippets"],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests", dependencies: ["ScenarioKit", "PoolCore", "Golden", "CPython", "scenarios"],
      swiftSettings: strict),
  ]
)
