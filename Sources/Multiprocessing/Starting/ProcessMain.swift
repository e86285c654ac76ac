import CMultiprocessing
import Glibc

/// The life of a process of its own: run the target, see to the children, end.
enum ProcessMain {
  static func run(_ process: ProcessStart, _ shared: [Descriptor]) -> Never {
    let status = Trace.measure("target") { runTarget(process, shared) }
    _ = mp_flush()
    ProcessEnd.run()
    mp_child_exit(status)
  }

  private static func runTarget(_ process: ProcessStart, _ shared: [Descriptor]) -> Int32 {
    do {
      guard let type = TypeName.find(process.target) as? any ProcessTarget.Type else {
        throw MultiprocessingError(.notDecodable, "The process knows no target of the name \(process.target).")
      }
      try decode(type, process.targetBytes, SharingContext(shared)).run()
      return 0
    } catch let exit as SystemExit {
      if let message = exit.message { complain(message) }
      return exit.status & 0xff
    } catch {
      complain("Process \(ProcessIdentity.current.name): \(error)")
      return 1
    }
  }

  private static func decode<T: ProcessTarget>(_ type: T.Type, _ bytes: [UInt8], _ sharing: SharingContext) throws -> T {
    try Wire.decode(type, from: bytes, userInfo: [SharingContext.key: sharing])
  }

  private static func complain(_ sentence: String) {
    _ = mp_flush()
    System.complain(sentence)
  }
}
