// M/M/1 on ns-3 with call-backs and its default scheduler.
#include <ns3/core-module.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace ns3;

static std::vector<double> gaps(1 << 20), services(1 << 20);
static std::vector<int64_t> arrivedNs;
static size_t customers, arrived = 0, served = 0;
static double waitedNs = 0;

static void Begin();

static void Departure() {
  served++;
  if (served < arrived) Begin();
}

static void Begin() {
  waitedNs += Simulator::Now().GetNanoSeconds() - arrivedNs[served];
  Simulator::Schedule(NanoSeconds(int64_t(services[served & (services.size() - 1)])), &Departure);
}

static void Arrival() {
  arrivedNs[arrived++] = Simulator::Now().GetNanoSeconds();
  if (arrived < customers)
    Simulator::Schedule(NanoSeconds(int64_t(gaps[arrived & (gaps.size() - 1)])), &Arrival);
  if (arrived == served + 1) Begin();
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
  customers = std::atof(arguments[3]);
  arrivedNs.resize(customers);
  Simulator::Schedule(NanoSeconds(0), &Arrival);
  const auto start = std::chrono::steady_clock::now();
  Simulator::Run();
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
  if (!(waitedNs > 0) || served != customers) return 1;
  std::printf("%f\n", spent.count() / customers);
  Simulator::Destroy();
}
