// A store whose connection breaks: from its N-th writing step on (a put, a write, a finish, a remove) everything fails.
#pragma once

#include <memory>
#include <utility>

#include "triclave/store.h"

namespace triclave::testing {

class FlakyStore final : public ObjectStore {
 public:
  // `steps`: how many writing steps succeed.
  FlakyStore(ObjectStore& inner, std::size_t steps) : inner_(inner), left_(steps) {}

  Result<std::unique_ptr<Source>> get(std::string_view key) override { return inner_.get(key); }
  Result<StoreEntry> stat(std::string_view key) override { return inner_.stat(key); }
  Result<void> list(std::string_view prefix, const std::function<Result<void>(const StoreEntry&)>& each) override {
    return inner_.list(prefix, each);
  }

  Result<std::unique_ptr<Sink>> put(std::string_view key) override {
    if (auto ok = step(); !ok) return tl::unexpected(ok.error());
    auto sink = inner_.put(key);
    if (!sink) return sink;
    return std::make_unique<Writer>(*this, std::move(*sink));
  }

  Result<void> remove(std::string_view key) override {
    if (auto ok = step(); !ok) return ok;
    return inner_.remove(key);
  }

 private:
  class Writer final : public Sink {
   public:
    Writer(FlakyStore& store, std::unique_ptr<Sink> inner) : store_(store), inner_(std::move(inner)) {}
    Result<void> write(ByteView bytes) override {
      if (auto ok = store_.step(); !ok) return ok;
      return inner_->write(bytes);
    }
    Result<void> finish() override {
      if (auto ok = store_.step(); !ok) return ok;
      return inner_->finish();
    }

   private:
    FlakyStore& store_;
    std::unique_ptr<Sink> inner_;
  };

  Result<void> step() {
    if (left_ == 0) return fail(ErrorKind::io, "the connection to the store is broken");
    --left_;
    return {};
  }

  ObjectStore& inner_;
  std::size_t left_;
};

}  // namespace triclave::testing
