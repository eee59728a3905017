#pragma once
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>

/* The few Linux calls that Swift's Glibc module leaves out: its headers are read without _GNU_SOURCE,
   and variadic functions are not imported. Every function returns as its system call does. */

/* eventfd(2), non-blocking and closed on exec. */
static inline int farmgate_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/* Name of the calling thread, 15 bytes at most; prctl(2) PR_SET_NAME. */
static inline int farmgate_set_thread_name(const char *name) {
  return prctl(PR_SET_NAME, (unsigned long)name, 0UL, 0UL, 0UL);
}

/* How much later than asked the kernel may wake the calling thread, where its scheduling is not real-time
   (default 50,000 ns); prctl(2) PR_SET_TIMERSLACK. */
static inline int farmgate_set_timer_slack(unsigned long nanoseconds) {
  return prctl(PR_SET_TIMERSLACK, nanoseconds, 0UL, 0UL, 0UL);
}

/* Page faults of the calling thread since it began; getrusage(2) RUSAGE_THREAD, which is 1. */
static inline int farmgate_thread_faults(long *minor, long *major) {
  struct rusage usage;
  if (getrusage((__rusage_who_t)1, &usage) != 0) return -1;
  *minor = usage.ru_minflt;
  *major = usage.ru_majflt;
  return 0;
}

/* 1 where the kernel holds its wall clock to be disciplined by a time service, 0 where not, -1 on error;
   adjtimex(2), reading only. */
static inline int farmgate_clock_is_disciplined(void) {
  struct timex state = {0};
  if (adjtimex(&state) < 0) return -1;
  return (state.status & STA_UNSYNC) == 0;
}

/* Soft limit on locked memory in bytes, all bits set where there is none; getrlimit(2) RLIMIT_MEMLOCK. */
static inline int farmgate_locked_bytes_max(unsigned long long *bytes) {
  struct rlimit limit;
  if (getrlimit(__RLIMIT_MEMLOCK, &limit) != 0) return -1;
  *bytes = limit.rlim_cur == RLIM_INFINITY ? ~0ULL : limit.rlim_cur;
  return 0;
}
