// M/M/1 with one C++20 coroutine per customer on std::priority_queue: what processes could cost.
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <vector>

struct Event {
  int64_t time;
  uint64_t sequence;
  std::coroutine_handle<> process;
  bool operator<(const Event &other) const {
    return time != other.time ? time > other.time : sequence > other.sequence;
  }
};

static std::priority_queue<Event> queue;
static int64_t now = 0;
static uint64_t sequence = 0;

static void Schedule(int64_t delay, std::coroutine_handle<> process) {
  queue.push({now + delay, sequence++, process});
}

struct Process {
  struct promise_type {
    Process get_return_object() {
      Schedule(0, std::coroutine_handle<promise_type>::from_promise(*this));
      return {};
    }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
  };
};

struct Delay {
  int64_t ns;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> process) { Schedule(ns, process); }
  void await_resume() {}
};

struct Server {
  bool busy = false;
  std::deque<std::coroutine_handle<>> line;
  auto acquire() {
    struct Acquire {
      Server &server;
      bool await_ready() {
        if (server.busy) return false;
        return server.busy = true;
      }
      void await_suspend(std::coroutine_handle<> process) { server.line.push_back(process); }
      void await_resume() {}
    };
    return Acquire{*this};
  }
  void release() {
    if (line.empty()) {
      busy = false;
      return;
    }
    Schedule(0, line.front());
    line.pop_front();
  }
};

static std::vector<double> gaps(1 << 20), services(1 << 20);
static size_t served = 0;
static double waitedNs = 0;
static Server server;

static Process Customer() {
  const int64_t arrivedNs = now;
  co_await server.acquire();
  waitedNs += now - arrivedNs;
  co_await Delay{int64_t(services[served & (services.size() - 1)])};
  server.release();
  served++;
}

static Process Source(size_t customers) {
  for (size_t arrived = 0; arrived < customers;) {
    Customer();
    arrived++;
    co_await Delay{int64_t(gaps[arrived & (gaps.size() - 1)])};
  }
}

static bool Read(const char *name, std::vector<double> &into) {
  std::FILE *file = std::fopen(name, "rb");
  if (!file) return false;
  const bool whole = std::fread(into.data(), 8, into.size(), file) == into.size();
  std::fclose(file);
  return whole;
}

int main(int, char **arguments) {
  if (!Read(arguments[1], gaps) || !Read(arguments[2], services)) return 1;
  const size_t customers = std::atof(arguments[3]);
  Source(customers);
  const auto start = std::chrono::steady_clock::now();
  while (!queue.empty()) {
    const Event event = queue.top();
    queue.pop();
    now = event.time;
    event.process.resume();
  }
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
  if (!(waitedNs > 0) || served != customers) return 1;
  std::printf("%f\n", spent.count() / customers);
}
