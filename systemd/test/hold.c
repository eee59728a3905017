// hold PROCESS THREAD: stops one thread of a process, as a loop that never ends would; the others run on.
// hold PROCESS FILE: stops the next thread that writes or syncs a file with FILE in its name, inside that call: a disk that
// hangs.
// Prints the thread's number once it stands still, and holds it until SIGTERM or its own end.
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "hold: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int writes(pid_t thread, const char *file) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0) return 0;
  switch (registers.orig_rax) {
    case SYS_pwrite64: case SYS_write: case SYS_fdatasync: case SYS_fsync: break;
    default: return 0;
  }
  char path[64], name[512];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", thread, (int)registers.rdi);
  ssize_t length = readlink(path, name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  return strstr(name, file) != NULL;
}

static void attach_all(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *folder = opendir(path);
  if (!folder) fail(path);
  for (struct dirent *entry; (entry = readdir(folder));) {
    pid_t thread = atoi(entry->d_name);
    if (thread <= 0) continue;
    // Threads that come later are traced as well.
    if (ptrace(PTRACE_SEIZE, thread, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE) != 0) continue;
    ptrace(PTRACE_INTERRUPT, thread, 0, 0);
  }
  closedir(folder);
}

static pid_t wait_for(const char *file) {
  for (;;) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) fail("waiting");
    if (!WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status);
    if (signal == (SIGTRAP | 0x80) && writes(thread, file)) return thread;
    // A stop of ours is no signal of the process's.
    int event = status >> 16;
    ptrace(PTRACE_SYSCALL, thread, 0, event || signal == (SIGTRAP | 0x80) ? 0 : signal);
  }
}

static void release_others(pid_t process, pid_t held) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *folder = opendir(path);
  if (!folder) fail(path);
  for (struct dirent *entry; (entry = readdir(folder));) {
    pid_t thread = atoi(entry->d_name);
    if (thread <= 0 || thread == held) continue;
    int status, signal = 0;
    ptrace(PTRACE_INTERRUPT, thread, 0, 0);
    if (waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status) && !(status >> 16) &&
        WSTOPSIG(status) != (SIGTRAP | 0x80))
      signal = WSTOPSIG(status);
    ptrace(PTRACE_DETACH, thread, 0, signal);
  }
  closedir(folder);
}

int main(int count, char **words) {
  if (count != 3) {
    fprintf(stderr, "hold PROCESS THREAD|FILE\n");
    return 64;
  }
  pid_t process = atoi(words[1]), held;
  if (atoi(words[2]) == 0) {
    attach_all(process);
    held = wait_for(words[2]);
    release_others(process, held);
  } else {
    held = atoi(words[2]);
    int status;
    if (ptrace(PTRACE_SEIZE, held, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, held, 0, 0) != 0) fail("stopping");
    if (waitpid(held, &status, __WALL) != held) fail("waiting");
  }
  printf("%d\n", held);
  fflush(stdout);
  // Its end has to be taken note of, or its process would never be seen to end.
  for (;;) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) return errno != ECHILD;
    if (thread == held && !WIFSTOPPED(status)) return 0;
    if (thread != held && WIFSTOPPED(status)) ptrace(PTRACE_DETACH, thread, 0, 0);
  }
}
