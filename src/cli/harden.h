// What the process does so that a crash or a signal leaves neither secrets nor half files behind.
#pragma once

namespace triclave::cli {

// No core dumps, no tracing by other processes of the same user; on SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE,
// unfinished files are removed and the terminal echoes again before the process dies of the signal.
void harden() noexcept;

// Prompting switches the terminal's echo off; while `descriptor` is set, a signal switches it on again. -1: nothing to
// do.
void echo_again_on_signal(int descriptor) noexcept;

}  // namespace triclave::cli
