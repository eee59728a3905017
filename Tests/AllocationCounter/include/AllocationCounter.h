#pragma once

/* Counts the heap allocations of one thread: an executable that links this library has its `malloc` and
   kin in front of glibc's, so that Swift's runtime and every C library are counted too. */

/* From here on the calling thread's allocations are counted, from zero. */
void allocation_counter_start(void);

/* Ends the count of the calling thread and returns it. */
unsigned long allocation_counter_stop(void);

/* 0 in builds where a sanitizer owns `malloc`: nothing is counted there. */
int allocation_counter_is_available(void);
