// A store in memory, for tests that want to look at, and change, what a store keeps.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "triclave/store.h"

namespace triclave::testing {

class MemoryStore final : public ObjectStore {
 public:
  std::map<std::string, Bytes, std::less<>> objects;

  Result<std::unique_ptr<Source>> get(std::string_view key) override {
    const auto at = objects.find(key);
    if (at == objects.end()) return fail(ErrorKind::io, "there is no object " + std::string(key));
    return std::make_unique<Reader>(at->second);
  }

  Result<std::unique_ptr<Sink>> put(std::string_view key) override {
    return std::make_unique<Writer>(*this, std::string(key));
  }

  Result<StoreEntry> stat(std::string_view key) override {
    const auto at = objects.find(key);
    if (at == objects.end()) return fail(ErrorKind::io, "there is no object " + std::string(key));
    return StoreEntry{at->first, at->second.size()};
  }

  Result<void> list(std::string_view prefix, const std::function<Result<void>(const StoreEntry&)>& each) override {
    for (const auto& [key, bytes] : objects)
      if (key.starts_with(prefix))
        if (auto done = each({key, bytes.size()}); !done) return done;
    return {};
  }

  Result<void> remove(std::string_view key) override {
    const auto at = objects.find(key);
    if (at == objects.end()) return fail(ErrorKind::io, "there is no object " + std::string(key));
    objects.erase(at);
    return {};
  }

 private:
  // Keeps what was there when it was got, as a file that is open does.
  class Reader final : public Source {
   public:
    explicit Reader(Bytes bytes) : bytes_(std::move(bytes)), source_(memory_source(bytes_)) {}
    Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
      return source_->read_at(offset, out);
    }
    std::optional<std::uint64_t> size() const override { return bytes_.size(); }

   private:
    Bytes bytes_;
    std::unique_ptr<Source> source_;
  };

  class Writer final : public Sink {
   public:
    Writer(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}
    Result<void> write(ByteView bytes) override {
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
      return {};
    }
    Result<void> finish() override {
      store_.objects[key_] = std::move(bytes_);
      return {};
    }

   private:
    MemoryStore& store_;
    std::string key_;
    Bytes bytes_;
  };
};

}  // namespace triclave::testing
