import Multiprocessing

/// One event, handed over by the initializer, stops all tasks gracefully.
enum StopEvent: Example {
  static let stop = ProcessLocal<Event?>(nil)
  static let started = ProcessLocal<Barrier?>(nil)

  struct InitializeWorker: Initializer {
    let stop: Event
    let started: Barrier

    func run() {
      StopEvent.stop.value = stop
      StopEvent.started.value = started
    }
  }

  struct Work: PoolTask {
    func run() throws {
      let name = ProcessIdentity.current.name
      print("\(name) is running", flush: true)
      // Both tasks and main meet here, so the tasks are in two workers and nothing is stopped before it runs.
      try started.value?.wait()
      stop.value?.wait()
      print("\(name) has stopped", flush: true)
    }
  }

  static func main() throws {
    let stop = try Event()
    let started = try Barrier(3)
    try withPool(processes: 2, initializer: InitializeWorker(stop: stop, started: started)) { pool in
      for _ in 0..<2 { try pool.applyAsync(Work()) }
      try started.wait()
      print("Stopping all tasks", flush: true)
      stop.set()
      pool.close()
      try pool.join()
    }
  }
}
