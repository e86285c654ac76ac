import CMultiprocessing
import Glibc

/// The process group of a captured program, looked at from outside.
struct ProcessGroup {
  let id: Int32

  /// The living members; a process that has exited and waits to be reaped is no member.
  func members() -> [Int32] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var result: [Int32] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      // Asking the system is cheap; the file, which takes it long to write, is only read of members.
      guard let process = Int32(name), getpgid(process) == id, Self.group(ofLiving: process) == id else { continue }
      result.append(process)
    }
    return result
  }

  func signal(_ number: Int32) {
    _ = kill(-id, number)
  }

  /// Reads the group from /proc/N/stat: `N (name) state parent group …`, where the name may contain anything.
  private static func group(ofLiving process: Int32) -> Int32? {
    let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let text = withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = read(file, buffer.baseAddress, buffer.count)
      return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 2, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int32(fields[2])
  }
}
