#pragma once
#include <gpiod.h>

/* libgpiod 1.x and 2.x share an include guard and no interface. Only 1.x has this macro. */
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define FARMGATE_GPIOD_MAJOR 1
#else
#define FARMGATE_GPIOD_MAJOR 2
#endif
