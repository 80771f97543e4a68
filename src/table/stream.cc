#include "table/stream.h"

#include <cerrno>
#include <utility>

namespace triclave::table {
namespace {

struct ExportedStream {
  Schema schema;
  std::function<Result<bool>(ArrowArray*)> next;
  bool ended = false;
  int code = 0;
  std::string error;
};

ExportedStream& exported_by(ArrowArrayStream* stream) { return *static_cast<ExportedStream*>(stream->private_data); }

int code_of(ErrorKind kind) {
  return kind == ErrorKind::invalid_argument ? EINVAL : kind == ErrorKind::unsupported ? ENOTSUP : EIO;
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) noexcept {
  export_schema(exported_by(stream).schema, out);
  return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) noexcept {
  ExportedStream& exported = exported_by(stream);
  *out = {};
  if (exported.ended) return exported.code;
  const auto more = exported.next(out);
  if (more && *more) return 0;
  exported.ended = true;
  if (!more) {
    exported.code = code_of(more.error().kind);
    exported.error = more.error().text();
  }
  return exported.code;
}

const char* get_last_error(ArrowArrayStream* stream) noexcept {
  const ExportedStream& exported = exported_by(stream);
  return exported.code == 0 ? nullptr : exported.error.c_str();
}

void release(ArrowArrayStream* stream) noexcept {
  delete &exported_by(stream);
  stream->release = nullptr;
}

}  // namespace

void export_stream(Schema schema, std::function<Result<bool>(ArrowArray*)> next, ArrowArrayStream* out) {
  *out = {get_schema, get_next, get_last_error, release,
          new ExportedStream{std::move(schema), std::move(next), false, 0, {}}};
}

}  // namespace triclave::table
