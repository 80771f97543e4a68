// How many durable releases a second a custodian's service makes, and how long each takes: a daemon on one core,
// clients on the others. Requests are signed before the clock starts and answers opened after it stops.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <utility>

#include "base/random.h"
#include "custodian/messages/answer.h"
#include "support/custodian_channel.h"
#include "support/must.h"
#include "triclave/custodian_office.h"

namespace {

using namespace triclave;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kConnections = 16;

struct Options {
  int releases = 4000;
  double rate = 0;  // releases a second that are asked for; 0: as many as there can be
  fs::path folder;  // where the database lies: on a disk whose sync is to be measured
};

[[noreturn]] void stop(const std::string& why) {
  std::cerr << "custodian_load: " << why << std::endl;
  std::exit(1);
}

void pin(std::initializer_list<std::size_t> cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const std::size_t core : cores) CPU_SET(core, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) stop("cannot pin to a core");
}

// The service as its own process on core 0; tells its port through a pipe.
class Daemon {
 public:
  Daemon(const fs::path& config) {
    int ends[2];
    if (::pipe(ends) != 0) stop("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      pin({0});
      ServeOptions how;
      how.allow_root = true;
      how.on_ready = [&](int port) { (void)!::write(ends[1], &port, sizeof port); };
      must(serve_custodian(config, testing::kPassphrase, how));
      ::_exit(0);
    }
    ::close(ends[1]);
    if (::read(ends[0], &port_, sizeof port_) != sizeof port_) stop("the service did not start");
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() { stop_it(); }
  int port() const { return port_; }

  // Seconds of its core that it has used in all.
  double stop_it() {
    rusage used{};
    if (child_ > 0) {
      ::kill(child_, SIGTERM);
      ::wait4(std::exchange(child_, -1), nullptr, 0, &used);
    }
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
  }

 private:
  pid_t child_ = -1;
  int port_ = 0;
};

fs::path make_config(const fs::path& folder) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  must(make_trial_authority(folder, "bench", now - std::chrono::hours(1), now + std::chrono::hours(1)));
  for (const auto& request :
       {CertificateRequest{"server", true, {"localhost"}}, CertificateRequest{"client", false, {}}})
    must(make_trial_certificate(folder, request, now - std::chrono::hours(1), now + std::chrono::hours(1)));
  std::ofstream(folder / "custodian") << fmt::format(
      "version: 1 name: \"ovh\" log_name: \"{}\" database: \"state.db\" mark: \"state.mark\" listen: \"localhost:0\"\n"
      "tls {{ certificate: \"server.crt\" private_key: \"server.key\" client_ca: \"ca.crt\" }}\n"
      "limits {{ requests_per_second: 1000000 }}\n",
      testing::CustodianScene::kLogName);
  return folder / "custodian";
}

double at(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void run(const Options& options) {
  const fs::path folder = options.folder / fmt::format("custodian-load-{}", ::getpid());
  fs::create_directories(folder);
  testing::CustodianScene scene(folder);
  must(scene.created());
  const fs::path config = make_config(folder);
  Daemon daemon(config);
  pin({1});

  scene.clock = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  scene.terms.not_before = scene.clock - std::chrono::hours(1);
  scene.terms.not_after = scene.clock + std::chrono::hours(1);
  const Bytes permit = scene.permit();
  const MaskRequest asked = scene.asked();
  const auto count = static_cast<std::size_t>(options.releases);
  std::vector<testing::SentRequest> sent;
  std::vector<v1::ReleaseRequest> messages;
  for (std::size_t i = 0; i < count; ++i) {
    sent.push_back(scene.request(asked, permit));
    messages.push_back(testing::message_of(sent.back()));
  }

  std::vector<std::unique_ptr<v1::Custodian::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) {
    const auto channel = testing::channel_to(daemon.port(), folder / "ca.crt", folder / "client");
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) stop("no connection");
    stubs.push_back(v1::Custodian::NewStub(channel));
  }
  std::vector<v1::ReleaseAnswer> answers(count);
  std::vector<double> took(count);
  std::atomic<std::size_t> next = 0;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kConnections; ++c)
      clients.emplace_back([&, c] {
        for (std::size_t i = next++; i < count; i = next++) {
          // At a fixed rate the clock of a request starts when it was due, however late it is sent.
          auto due = Clock::now();
          if (options.rate > 0) {
            due = start + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(static_cast<double>(i) / options.rate));
            std::this_thread::sleep_until(due);
          }
          grpc::ClientContext context;
          const auto status = stubs[static_cast<std::size_t>(c)]->Release(&context, messages[i], &answers[i]);
          if (!status.ok()) stop(status.error_message());
          took[i] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
        }
      });
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  Bytes masks(kMaskSize);
  for (std::size_t i = 0; i < count; ++i)
    must(custodian::open_answer(sent[i].pending, as_bytes(answers[i].answer()), masks));
  std::sort(took.begin(), took.end());
  const double used = daemon.stop_it();
  std::cout << fmt::format(
      "{} releases in {:.2f} s: {:.0f} a second; p50 {:.2f} ms, p99 {:.2f} ms, longest {:.2f} ms; {:.2f} s of a core\n",
      count, seconds, static_cast<double>(count) / seconds, at(took, 0.5), at(took, 0.99), took.back(), used);
  fs::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::cerr << "usage: bench_custodian FOLDER [RELEASES [RATE]]\n";
    return 2;
  }
  Options options;
  options.folder = argv[1];
  if (argc > 2) options.releases = std::atoi(argv[2]);
  if (argc > 3) options.rate = std::atof(argv[3]);
  run(options);
}
