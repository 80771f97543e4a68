// The service and witnesses: it cosigns the logs of others, and keeps what others cosign of its own.
#include <fmt/format.h>

#include <future>

#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/service/service.h"

namespace triclave::custodian {
namespace {

// A request between its reading and its answer.
struct PendingCosign {
  CosignRequest request;
  std::string client;
  Result<CosignAnswer> answer;
  std::uint64_t count = 0;  // of all cosignatures with this one; 0: it is none
  Service::Cosigned answered;
};

}  // namespace

void Service::set_watched(std::vector<LogKey> logs) {
  auto watched = std::make_shared<const std::vector<LogKey>>(std::move(logs));
  const std::lock_guard lock(mutex_);
  watched_ = std::move(watched);
}

void Service::tell_of_fork(const std::string& origin, std::string_view client, const Error& error) {
  // Once, until it goes on: who asks again and again fills nobody's journal.
  if (!forked_.insert(origin).second || !options_.on_fork) return;
  options_.on_fork(origin, fail(error.kind, fmt::format("{}, as {} shows it, does not go on from what was cosigned of "
                                                        "it: {}",
                                                        origin, client, error.message)));
}

//= SPEC LOG-14
void Service::cosign(std::string_view text, std::string_view client, Cosigned answered) {
  const Now at = now();
  const auto watched = [this] {
    const std::lock_guard lock(mutex_);
    return watched_;
  }();
  auto request = judge_.admit_client(client, at.running).and_then([&] { return parse_cosign_request(text); });
  if (!request) return answered(tl::unexpected(std::move(request.error())));
  if (auto known = check_watched(*request, *watched); !known) return answered(tl::unexpected(std::move(known.error())));

  const auto pending = std::make_shared<PendingCosign>(
      PendingCosign{std::move(*request), std::string(client), CosignAnswer{}, 0, std::move(answered)});
  const auto time = unix_seconds(at.time);
  committer_->submit({[this, pending, time]() -> Result<std::optional<LogEntry>> {
                        pending->answer = witness_->cosign(pending->request, time);
                        if (!pending->answer && pending->answer.error().kind != ErrorKind::forged)
                          return tl::unexpected(pending->answer.error());  // the database's own
                        if (pending->answer && !pending->answer->other_size) {
                          TRICLAVE_TRY_ASSIGN(pending->count, state_.count_cosigned());
                        }
                        return std::nullopt;
                      },
                      [this, pending](const Result<Logged>& written) {
                        const auto kept = written ? state_.mark().raise_cosigned(pending->count)
                                                  : Result<void>(tl::unexpected(written.error()));
                        if (!kept)
                          return pending->answered(
                              tl::unexpected(own_trouble(kept.error(), "the custodian cannot write what it cosigns")));
                        const std::string& origin = pending->request.checkpoint.origin;
                        if (!pending->answer) tell_of_fork(origin, pending->client, pending->answer.error());
                        if (pending->count != 0) forked_.erase(origin);
                        pending->answered(pending->answer.map(to_text));
                      }});
}

Result<CosignAsk> Service::ask_to_cosign(std::uint64_t old_size) {
  const std::lock_guard lock(mutex_);
  return custodian::ask_to_cosign(*log_, old_size);
}

Result<void> Service::add_cosignatures(std::uint64_t size, const std::string& lines, const LogKey& witness) {
  // Shared: the service's thread may still be leaving set_value() when this one goes on.
  const auto stored = std::make_shared<std::promise<Result<void>>>();
  const auto added = std::make_shared<Result<void>>();
  committer_->submit({[this, added, size, lines, witness]() -> Result<std::optional<LogEntry>> {
                        *added = own_log_->add_cosignatures(size, lines, {witness});
                        if (*added || added->error().kind != ErrorKind::io) return std::nullopt;
                        return tl::unexpected(added->error());  // the database's own
                      },
                      [added, stored](const Result<Logged>& written) {
                        stored->set_value(written ? *added : tl::unexpected(written.error()));
                      }});
  return stored->get_future().get();
}

}  // namespace triclave::custodian
