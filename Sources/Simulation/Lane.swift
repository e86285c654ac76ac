import CMultiprocessing
import CSimulation
import Multiprocessing
import PoolCore

/// A simulated thread: a stack of its own that runs while it holds the baton.
final class Lane {
  let number: Int
  /// The first word of its labels: `main`, `w1`, `t2`, `results`.
  let name: String
  let process: SimulatedProcess
  let identity: ThreadIdentity
  /// The worker that it is, in a process pool.
  var worker: SimulatedTransport.Place?
  /// Whether it is a worker, a process or a thread.
  var isWorker: Bool { pool != nil && !isHelper }
  /// The number of the pool that it works for.
  var pool: Int?
  /// The number of the pool whose machine it told of something last, which may be that it is opened.
  var opened: Int?
  /// How many lines it has printed.
  var printed = 0
  /// The chunk that it has.
  var chunk: Chunk?
  /// The job that it has a chunk of.
  var holds: JobID? { chunk?.job }
  /// The text that it is about to print.
  var printing: String?
  /// How many values it has drawn for its chunk.
  var draws = 0
  /// What it waited for last: what it did before is no part of what may still come.
  var stage: Int?
  private var parkers: Set<Int> = []
  /// Whether it is one of a pool's three helper threads.
  var isHelper = false
  /// Runs to its first operation as soon as it exists: nobody could notice when.
  let startsAtOnce: Bool
  private unowned let world: SimulatedWorld

  /// What it will do next; nil while it runs and when it has ended.
  var pending: Operation?
  var isFinished = false
  /// Killed, or left over at the end: nothing that it does counts any more.
  var isGhost = false
  /// What its program has learned so far, as a number.
  var history = 0
  /// Whether it has done something since it got the baton that others may notice.
  var hasEffect = true
  /// How it was chosen.
  var code = 0

  private var body: (() -> Void)?
  private var stack: UnsafeMutableRawPointer?
  /// Where its own context lies while it does not run. Behind a pointer, for a switch of stacks happens in the middle of
  /// what would be an access to a variable.
  private let context: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  init(
    _ number: Int, _ name: String, _ process: SimulatedProcess, _ identity: ThreadIdentity, _ world: SimulatedWorld,
    startsAtOnce: Bool, _ body: @escaping () -> Void
  ) {
    self.number = number
    self.name = name
    self.process = process
    self.identity = identity
    self.world = world
    self.startsAtOnce = startsAtOnce
    self.body = body
    let stack = world.stacks.take()
    self.stack = stack
    context = .allocate(capacity: 1)
    context.initialize(to: nil)
    pending = .start
    // Unretained: the world holds every lane until its run is over.
    context.pointee = sim_context_make(
      stack, Stacks.size, { Lane.enter($0) }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    context.deallocate()
    leaveStack()
  }

  /// Gives the stack back, in the middle of which the lane may be: nobody resumes it any more. What it has there is lost, the
  /// reference to the lane among it, so that this cannot be left to its end.
  func leaveStack() {
    if let stack { world.stacks.give(stack) }
    stack = nil
  }

  private static func enter(_ argument: UnsafeMutableRawPointer?) {
    guard let argument else { return }
    // No reference may be left on this stack, for nobody will come back to drop it.
    let (own, scheduler) = run(argument)
    sim_context_switch(own, scheduler.pointee)
  }

  private typealias Context = UnsafeMutablePointer<UnsafeMutableRawPointer?>

  @inline(never) private static func run(_ argument: UnsafeMutableRawPointer) -> (Context, Context) {
    let lane = Unmanaged<Lane>.fromOpaque(argument).takeUnretainedValue()
    lane.run()
    return (lane.context, lane.world.context)
  }

  private func run() {
    pending = nil
    let body = self.body
    self.body = nil
    body?()
    isFinished = true
    pending = nil
  }

  /// Hands the baton to this lane; returns when it comes back.
  func resume() {
    let before = mp_thread_identity()
    mp_set_thread_identity(Unmanaged.passUnretained(identity).toOpaque())
    world.current = self
    sim_watch(true)
    sim_context_switch(world.context, context.pointee)
    sim_watch(false)
    world.current = nil
    if let call = sim_noted() { world.note(forbidden: String(cString: call), by: self) }
    mp_set_thread_identity(before)
  }

  /// Hands the baton back to the scheduler; returns when it is resumed.
  func yield() {
    sim_context_switch(context, world.context.pointee)
  }

  func take(_ chunk: Chunk) {
    self.chunk = chunk
    draws = 0
  }

  /// The lowest number that none of its parkers has.
  func takeParkerIndex() -> Int {
    var index = 0
    while parkers.contains(index) { index += 1 }
    parkers.insert(index)
    return index
  }

  func giveParkerIndex(_ index: Int) { parkers.remove(index) }

  /// Notes something that the lane's program now knows.
  func learn(_ value: Int) { history = mix(history, value) }
}
