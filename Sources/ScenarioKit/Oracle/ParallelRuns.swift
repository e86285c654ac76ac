import Glibc
import Synchronization

/// Does blocking work on a few threads of its own: captures wait for most of their time.
enum ParallelRuns {
  /// Calls `body` once for every number below `count`, `width` of them at a time, and returns when all are done.
  ///
  /// The calling thread takes part, so that the work is done even where no other thread can be started.
  static func forEach(_ count: Int, width: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let work = Work(count: count, body: body)
    var threads: [pthread_t] = []
    for _ in 1..<max(1, min(width, count)) {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(work)
      let status = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
          return nil
        }, context.toOpaque())
      if status == 0 {
        threads.append(thread)
      } else {
        context.release()
      }
    }
    work.run()
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Work: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: @Sendable (Int) -> Void

    init(count: Int, body: @escaping @Sendable (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func run() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
