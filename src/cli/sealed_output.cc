#include "cli/sealed_output.h"

#include <unistd.h>

#include "base/try.h"
#include "cli/files.h"

namespace triclave::cli {
namespace {

class CapsuleFirst final : public Sink {
 public:
  CapsuleFirst(std::unique_ptr<Sink> capsule, std::unique_ptr<Sink> object)
      : capsule_(std::move(capsule)), object_(std::move(object)) {}
  Result<void> write(ByteView bytes) override { return object_->write(bytes); }
  bool writes_at_once() const noexcept override { return object_->writes_at_once(); }
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override { return object_->write_at(offset, bytes); }
  Result<void> advance(std::size_t size) override { return object_->advance(size); }
  Result<void> finish() override {
    TRICLAVE_TRY(capsule_->finish());
    return object_->finish();
  }

 private:
  std::unique_ptr<Sink> capsule_;
  std::unique_ptr<Sink> object_;
};

}  // namespace

Result<std::unique_ptr<Sink>> open_sealed_output(const std::string& out, const std::string& detached, bool force,
                                                 const Sealer& sealer) {
  if (out == kDash && ::isatty(STDOUT_FILENO) == 1)
    return fail(ErrorKind::invalid_argument, "a sealed object is not for a terminal: send it to a file or a pipe");
  TRICLAVE_TRY_ASSIGN(auto sink, open_output(out, force));
  if (detached.empty()) return sink;
  TRICLAVE_TRY_ASSIGN(auto capsule, open_output(detached, force));
  TRICLAVE_TRY(capsule->write(sealer.capsule()));
  return std::make_unique<CapsuleFirst>(std::move(capsule), std::move(sink));
}

}  // namespace triclave::cli
