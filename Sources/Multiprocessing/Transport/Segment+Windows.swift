import Glibc

/// The parts of the pool's file that hold large payloads, mapped when they are needed first.
///
/// What lies there is written and read in place. Without room for a mapping the file is written and read instead.
extension Segment {
  struct Windows {
    enum Window {
      case unknown, missing
      case mapped(UnsafeMutableRawPointer)
    }
    var tasks = Window.unknown
    /// One for each worker.
    var outcomes: [Window]
    /// How large the file was when it was last looked at: it never becomes smaller.
    var fileSize = 0
  }

  /// The bytes at a place among large task payloads; nil where they are not mapped. For the thread that stages, and in a worker.
  func tasks(at place: UInt64, _ count: Int) -> UnsafeMutableRawBufferPointer? {
    Self.part(place, count, of: &windows.tasks, file, Layout.largeTasks, Layout.taskWindow)
  }

  /// The bytes at a place among a worker's large outcomes; nil where they are not mapped. For the thread that reads outcomes,
  /// and in that worker.
  func outcomes(of area: Int, at place: UInt64, _ count: Int) -> UnsafeMutableRawBufferPointer? {
    Self.part(place, count, of: &windows.outcomes[area], file, Layout.largeOutcomes(area), layout.outcomeWindow)
  }

  private static func part(
    _ place: UInt64, _ count: Int, of window: inout Windows.Window, _ file: Descriptor, _ start: UInt64, _ size: Int
  ) -> UnsafeMutableRawBufferPointer? {
    guard place >= start, place - start <= UInt64(size), count >= 0, count <= size - Int(place - start) else { return nil }
    if case .unknown = window { window = (try? file.map(size, at: start)).map { .mapped($0) } ?? .missing }
    guard case .mapped(let base) = window else { return nil }
    return UnsafeMutableRawBufferPointer(start: base + Int(place - start), count: count)
  }

  /// Whether so many bytes of the file are there: to touch what is not ends the process.
  func holds(_ count: UInt64, at place: UInt64) throws(MultiprocessingError) -> Bool {
    func fits() -> Bool { place <= UInt64(windows.fileSize) && count <= UInt64(windows.fileSize) - place }
    if fits() { return true }
    windows.fileSize = try file.size()
    return fits()
  }

  func unmapWindows() {
    for (window, size) in [(windows.tasks, Layout.taskWindow)] + windows.outcomes.map({ ($0, layout.outcomeWindow) }) {
      if case .mapped(let base) = window { munmap(base, size) }
    }
  }
}
