// A policy file as text, with the place of everything in it.
#pragma once

#include <memory>

#include "format/policy_file.pb.h"
#include "format/text_proto.h"

namespace triclave::policy {

using format::Place;

struct PolicyText : format::TextProto {
  v1::PolicyFile file;
};

// `text` must outlive the result. Errors: malformed.
inline Result<std::unique_ptr<PolicyText>> parse_policy_text(std::string_view text, std::string_view origin) {
  auto out = std::make_unique<PolicyText>();
  if (auto parsed = format::parse_text_proto(text, origin, "a policy file", *out, out->file); !parsed)
    return tl::unexpected(std::move(parsed).error());
  return out;
}

inline Place place_of(const PolicyText& text) { return Place::of_file(text, *v1::PolicyFile::descriptor()); }

}  // namespace triclave::policy
