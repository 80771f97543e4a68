// Returns from the enclosing function with the error of `expression`, or goes on with its value.
#pragma once

#define TRICLAVE_CONCAT_(a, b) a##b
#define TRICLAVE_CONCAT(a, b) TRICLAVE_CONCAT_(a, b)

#define TRICLAVE_TRY(expression) TRICLAVE_TRY_(TRICLAVE_CONCAT(try_result_, __COUNTER__), expression)
#define TRICLAVE_TRY_(temporary, expression)                                    \
  do {                                                                          \
    if (auto temporary = (expression); !temporary)                              \
      return ::tl::unexpected<::triclave::Error>(std::move(temporary).error()); \
  } while (false)

#define TRICLAVE_TRY_ASSIGN(target, expression) \
  TRICLAVE_TRY_ASSIGN_(TRICLAVE_CONCAT(try_assign_, __COUNTER__), target, expression)
#define TRICLAVE_TRY_ASSIGN_(temporary, target, expression)                                 \
  auto temporary = (expression);                                                            \
  if (!temporary) return ::tl::unexpected<::triclave::Error>(std::move(temporary).error()); \
  target = std::move(temporary).value()
