import CMultiprocessing
import Glibc

/// How a child of this library begins.
enum ChildMain {
  /// A spawned child: everything comes over its socket.
  static func runSpawned(_ socket: Int32) -> Never {
    do {
      guard let received = try ReceivedStart.receive(socket, head: Int(MP_NONCE_LENGTH)) else { mp_child_exit(1) }
      let (start, main, others) = try received.decode()
      Environment.set(Environment.backtrace, start.backtrace)
      switch start.role {
      case .server:
        mp_reset_signals()
        mp_detach_input()
        SystemWorld.shared.become(start.makeProcessState(processID: getpid()))
        ServerMain.run(master: socket, main: main)
      case .worker, .process:
        _ = mp_close(socket)
        mp_reset_signals()
        mp_detach_input()
        run(start, others, watched: [main])
      }
    } catch {
      complain(error)
    }
  }

  /// A child that a server forked; the server's end ends it too.
  static func runForked(_ received: ReceivedStart, server: Int32) -> Never {
    do {
      let (start, main, others) = try received.decode()
      let serverPidfd = mp_pidfd_open(server)
      // The server may have died before this was opened, and its number may be another's by now.
      guard serverPidfd >= 0, getppid() == server else { mp_child_exit(1) }
      // The server has seen to the signals and the standard input.
      mp_unblock_signals()
      run(start, others, watched: [main, serverPidfd])
    } catch {
      complain(error)
    }
  }

  /// A child that its parent forked itself: what it has to know lies in the socket already.
  static func runForked(_ socket: Int32) -> Never {
    do {
      guard let received = try ReceivedStart.receive(socket, head: SystemProcess.head.count) else { mp_child_exit(1) }
      _ = mp_close(socket)
      mp_reset_signals()
      mp_detach_input()
      let (start, main, others) = try received.decode()
      run(start, others, watched: [main])
    } catch {
      complain(error)
    }
  }

  private static func run(_ start: ChildStart, _ others: [Int32], watched: [Int32]) -> Never {
    mp_name_worker(start.name)
    forgetParent()
    SystemWorld.shared.become(start.makeProcessState(processID: getpid()))
    if let trace = start.trace { Trace.join(trace) }
    if let directory = start.workingDirectory { _ = chdir(directory) }
    let watching = mp_watch_processes(watched, Int32(watched.count))
    var descriptors = others
    if start.isGated {
      guard let gate = descriptors.popLast(), (try? Gate.join(Descriptor(gate))) != nil else { mp_child_exit(1) }
    }
    if watching < 0 {
      let error = System.failure(-watching, "Starting the thread that watches the main process")
      if case .worker(let worker) = start.role { WorkerMain.end(worker, descriptors, because: error) }
      complain(error)
    }
    switch start.role {
    case .worker(let worker): WorkerMain.run(worker, descriptors)
    case .process(let process): ProcessMain.run(process, descriptors.map { Descriptor($0, isInherited: true) })
    case .server: mp_child_exit(1)
    }
  }

  /// What the parent runs and watches is not the child's.
  static func forgetParent() {
    MainProcess.forget()
    ForkServer.forget()
    RunningFeeders.forget()
    Children.forget()
    WaitGraph.forget()
    SharedWaits.forget()
    RunningThreads.forget()
  }

  private static func complain(_ error: any Error) -> Never {
    System.complain("A worker could not begin: \(error)")
    mp_child_exit(1)
  }
}

/// Where the constructor of a spawned child hands over; see process.c.
@_cdecl("mp_swift_child_main")
func childMain(_ socket: Int32) -> Never {
  ChildMain.runSpawned(socket)
}

/// In a worker process, works and never returns; anywhere else, returns at once.
///
/// Most programs need no such call: a spawned worker is recognised before `main`. A program whose tasks read state that
/// is declared at the top level of its `main.swift` calls this after those declarations, and before it makes its first
/// pool, for such state is not initialised before `main`: its workers then run `main.swift` up to this call. Python's
/// counterpart is the guard `if __name__ == "__main__":`.
public func runWorkerIfNeeded() {
  CurrentWorld.world.process.hasExplicitEntry = true
  let socket = mp_take_deferred_socket()
  if socket >= 0 { ChildMain.runSpawned(socket) }
}
