// Returns from the enclosing function with the error of `expression`, or goes on with its value.
#pragma once

#define TRICLAVE_CONCAT_(a, b) a##b
#define TRICLAVE_CONCAT(a, b) TRICLAVE_CONCAT_(a, b)

#define TRICLAVE_TRY(expression)                                                         \
  do {                                                                                   \
    if (auto try_result = (expression); !try_result)                                     \
      return ::tl::unexpected<::triclave::Error>(std::move(try_result).error());         \
  } while (false)

#define TRICLAVE_TRY_ASSIGN(target, expression) \
  TRICLAVE_TRY_ASSIGN_(TRICLAVE_CONCAT(try_assign_, __LINE__), target, expression)
#define TRICLAVE_TRY_ASSIGN_(temporary, target, expression)                                         \
  auto temporary = (expression);                                                                    \
  if (!temporary) return ::tl::unexpected<::triclave::Error>(std::move(temporary).error());         \
  target = std::move(temporary).value()
