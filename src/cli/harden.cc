#include "cli/harden.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>

#include <atomic>

#include "triclave/io.h"

namespace triclave::cli {
namespace {

std::atomic<int> silent_terminal = -1;

// Only what may be called in a signal handler.
void on_signal(int number) {
  remove_partial_files();
  termios state{};
  if (const int terminal = silent_terminal; terminal >= 0 && ::tcgetattr(terminal, &state) == 0) {
    state.c_lflag |= ECHO;
    ::tcsetattr(terminal, TCSANOW, &state);
  }
  ::signal(number, SIG_DFL);
  ::raise(number);  // takes effect when this returns
}

}  // namespace

void harden() noexcept {
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
    struct sigaction before {};
    // What a parent told us to ignore (nohup) stays ignored.
    if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(number, &action, nullptr);
  }
}

void echo_again_on_signal(int descriptor) noexcept { silent_terminal = descriptor; }

}  // namespace triclave::cli
