// A store that holds ciphertext only, over any other.
#include <fmt/format.h>

#include <mutex>

#include "base/text_codec.h"
#include "base/try.h"
#include "triclave/store.h"

namespace triclave {
namespace {

constexpr std::string_view kOwnFolder = ".triclave/";
constexpr std::uint64_t kMaxCapsule = 4 * 1024 * 1024 + 16;  // the format's limit, with its frame

bool is_own(std::string_view key) {
  return key.starts_with(kOwnFolder) || key == kOwnFolder.substr(0, kOwnFolder.size() - 1);
}

// Says which object an error is about.
Error about(std::string_view key, Error error) {
  error.message = fmt::format("{}: {}", key, error.message);
  return error;
}

class SealedStore final : public ObjectStore {
 public:
  SealedStore(ObjectStore& inner, const Sealer* sealer, std::string compartment, Opener* opener, ObjectOptions options)
      : inner_(inner), sealer_(sealer), compartment_(std::move(compartment)), opener_(opener), options_(options) {}

  Result<std::unique_ptr<Source>> get(std::string_view key) override {
    TRICLAVE_TRY(check_not_own(key));
    if (opener_ == nullptr)
      return fail(ErrorKind::invalid_argument, "this store was made for writing: it has no opener");
    TRICLAVE_TRY_ASSIGN(std::unique_ptr<Source> sealed, inner_.get(key));
    auto opened = open(key, std::move(sealed));
    if (!opened) return tl::unexpected(about(key, std::move(opened).error()));
    return std::move(*opened);
  }

  Result<std::unique_ptr<Sink>> put(std::string_view key) override {
    TRICLAVE_TRY(check_not_own(key));
    if (sealer_ == nullptr)
      return fail(ErrorKind::invalid_argument, "this store was made for reading: it has no sealer");
    TRICLAVE_TRY(put_capsule());
    TRICLAVE_TRY_ASSIGN(std::unique_ptr<Sink> sealed, inner_.put(key));
    return sealer_->object(compartment_, key, std::move(sealed), options_);
  }

  Result<StoreEntry> stat(std::string_view key) override {
    TRICLAVE_TRY(check_not_own(key));
    TRICLAVE_TRY_ASSIGN(const std::unique_ptr<Source> sealed, inner_.get(key));
    auto info = inspect(key, *sealed);
    if (!info) return tl::unexpected(about(key, std::move(info).error()));
    return StoreEntry{std::string(key), info->plain_size.value_or(0)};
  }

  Result<void> list(std::string_view prefix, const std::function<Result<void>(const StoreEntry&)>& each) override {
    return inner_.list(prefix, [&](const StoreEntry& sealed) -> Result<void> {
      if (is_own(sealed.key)) return {};
      TRICLAVE_TRY_ASSIGN(const StoreEntry entry, stat(sealed.key));
      return each(entry);
    });
  }

  Result<void> remove(std::string_view key) override {
    TRICLAVE_TRY(check_not_own(key));
    return inner_.remove(key);
  }

 private:
  static Result<void> check_not_own(std::string_view key) {
    if (!is_own(key)) return {};
    return fail(ErrorKind::invalid_argument, fmt::format("{} is kept for the store's capsules", key));
  }

  // The name is in the header that keys the stream, so a header that opens has the name that was sealed.
  static Result<void> check_name(std::string_view key, const ObjectInfo& info) {
    if (info.name == key) return {};
    return fail(ErrorKind::forged, fmt::format("the store serves the object \"{}\" under this name", info.name));
  }

  static Result<ObjectInfo> inspect(std::string_view key, Source& sealed) {
    TRICLAVE_TRY_ASSIGN(ObjectInfo info, inspect_object(sealed));
    TRICLAVE_TRY(check_name(key, info));
    return info;
  }

  Result<std::unique_ptr<Source>> open(std::string_view key, std::unique_ptr<Source> sealed) {
    TRICLAVE_TRY_ASSIGN(const ObjectInfo info, inspect(key, *sealed));
    if (!info.embedded_capsule && !opener_->knows(info.capsule_id)) TRICLAVE_TRY(get_capsule(info.capsule_id));
    TRICLAVE_TRY_ASSIGN(std::unique_ptr<OpenObject> opened, opener_->object(std::move(sealed)));
    TRICLAVE_TRY(check_name(key, opened->info()));  // the header was read anew
    return opened;
  }

  Result<void> get_capsule(const Id& id) {
    const std::string key = capsule_key(id);
    auto found = inner_.get(key);
    if (!found) {
      found.error().message = fmt::format("the capsule that it names cannot be got: {}", found.error().message);
      return tl::unexpected(std::move(found.error()));
    }
    const std::unique_ptr<Source> source = std::move(*found);
    const std::uint64_t size = source->size().value_or(kMaxCapsule);
    if (size > kMaxCapsule) return fail(ErrorKind::malformed, fmt::format("{} is larger than a capsule can be", key));
    Bytes record(static_cast<std::size_t>(size));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, source->read_at(0, record));
    record.resize(got);
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, opener_->add_capsule(record));
    if (info.id != id) return fail(ErrorKind::forged, fmt::format("the store serves another capsule as {}", key));
    return {};
  }

  // Before the first object, so that there never is an object that nobody can open.
  Result<void> put_capsule() {
    if (options_.embed_capsule) return {};
    const std::lock_guard lock(mutex_);
    if (has_capsule_) return {};
    TRICLAVE_TRY_ASSIGN(const std::unique_ptr<Sink> sink, inner_.put(capsule_key(sealer_->capsule_id())));
    TRICLAVE_TRY(sink->write(sealer_->capsule()));
    TRICLAVE_TRY(sink->finish());
    has_capsule_ = true;
    return {};
  }

  ObjectStore& inner_;
  const Sealer* sealer_;
  std::string compartment_;
  Opener* opener_;
  ObjectOptions options_;
  std::mutex mutex_;
  bool has_capsule_ = false;
};

}  // namespace

std::string capsule_key(const Id& capsule_id) { return fmt::format("{}{}.capsule", kOwnFolder, to_hex(capsule_id)); }

std::unique_ptr<ObjectStore> sealed_store(ObjectStore& inner, const Sealer* sealer, std::string compartment,
                                          Opener* opener, ObjectOptions options) {
  return std::make_unique<SealedStore>(inner, sealer, std::move(compartment), opener, options);
}

}  // namespace triclave
