/// What differs between platforms and versions of CPython, as data.
///
/// A pool has no branch on a version: it asks the profile in force.
package struct Profile: Hashable, Sendable {
  /// The name by which people choose it: `document`, `host`, `cpython-3.6` … `cpython-3.14`.
  package var name: String

  /// The start method of a program that chose none.
  package var defaultStartMethod: StartMethodName

  /// The start methods that the platform supports, in the order in which they are listed.
  package var startMethods: [StartMethodName]

  /// Whether the default name of a thread carries the name of its function (3.10 and later).
  package var threadNamesCarryFunction: Bool

  /// The logical processors of the machine; nil means those of this one.
  package var processors: Int?

  /// Whether the default number of workers counts only the processors that the process may use (3.13 and later).
  package var defaultSizeFollowsAffinity: Bool

  /// The documents' machine: macOS, 8 processors, CPython 3.8 or 3.9.
  package static let document = Profile(
    name: "document", defaultStartMethod: .spawn, startMethods: [.spawn, .fork, .forkserver],
    threadNamesCarryFunction: false, processors: 8, defaultSizeFollowsAffinity: false)

  /// This machine, with the conventions of the newest CPython on Linux: what a program gets that chooses nothing.
  package static let host = Profile(
    name: "host", defaultStartMethod: .forkserver, startMethods: [.forkserver, .fork, .spawn],
    threadNamesCarryFunction: true, processors: nil, defaultSizeFollowsAffinity: true)

  /// CPython 3.`minor` on Linux, on this machine.
  package static func cpython(minor: Int) -> Profile {
    Profile(
      name: "cpython-3.\(minor)",
      defaultStartMethod: minor >= 14 ? .forkserver : .fork,
      startMethods: minor >= 14 ? [.forkserver, .fork, .spawn] : [.fork, .spawn, .forkserver],
      threadNamesCarryFunction: minor >= 10, processors: nil, defaultSizeFollowsAffinity: minor >= 13)
  }

  /// Every profile, in the order in which they are listed.
  package static let all: [Profile] = [.document, .host] + (6...14).map(cpython(minor:))

  /// The profile of this name; nil for an unknown one.
  package static func named(_ name: String) -> Profile? { all.first { $0.name == name } }
}

/// A start method, as a value without behaviour.
package enum StartMethodName: String, Hashable, Sendable, CaseIterable {
  case fork, spawn, forkserver

  /// The word with which names of processes begin: `Fork`, `Spawn`, `ForkServer`.
  package var processPrefix: String {
    switch self {
    case .fork: "Fork"
    case .spawn: "Spawn"
    case .forkserver: "ForkServer"
    }
  }
}
