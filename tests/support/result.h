// Asserting on Result<T>: the kind of an error is part of the promise.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "triclave/error.h"

// Success, with the error's text shown where there is none.
#define EXPECT_OK(expression) EXPECT_EQ(::triclave::testing::text_of(expression), "")
#define ASSERT_OK(expression) ASSERT_EQ(::triclave::testing::text_of(expression), "")
#define EXPECT_FAILS(expression, expected_kind) \
  EXPECT_EQ(::triclave::testing::kind_of(expression), ::triclave::to_string(expected_kind))
#define ASSERT_FAILS(expression, expected_kind) \
  ASSERT_EQ(::triclave::testing::kind_of(expression), ::triclave::to_string(expected_kind))

namespace triclave::testing {

template <class T>
std::string text_of(const Result<T>& result) {
  return result ? std::string() : std::string(to_string(result.error().kind)) + ": " + result.error().text();
}

// "success", or the name of the error's kind.
template <class T>
std::string kind_of(const Result<T>& result) {
  return result ? "success" : std::string(to_string(result.error().kind));
}

}  // namespace triclave::testing
