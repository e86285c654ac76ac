import Multiprocessing

/// A place to wait for one wake-up.
final class SimulatedParker: Parker, @unchecked Sendable {
  // Sendable: a world and all that belongs to it run on one real thread.
  private unowned let world: SimulatedWorld
  private weak var owner: Lane?
  private let index: Int
  /// The same in every order: made of its owner's name, and of which of the owner's it is.
  let number: Int
  var isWoken = false
  /// What is waited for here.
  private var purpose = ParkingPurpose.something

  init(_ world: SimulatedWorld) {
    self.world = world
    owner = world.current
    index = owner?.takeParkerIndex() ?? 0
    number = mix(owner?.name.hashValue ?? 0, index) & 0xFFFF_FFFF
  }

  deinit { owner?.giveParkerIndex(index) }

  func park(until deadline: Duration?) -> Bool {
    guard world.perform(.park(self, until: deadline)) == 0 else { return false }
    isWoken = false
    world.current?.stage = self.number
    return true
  }

  func serve(_ purpose: ParkingPurpose) { self.purpose = purpose }

  /// What is waited for here, in words.
  var goal: String {
    switch purpose {
    case .result(let job): "the result of job \(job)"
    case .output(let job): "the next output of job \(job)"
    case .endOfPool: "the end of its pool"
    case .task: "a task"
    case .something: "another thread"
    }
  }

  func unpark() {
    if world.granularity == .fine { _ = world.perform(.wake(self)) }
    world.touch(.wake(number))
    isWoken = true
  }
}
