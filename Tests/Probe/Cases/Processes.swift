import CMultiprocessing
import Glibc
import Multiprocessing

extension Cases {
  /// Processes of their own.
  static let processes: [Case] = [
    Case("the-life-of-a-process", "1.40, 1.42, 7 process, 7 active_children", in: Place.processes) { place in
      let reports = try Queue<WhoAmI.Answer>()
      let gate = try Event()
      let process = try place.process(ReportOneself(reports: reports, gate: gate), name: "alpha", isDaemon: true)
      try expect(!process.isAlive && process.exitCode == nil && process.processID == nil, "It runs before its start")
      try expect(process.sentinel == nil && ChildProcess.activeChildren.isEmpty, "It is there before its start")
      try process.start()
      let answer = try reports.get(timeout: .seconds(30))
      try expectEqual(answer.process, "alpha", "The name")
      try expectEqual(answer.processID, process.processID, "The process id")
      try expectEqual(answer.identity, process.identity, "The place in the tree")
      try expect(answer.isDaemon, "It is no daemon")
      try expectEqual([answer.parent, answer.thread, answer.method], ["MainProcess", "MainThread", place.rawValue], "Where it is")
      try expectEqual(answer.parentProcessID, getpid(), "The parent's process id")
      try expect(process.isAlive && process.exitCode == nil, "It does not run")
      try expect(ChildProcess.activeChildren.contains { $0 === process }, "It is no child")
      try expect(!process.join(timeout: .zero) && !process.join(timeout: .seconds(-1)), "It has ended")
      try expect(!process.join(timeout: .milliseconds(20)), "It has ended")
      gate.set()
      try expect(process.join(timeout: .seconds(30)), "It did not end")
      try expectEqual(process.exitCode, 0, "The exit code")
      try expect(!process.isAlive && ChildProcess.activeChildren.isEmpty, "It runs after its end")
      try process.join()
      try process.terminate()
    },

    Case("names-and-numbers-of-processes", "1.28, 1.29, 1.41", in: Place.processes) { place in
      let method = try place.startMethod()
      try StartMethod.setDefault(method)
      let plain = ChildProcess(EndWith(status: 7))
      let named = ChildProcess(EndWith(status: 0), context: Context(method))
      let own = ChildProcess(EndWith(status: 0), name: "zz")
      let prefix = ["fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"][place.rawValue] ?? ""
      try expectEqual([plain.name, named.name, own.name], ["Process-1", "\(prefix)Process-2", "zz"], "The names")
      try expectEqual(plain.description, "<Process name='Process-1' parent=\(getpid()) initial>", "Before the start")
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(WorkerName()), "\(place.workerPrefix)-4", "The next worker of a pool")
      }
      try plain.start()
      try plain.join()
      try expectEqual(
        plain.description, "<Process name='Process-1' pid=\(plain.processID ?? 0) parent=\(getpid()) stopped exitcode=7>", "After")
      let sleeper = try place.process(Park(), isDaemon: true)
      try sleeper.start()
      try expectEqual(
        sleeper.description,
        "<\(prefix)Process name='\(prefix)Process-5' pid=\(sleeper.processID ?? 0) parent=\(getpid()) started daemon>", "Running")
      try sleeper.terminate()
      try sleeper.join()
      try expect(sleeper.description.contains(" stopped exitcode=-SIGTERM daemon>"), "After: \(sleeper)")
    },

    Case("exit-codes-of-processes", "1.43, 7 sys_exit, 7 kill, 7 TestProcess.terminate", in: Place.processes) { place in
      for (status, expected) in [(0, 0), (3, 3), (300, 44), (-1, 255)] as [(Int32, Int32)] {
        try expectEqual(place.ended(EndWith(status: status)), expected, "The exit code for \(status)")
      }
      try expectEqual(place.ended(EndBySignal(signal: SIGKILL)), -SIGKILL, "The exit code after a signal")
      for (isForce, expected) in [(false, -SIGTERM), (true, -SIGKILL)] {
        let process = try place.process(Park())
        try process.start()
        try isForce ? process.kill() : process.terminate()
        try expect(process.join(timeout: .seconds(30)), "It did not end")
        try expectEqual(process.exitCode, expected, "The exit code")
        // Whoever comes too late harms nobody.
        try process.kill()
      }
    },

    Case(
      "a-process-that-throws-says-so", "1.43, 7 stderr_flush", in: Place.processes,
      complains: Dictionary(uniqueKeysWithValues: Place.processes.map { ($0, "Process beta: neg -5\nout of order\n") })
    ) { place in
      try expectEqual(place.ended(Throw(value: -5), name: "beta"), 1, "The exit code")
      try expectEqual(place.ended(EndWithMessage(message: "out of order")), 1, "The exit code")
    },

    Case("what-a-process-refuses", "1.42, 7 sentinel, 7 TestProcess.close", in: Place.processes) { place in
      let process = try place.process(Park())
      try expectError(.wrongState, "can only join a started process") { try process.join() }
      try expectError(.wrongState, "process not started") { try process.terminate() }
      try process.start()
      try expectError(.wrongState, "cannot start a process twice") { try process.start() }
      try expectError(
        .wrongState, "Cannot close a process while it is still running. You should first call join() or terminate()."
      ) { try process.close() }
      try process.kill()
      try process.join()
      try expectError(.wrongState, "cannot start a process twice") { try process.start() }
      try process.close()
      try process.close()
      try expectError(.wrongState, "process object is closed") { try process.join() }
      try expectError(.wrongState, "process object is closed") { try process.start() }
      try expectError(.wrongState, "process object is closed") { try process.kill() }
      try expect(process.exitCode == nil && !process.isAlive && process.processID == nil, "A closed process tells something")
      let hidden = try HiddenTargets.process(Context(place.startMethod()))
      try expectError(.typeNotReachable) { try hidden.start() }
      try expect(!hidden.isAlive && ChildProcess.activeChildren.isEmpty, "What cannot start runs")
    },

    Case("the-sentinel-of-a-process", "1.42, 7 sentinel", in: Place.processes) { place in
      let gate = try Event()
      let process = try place.process(ReportOneself(reports: Queue(), gate: gate))
      try process.start()
      guard var sentinel = process.sentinel else { throw Failure("There is no sentinel.") }
      var ready: UInt8 = 0
      try expectEqual(mp_poll(&sentinel, &ready, 1, mp_now_ns() + 30_000_000), 0, "Polling while it runs")
      gate.set()
      try expectEqual(mp_poll(&sentinel, &ready, 1, mp_now_ns() + 30_000_000_000), 1, "Polling at the end")
      try process.join()
      try expect(process.sentinel == nil, "A sentinel after the end")
    },

    Case("children-of-children", "1.31, 1.35, 7 recursion, 7 parent_process", in: Place.processes) { place in
      let found = try Queue<[Int]>()
      let root = try place.process(Tree(found: found, depth: 0, method: place.startMethod()), name: "root")
      try root.start()
      let order = try (0..<7).map { _ in try found.get(timeout: .seconds(40)) }
      try root.join()
      try expectEqual(root.exitCode, 0, "The exit code")
      // Each waits for its first child before it starts the second.
      try expectEqual(order, [[1], [1, 1], [1, 1, 1], [1, 1, 2], [1, 2], [1, 2, 1], [1, 2, 2]], "The tree")
    },

    Case("children-end-with-a-parent-that-is-killed", "7 parent_process", in: Place.processes) { place in
      let reports = try Queue<WhoAmI.Answer>()
      let child = try place.process(StartAndWait(reports: reports, method: place.startMethod()))
      try child.start()
      let grandchild = try reports.get(timeout: .seconds(30))
      try expectEqual(grandchild.parentProcessID, child.processID, "The parent of the grandchild")
      try expect(SystemState.isRunning(grandchild.processID), "The grandchild does not run")
      try child.kill()
      try child.join()
      try expect(eventually { !SystemState.isRunning(grandchild.processID) }, "The grandchild runs on")
    },

    Case("a-process-waits-for-its-children-and-ends-its-daemons", "7 process", in: Place.processes) { place in
      let reports = try Queue<WhoAmI.Answer>()
      let gate = try Event()
      let child = try place.process(LeaveChildren(reports: reports, gate: gate, method: place.startMethod()))
      try child.start()
      let pids = try (0..<2).map { _ in try reports.get(timeout: .seconds(30)) }
      let daemon = try pids.first { $0.isDaemon }.map(\.processID) ?? { throw Failure("There is no daemon.") }()
      try expect(eventually { !SystemState.isRunning(daemon) }, "The daemon runs on")
      try expect(!child.join(timeout: .milliseconds(50)), "It did not wait for its child")
      gate.set()
      try expect(child.join(timeout: .seconds(30)), "It did not end")
      try expectEqual(child.exitCode, 0, "The exit code")
    },

    Case("daemons-have-no-children-but-pools", "1.39", in: Place.processes) { place in
      let words = "daemonic processes are not allowed to have children"
      let reports = try Queue<String>()
      try place.withPool(1) { pool in
        try expectEqual(pool.apply(TryToStart(method: place.startMethod())), words, "In a worker of a pool")
      }
      for isDaemon in [true, false] {
        let process = try place.process(StartSomething(reports: reports, method: place.startMethod()), isDaemon: isDaemon)
        try process.start()
        try expectEqual(reports.get(timeout: .seconds(30)), isDaemon ? words : "started", "Starting in a daemon: \(isDaemon)")
        try expectEqual(reports.get(timeout: .seconds(30)), "[1, 4, 9]", "A pool in a daemon: \(isDaemon)")
        try process.join()
        try expectEqual(process.exitCode, 0, "The exit code")
      }
    },

    Case("everything-travels-to-a-process", "6.2, P11, 7 args_argument", in: Place.processes) { place in
      let (here, there) = try Connection.pipe()
      let parcel = try Everything(tools: Tools(), queue: Queue(), tasks: JoinableQueue(), simple: SimpleQueue(), connection: there)
      let process = try place.process(parcel)
      try process.start()
      there.close()
      try here.send(20)
      try expectEqual(here.receive(Int.self), 21, "Over the pipe")
      try expectEqual(parcel.queue.get(timeout: .seconds(30)), 22, "Over the queue")
      try expectEqual(parcel.simple.get(), 23, "Over the simple queue")
      try expectEqual(parcel.tasks.get(timeout: .seconds(30)), 24, "Over the joinable queue")
      try expect(parcel.tools.event.wait(timeout: .seconds(30)), "The event")
      try parcel.tools.barrier.wait(timeout: .seconds(30))
      try expectEqual(parcel.tools.value.value, 25, "The value")
      try expectEqual(parcel.tools.array.elements, [0, 0, 26, 0], "The array")
      try expect(parcel.tools.lock.isLocked, "The lock")
      try expectEqual([parcel.tools.semaphore.value, parcel.tools.bounded.value], [3, 0], "The semaphores")
      // The only other end is the process's, which ends once its task is done.
      try parcel.tasks.taskDone()
      try expectError(.queueClosed) { try here.receive(Int.self) }
      try expect(process.join(timeout: .seconds(30)) && process.exitCode == 0, "It did not end well")
    },

    Case("a-forked-process-sees-the-program-as-it-is-now", "5.19", in: Place.processes) { place in
      let reports = try Queue<Int>()
      for value in [7, 8] {
        ReportGlobal.global.value = value
        try expectEqual(place.ended(ReportGlobal(reports: reports)), 0, "The exit code")
        try expectEqual(reports.get(timeout: .seconds(30)), place == .fork ? value : 0, "The value in the process")
      }
    },

    Case("a-process-sends-all-that-it-put-before-it-ends", "6.10, 7 queue_in_process", in: Place.processes) { place in
      let queue = try Queue<Int>()
      let process = try place.process(PutMuch(queue: queue, count: 5000, isLeft: false))
      try process.start()
      try expect(!process.join(timeout: .milliseconds(200)), "It ended before it was rid of everything")
      for value in 0..<5000 { try expectEqual(queue.get(timeout: .seconds(30)), value, "The next value") }
      try expect(process.join(timeout: .seconds(30)) && process.exitCode == 0, "It did not end well")
      // One that does not care ends at once.
      let hasty = try place.process(PutMuch(queue: queue, count: 5000, isLeft: true))
      try hasty.start()
      try expect(hasty.join(timeout: .seconds(30)) && hasty.exitCode == 0, "It waited for a reader")
    },

    Case("many-processes-at-once", "7 many_processes", in: Place.processes) { place in
      let processes = try (0..<12).map { _ in try place.process(Park()) }
      for process in processes { try process.start() }
      try expectEqual(ChildProcess.activeChildren.count, 12, "How many run")
      for process in processes { try process.terminate() }
      for process in processes {
        try expect(process.join(timeout: .seconds(30)), "It did not end")
        try expectEqual(process.exitCode, -SIGTERM, "The exit code")
      }
      try expect(ChildProcess.activeChildren.isEmpty, "Some run on")
    },

    Case("processes-beside-pools-of-every-method", "5.23, 7 mixed_startmethod", in: Place.processes) { place in
      try place.withPool(2) { pool in
        let map = try pool.mapAsync(Square.self, 0..<200, chunkSize: 1)
        for other in Place.processes {
          try expectEqual(other.ended(EndWith(status: 5)), 5, "The exit code of a process by \(other)")
        }
        try expectEqual(map.get(timeout: .seconds(30)), (0..<200).map { $0 * $0 }, "The map")
      }
    },

    Case("a-server-that-is-killed-takes-its-process-and-is-replaced", "7 forkserver_sigkill", in: [.forkserver]) { place in
      let process = try place.process(Park())
      try process.start()
      let servers = SystemState.children(of: getpid()).filter { SystemState.command(of: $0) == "mp-server" }
      guard let server = servers.first else { throw Failure("There is no server.") }
      killProcess(server)
      try expect(process.join(timeout: .seconds(30)), "It runs on")
      try expectEqual(process.exitCode, -SIGKILL, "The exit code")
      try expectEqual(place.ended(EndWith(status: 4)), 4, "The exit code of the next")
    },

    Case("many-threads-wait-for-one-process", "1.42", in: [.spawn, .forkserver]) { place in
      let gate = try Event()
      let process = try place.process(ReportOneself(reports: Queue(), gate: gate))
      try process.start()
      try withThreadPool(processes: 4) { threads in
        let waiters = try (0..<4).map { _ in
          try threads.applyAsync { () throws -> Int32? in
            try process.join()
            return process.exitCode
          }
        }
        gate.set()
        for waiter in waiters { try expectEqual(waiter.get(timeout: .seconds(30)), 0, "The exit code") }
        threads.close()
        try threads.join()
      }
    },

    Case("the-main-process-waits-for-its-children-at-its-end", "7 process", in: Place.processes) { place in
      let started = ContinuousClock.now
      let helper = try Helper("helper-leaves-children", place)
      let pids = try helper.readNumbers()
      // The child that is no daemon speaks, and only then the program ends; the daemon would never end.
      try expectEqual(helper.readNumbers(), [42], "What the child says")
      try expectEqual(helper.end(), 0, "The exit code")
      try expect(eventually { pids.allSatisfy { !SystemState.isRunning($0) } }, "Some run on")
      try expect(ContinuousClock.now - started < .seconds(30), "The end took too long")
    },
  ]

  static let processHelpers: [Case] = [
    Case("helper-leaves-children", in: Place.processes) { place in
      let daemon = try place.process(Park(), isDaemon: true)
      try daemon.start()
      let (input, output) = try (Queue<Int>(), Event())
      let child = try place.process(SpeakLate(numbers: input, gate: output))
      try child.start()
      print("\(daemon.processID ?? 0) \(child.processID ?? 0)", flush: true)
      output.set()
      // More than the queue's channel takes: the end waits until the child has taken all.
      for number in 0..<6000 { try input.put(number) }
      exit(0)
    }
  ]
}

extension Place {
  /// A process in this place.
  func process(_ target: some ProcessTarget, name: String? = nil, isDaemon: Bool? = nil) throws -> ChildProcess {
    ChildProcess(target, name: name, isDaemon: isDaemon, context: Context(try startMethod()))
  }

  /// Starts a process and waits for its end; the exit code.
  func ended(_ target: some ProcessTarget, name: String? = nil) throws -> Int32? {
    let process = try process(target, name: name)
    try process.start()
    try expect(process.join(timeout: .seconds(30)), "The process did not end")
    return process.exitCode
  }
}
