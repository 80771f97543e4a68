#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "base/try.h"
#include "cli/harden.h"
#include "cli/private_keys.h"

namespace triclave::cli {
namespace {

// The terminal, silent while this lives.
class SilentTerminal {
 public:
  SilentTerminal() : terminal_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (terminal_ < 0 || ::tcgetattr(terminal_, &before_) != 0) return;
    echo_again_on_signal(terminal_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_silent_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (is_silent_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    echo_again_on_signal(-1);
    if (terminal_ >= 0) ::close(terminal_);
  }

  explicit operator bool() const { return is_silent_; }

  Result<SecretText> ask(const std::string& question) const {
    say(question + ": ");
    auto answer = SecretText::read_line(terminal_, "terminal");
    say("\n");
    return answer;
  }

 private:
  void say(const std::string& words) const { (void)!::write(terminal_, words.data(), words.size()); }

  int terminal_;
  termios before_{};
  bool is_silent_ = false;
};

}  // namespace

Result<SecretText> ask_passphrase(const std::string& question, bool twice) {
  // Standard error tells whether somebody is there: standard input may be data.
  if (::isatty(STDERR_FILENO) != 1)
    return fail(ErrorKind::invalid_argument,
                question + " is needed, and there is no terminal to ask on: use --passphrase-file");
  const SilentTerminal terminal;
  if (!terminal)
    return fail(ErrorKind::invalid_argument, question + ": the terminal cannot be asked; use --passphrase-file");
  TRICLAVE_TRY_ASSIGN(SecretText words, terminal.ask(question));
  if (!twice) return words;
  TRICLAVE_TRY_ASSIGN(const SecretText again, terminal.ask("The same again"));
  if (words.view() != again.view())
    return fail(ErrorKind::invalid_argument, "the two passphrases differ; nothing was written");
  return words;
}

}  // namespace triclave::cli
