import Multiprocessing

extension Cases {
  /// Items of the catalogue that no other file covers: processes, and what shared objects say of themselves.
  static let parityProcesses: [Case] = [
    Case("a-process-object-fixes-no-method", "5.3, 5.10", in: Place.processes) { place in
      let method = try place.startMethod()
      let early = ChildProcess(EndWith(status: 3))
      _ = early.description
      try StartMethod.setDefault(method)
      // It starts by the method that is the default by then.
      try early.start()
      try expect(early.join(timeout: .seconds(30)), "It did not end")
      try expectEqual(early.exitCode, 3, "The exit code")
      let reports = try Queue<WhoAmI.Answer>()
      let gate = try Event()
      gate.set()
      let child = ChildProcess(ReportOneself(reports: reports, gate: gate))
      try child.start()
      let answer = try reports.get(timeout: .seconds(30))
      try expectEqual([answer.process, answer.method], ["Process-2", place.rawValue], "The process and its method")
      try child.join()
    },

    Case("a-process-waits-for-its-threads-but-for-daemons", "2.28, 7 wait_for_threads", in: Place.processes) { place in
      let event = try Event()
      let child = try place.process(StartThreads(event: event))
      try child.start()
      let ended = try expectWithin(.seconds(15), "The child, whose daemon thread sleeps on,") { try child.join(timeout: .seconds(15)) }
      try expect(ended && child.exitCode == 0, "The child did not end well: \(child)")
      try expect(event.isSet, "The child ended before its thread did")
    },

    Case("a-worker-waits-for-its-threads", "2.28", in: Place.processes) { place in
      let event = try Event()
      let pool = try place.pool(1, initializer: StartThreads(event: event))
      try pool.apply(Nothing())
      pool.close()
      try pool.join()
      try expect(event.isSet, "The worker ended before its thread did")
    },

    Case("the-life-of-a-thread", "2.28", in: [.thread], complains: [.thread: "Exception in thread Thread-3: neg 3"]) { _ in
      let gate = try Event()
      let seen = Collected<String>()
      let thread = ProcessThread {
        seen.append(ThreadIdentity.current.name)
        gate.wait(timeout: .seconds(30))
      }
      try expect(!thread.isAlive && !thread.isDaemon, "It is alive before it was started, or a daemon")
      try expectError(.wrongState, "cannot join thread before it is started") { try thread.join() }
      try thread.start()
      try expectError(.wrongState, "threads can only be started once") { try thread.start() }
      try expectEqual(seen.first(), "Thread-1", "The name of the thread")
      try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread", "Thread-1"], "The live threads")
      try expect(thread.isAlive, "It is not alive")
      try expect(!(try thread.join(timeout: .milliseconds(10))), "It has ended before it may")
      gate.set()
      try expect(thread.join(timeout: .seconds(30)), "It does not end")
      try expect(!thread.isAlive, "It is alive though it has ended")
      let heir = ProcessThread(name: "mother", isDaemon: true) { seen.append("\(ProcessThread {}.isDaemon)") }
      try heir.start()
      try heir.join()
      try expectEqual(seen.all.last, "true", "Whether the thread of a daemon is one")
      let failing = ProcessThread { throw Negative(value: 3) }
      try failing.start()
      try failing.join()
    },

    Case("a-default-process-in-a-child-has-the-child-s-method", "1.31, 5.9", in: Place.processes) { place in
      let reports = try Queue<WhoAmI.Answer>()
      let child = try place.process(StartDefault(reports: reports))
      try child.start()
      let grandchild = try reports.get(timeout: .seconds(30))
      try expect(child.join(timeout: .seconds(30)), "The child did not end")
      try expectEqual(child.exitCode, 0, "The exit code")
      try expectEqual([grandchild.process, grandchild.method], ["Process-1:1", place.rawValue], "The grandchild")
      try expectEqual(grandchild.identity, [1, 1], "Its place in the tree")
    },

    Case("a-process-is-a-daemon-as-its-creator-is", "1.33, 7 daemon_argument", in: Place.processes) { place in
      try expectEqual(DaemonFlags().run(), [false, true, false], "The flags in the main process")
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(DaemonFlags()), [true, true, false], "The flags in a worker, which is a daemon")
      }
    },

    Case("shared-objects-describe-themselves", "6.17, 6.19, 6.20, 7 repr", in: [.spawn]) { _ in
      let event = try Event()
      try expectEqual("\(event)", "<Event unset>", "An event")
      event.set()
      try expectEqual("\(event)", "<Event set>", "An event that is set")
      let semaphore = try CountingSemaphore(2)
      try semaphore.release()
      try expectEqual("\(semaphore)", "<Semaphore(value=3)>", "A semaphore")
      let bounded = try BoundedSemaphore(2)
      bounded.acquire()
      try expectEqual("\(bounded)", "<BoundedSemaphore(value=1, maxvalue=2)>", "A bounded semaphore")
      let barrier = try Barrier(2)
      try expectEqual("\(barrier)", "<Barrier waiters=0/2>", "A barrier")
      try barrier.abort()
      try expectEqual("\(barrier)", "<Barrier broken>", "A barrier that is broken")
    },
  ]
}

/// Starts a process that names no context; its report comes from there.
struct StartDefault: ProcessTarget {
  let reports: Queue<WhoAmI.Answer>
  func run() throws {
    let gate = try Event()
    gate.set()
    let child = ChildProcess(ReportOneself(reports: reports, gate: gate))
    try child.start()
    try expect(child.join(timeout: .seconds(30)) && child.exitCode == 0, "\(child) did not end well")
  }
}

/// Whether processes made here are daemons: by default, and as told.
struct DaemonFlags: PoolTask {
  func run() -> [Bool] {
    [nil, true, false].map { ChildProcess(EndWith(status: 0), isDaemon: $0).isDaemon }
  }
}

/// Starts a thread that sets the event in a moment, and a daemon that would clear it much later.
struct StartThreads: ProcessTarget, Initializer {
  let event: Event

  func run() throws {
    try ProcessThread {
      sleep(for: .milliseconds(500))
      event.set()
    }.start()
    try ProcessThread(isDaemon: true) {
      sleep(for: .seconds(20))
      event.clear()
    }.start()
  }
}
