"""M/M/1 on SimPy with one process per customer."""
import array
import sys
import time

import simpy


def read(name):
    values = array.array("d")
    with open(name, "rb") as source:
        values.frombytes(source.read())
    return values


gaps, services, customers = read(sys.argv[1]), read(sys.argv[2]), int(float(sys.argv[3]))
mask = len(gaps) - 1
env = simpy.Environment()
server = simpy.Resource(env)
served = 0
waited = 0.0


def customer():
    global served, waited
    arrived = env.now
    with server.request() as request:
        yield request
        waited += env.now - arrived
        yield env.timeout(services[served & mask])
    served += 1


def source():
    for arrived in range(1, customers + 1):
        env.process(customer())
        yield env.timeout(gaps[arrived & mask])


env.process(source())
start = time.perf_counter()
env.run()
spent = time.perf_counter() - start
assert waited > 0 and served == customers
print(spent / customers * 1e6)
