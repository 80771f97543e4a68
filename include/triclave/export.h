// What the library promises to other programs is marked TRICLAVE_EXPORT; everything else stays hidden.
#pragma once

#define TRICLAVE_EXPORT __attribute__((visibility("default")))
