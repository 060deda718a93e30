"""Ranks in one process, for properties over many rank counts; MPI itself is tested under mpiexec."""

import queue
import threading

from landsweep.executors.group import Group


class ThreadGroup(Group):
    def __init__(self, rank, size, boxes):
        self.rank, self.size, self.boxes = rank, size, boxes

    def send(self, arrays, to):
        self.boxes[self.rank, to].put([a.copy() for a in arrays])

    def receive(self, source):
        return self.boxes[source, self.rank].get(timeout=60)


def on_ranks(size, function):
    """Return ``function(group)`` of every rank; the first error is raised."""
    boxes = {(a, b): queue.Queue() for a in range(size) for b in range(size)}
    results, errors = [None] * size, []

    def work(rank):
        try:
            results[rank] = function(ThreadGroup(rank, size, boxes))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if errors:
        raise errors[0]
    return results
