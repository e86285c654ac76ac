/// Blocking work for `async` callers: on a thread of its own, never on one of the cooperative pool.
enum Blocking {
  /// Runs `body` on a new thread of the calling world and suspends until it has returned.
  static func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    let world = CurrentWorld.world
    return try await withCheckedThrowingContinuation { continuation in
      do {
        let identity = ThreadIdentity(name: "blocking call", isDaemon: true, isListed: false)
        try world.startThread(identity) {
          continuation.resume(with: Result { try body() })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}
