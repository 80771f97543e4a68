#include "table/type.h"

#include <gtest/gtest.h>

namespace triclave::table {
namespace {

TEST(Type, BuffersCountValidity) {
  EXPECT_EQ(buffer_count(Layout::null), 0u);
  EXPECT_EQ(buffer_count(Layout::structs), 1u);
  EXPECT_EQ(buffer_count(Layout::fixed), 2u);
  EXPECT_EQ(buffer_count(Layout::bytes), 3u);
}

}  // namespace
}  // namespace triclave::table
