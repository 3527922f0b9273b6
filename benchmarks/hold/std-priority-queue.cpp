// HOLD on C++'s own heap, nothing but the queue and the clock: the near-physical reference.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <vector>

struct Event {
  int64_t time;
  uint64_t sequence;
  uint32_t handler;
  int32_t a;
};

struct Later {
  bool operator()(const Event &one, const Event &other) const {
    return one.time != other.time ? one.time > other.time : one.sequence > other.sequence;
  }
};

int main(int, char **arguments) {
  std::FILE *file = std::fopen(arguments[1], "rb");
  if (!file) return 1;
  std::vector<double> doubles(1 << 20);
  if (std::fread(doubles.data(), 8, doubles.size(), file) != doubles.size()) return 1;
  std::fclose(file);
  std::vector<int64_t> increments(doubles.begin(), doubles.end());
  const size_t n = std::atof(arguments[2]);
  const size_t events = std::atof(arguments[3]);

  std::priority_queue<Event, std::vector<Event>, Later> queue;
  uint64_t sequence = 0;
  size_t next = 0;
  const auto schedule = [&](int64_t now) {
    queue.push({now + increments[next], sequence++, 0, 0});
    next = (next + 1) & (increments.size() - 1);
  };
  const auto run = [&](size_t count) {
    for (size_t i = 0; i < count; i++) {
      const Event event = queue.top();
      queue.pop();
      schedule(event.time);
    }
  };
  for (size_t i = 0; i < n; i++) schedule(0);

  run(std::max<size_t>(n, 500000));
  const auto start = std::chrono::steady_clock::now();
  run(events);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%f\n", events / seconds.count());
}
