// Everything that Triclave promises to other programs.
#pragma once

#include "triclave/arrow.h"
#include "triclave/bytes.h"
#include "triclave/capsule.h"
#include "triclave/cells.h"
#include "triclave/error.h"
#include "triclave/io.h"
#include "triclave/keys.h"
#include "triclave/mask_provider.h"
#include "triclave/opener.h"
#include "triclave/policy.h"
#include "triclave/possession.h"
#include "triclave/sealer.h"
#include "triclave/secret_text.h"
#include "triclave/store.h"
#include "triclave/table.h"
#include "triclave/version.h"
