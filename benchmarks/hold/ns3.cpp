// HOLD on ns-3, through its public Simulator. The first argument is the scheduler.
#include <ns3/core-module.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace ns3;

static std::vector<double> increments(1 << 20);
static size_t next = 0;
static size_t left = 0;
static size_t events = 0;
static bool timed = false;
static std::chrono::steady_clock::time_point start;

static void Hold() {
  if (--left == 0) {
    if (timed) {
      Simulator::Stop();
      return;
    }
    timed = true;
    left = events;
    start = std::chrono::steady_clock::now();
  }
  Simulator::Schedule(NanoSeconds(static_cast<int64_t>(increments[next])), &Hold);
  next = (next + 1) & (increments.size() - 1);
}

int main(int, char **arguments) {
  ObjectFactory scheduler;
  scheduler.SetTypeId(arguments[1]);
  Simulator::SetScheduler(scheduler);
  std::FILE *file = std::fopen(arguments[2], "rb");
  if (!file) return 1;
  if (std::fread(increments.data(), 8, increments.size(), file) != increments.size()) return 1;
  std::fclose(file);
  const size_t n = std::atof(arguments[3]);
  events = std::atof(arguments[4]);
  left = std::max<size_t>(n, 500000);
  for (size_t i = 0; i < n; i++) {
    Simulator::Schedule(NanoSeconds(static_cast<int64_t>(increments[next])), &Hold);
    next = (next + 1) & (increments.size() - 1);
  }
  Simulator::Run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%f\n", events / seconds.count());
  Simulator::Destroy();
}
