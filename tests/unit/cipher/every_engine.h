// A test that runs once for each engine that this machine can run; engine_hit_test.cc proves that none is missing.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "cipher/engine.h"

namespace triclave::cipher {

inline void PrintTo(const Engine* engine, std::ostream* out) { *out << engine->name; }

inline std::vector<const Engine*> engines_here() {
  std::vector<const Engine*> here;
  for (const Engine* engine : engines())
    if (engine->runs_here()) here.push_back(engine);
  return here;
}

class EveryEngine : public testing::TestWithParam<const Engine*> {
 protected:
  const Engine& engine() const { return *GetParam(); }
};

inline std::string engine_test_name(const testing::TestParamInfo<const Engine*>& info) {
  std::string name(info.param->name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace triclave::cipher

#define TRICLAVE_ON_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(engines_here()), engine_test_name)
