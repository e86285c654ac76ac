/// Somebody who waits: a blocked thread or a suspended task.
package enum Waiter: Sendable {
  case thread(any Parker)
  case task(CheckedContinuation<Void, Never>)

  func wake() {
    switch self {
    case .thread(let parker): parker.unpark()
    case .task(let continuation): continuation.resume()
    }
  }
}
