import CSimulation

/// Stacks for simulated threads, used again by the runs that follow. One thread at a time.
final class Stacks {
  static let size = 256 << 10

  private var free: [UnsafeMutableRawPointer] = []

  func take() -> UnsafeMutableRawPointer {
    if let stack = free.popLast() { return stack }
    guard let stack = sim_stack_make(Self.size) else { fatalError("No memory for the stack of a simulated thread.") }
    return stack
  }

  func give(_ stack: UnsafeMutableRawPointer) { free.append(stack) }

  deinit {
    for stack in free { sim_stack_free(stack, Self.size) }
  }
}
