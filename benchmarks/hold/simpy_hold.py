"""HOLD on SimPy, with call-backs on time-outs: its fastest way."""
import array
import sys
import time

import simpy

file, n, events = sys.argv[1], int(float(sys.argv[2])), int(float(sys.argv[3]))
increments = array.array("d")
with open(file, "rb") as source:
    increments.frombytes(source.read())
mask = len(increments) - 1

env = simpy.Environment()
following = 0


def hold(_event=None):
    global following
    env.timeout(increments[following]).callbacks.append(hold)
    following = (following + 1) & mask


for _ in range(n):
    hold()
for _ in range(max(n, 50_000)):
    env.step()
start = time.perf_counter()
for _ in range(events):
    env.step()
print(events / (time.perf_counter() - start))
