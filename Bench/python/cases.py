"""The cases: what is done, how much of it by whom, what is hoped for, and which limit of the machine stands beside it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    unit: str
    # What pool-bench and the peers are called with: the case, items, workers, bytes.
    ours: tuple
    theirs: tuple = ()
    # How many times better than CPython; for a case without a peer, the figure itself.
    goal: float = 0
    limit: str = ""
    is_rate: bool = True
    # Other peers than CPython are asked too.
    others: bool = field(default=True)


CASES = [
    Case("apply_async", "applyAsync, small tasks one by one, then all results", "tasks/s",
         ("apply_async", 300000), ("apply_async", 20000), 50, "pipe_farm_1"),
    Case("apply_p50", "apply, round trip, median", "µs", ("apply_p50", 4000), ("apply_p50", 3000), 3,
         "pipe_round_trip", is_rate=False),
    Case("apply_spin_p50", "apply, round trip, median, with the short spin", "µs", ("apply_spin_p50", 20000),
         ("apply_p50", 3000), 20, "pipe_round_trip", is_rate=False, others=False),
    Case("map_1m", "map of 10^6 Ints, default chunks", "items/s", ("map", 1000000), ("map", 1000000), 10, "pipe_farm_64"),
    Case("map_chunk1", "map, chunk size 1", "items/s", ("map_chunk1", 300000), ("map_chunk1", 20000), 50, "pipe_farm_1"),
    Case("imap_chunk1", "imap, chunk size 1", "items/s", ("imap_chunk1", 300000), ("imap_chunk1", 20000), 50, "pipe_farm_1"),
    Case("imap_unordered_64", "imapUnordered, chunk size 64", "items/s", ("imap_unordered_64", 4000000),
         ("imap_unordered_64", 400000), 10, "pipe_farm_64"),
    Case("payload_1m", "200 payloads of 1 MiB echoed", "MB/s", ("payload", 200, 2, 1 << 20), ("payload", 200, 2, 1 << 20), 4,
         "copies"),
    Case("strings_64", "200,000 strings of 64 bytes", "items/s", ("strings_64", 200000), ("strings_64", 200000), 4,
         "pipe_farm_64"),
    Case("simple_queue", "SimpleQueue of pairs, 2 workers to the parent", "messages/s", ("simple_queue", 4000000),
         ("simple_queue", 50000), 50, "pipe_gather"),
    Case("queue_encoded", "the same, of pairs that are not PlainData", "messages/s", ("queue_encoded", 400000),
         ("simple_queue", 50000), 0, "pipe_gather", others=False),
    Case("start_fork_2", "start a pool of 2, one task, close, join: fork", "ms", ("start_fork", 1, 2), ("start_fork", 1, 2), 6,
         "fork_2", is_rate=False),
    Case("start_spawn_2", "the same: spawn", "ms", ("start_spawn", 1, 2), ("start_spawn", 1, 2), 15, "fork_2", is_rate=False),
    Case("start_fork_64", "the same: 64 workers, fork", "ms", ("start_fork", 1, 64), ("start_fork", 1, 64), 8, "fork_64",
         is_rate=False),
    Case("start_200mb", "the same: 8 workers, fork, 200 MB resident in the parent", "ms", ("start_200mb", 1, 8),
         ("start_200mb", 1, 8), 0, "", is_rate=False, others=False),
    Case("thread_apply_async", "ThreadPool: applyAsync of small tasks", "tasks/s", ("thread_apply_async", 300000),
         ("thread_apply_async", 50000), 30, "", others=False),
    Case("thread_map_1m", "ThreadPool: map of 10^6 Ints", "items/s", ("thread_map", 1000000), ("thread_map", 1000000), 50,
         "thread_map", others=False),
    Case("pending", "memory in the parent for a pending task", "bytes", ("pending", 200000), ("pending", 50000), 5, "",
         is_rate=False, others=False),
]

# Without a peer: CPython's pool never notices a death, and its idle pool polls.
DEATH = Case("death", "SIGKILL of a busy worker until its task's error, median of 200", "ms", ("death", 200), (), 10, "",
             is_rate=False)
IDLE = Case("idle", "processor time of an idle pool of 2 over 10 s", "ms", ("idle", 1, 2), (), 1, "", is_rate=False)

WORKERS = [1, 2, 4, 8, 16, 64]
ITEMS = [10 ** power for power in range(3, 8)]
BYTES = [8, 64, 1 << 10, 16 << 10, 256 << 10, 1 << 20, 8 << 20, 64 << 20]
