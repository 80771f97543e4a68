#include "table/type.h"

namespace triclave::table {

std::size_t buffer_count(Layout layout) noexcept {
  switch (layout) {
    case Layout::null: return 0;
    case Layout::structs: return 1;
    case Layout::bits:
    case Layout::fixed:
    case Layout::list: return 2;
    case Layout::bytes: return 3;
  }
  return 0;
}

}  // namespace triclave::table
