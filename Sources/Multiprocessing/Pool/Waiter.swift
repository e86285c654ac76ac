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

extension [Waiter] {
  /// Forgets a thread that waits no longer.
  mutating func remove(_ parker: any Parker) {
    removeAll { waiter in
      if case .thread(let other) = waiter { return other === parker }
      return false
    }
  }
}
