/*
 * A disk that fails, for one folder: loaded before the C library (LD_PRELOAD), this lets calls that write to files of the
 * folder OCG_FAILING_FOLDER end with EIO for as long as the file OCG_FAILING_SWITCH exists. Its text is a kind of
 * failure, and after a blank what a path within the folder must begin with ("sync store/"):
 *
 *   write  nothing is written, flushed or cut
 *   torn   the first half of a buffer is written
 *   sync   all is written, and is in the memory of the system; flushing fails, and so does a write that flushes (O_DSYNC)
 *   meta   a write that flushes fails, and nothing else
 *   late   a write that flushes is done and fails, and nothing else
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { NONE, WRITE, TORN, SYNC, META, LATE };

/* What is to happen to a file that was opened under this number. */
static enum kind failure_of(int handle) {
  int before = errno;
  enum kind kind = NONE;
  const char *folder = getenv("OCG_FAILING_FOLDER"), *name = getenv("OCG_FAILING_SWITCH");
  int file = folder && name ? (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0) {
    char text[256], link[64], path[PATH_MAX];
    ssize_t length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    text[length > 0 ? length : 0] = 0;
    char *part = strchr(text, ' ');
    if (part) *part++ = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    size_t long_folder = strlen(folder);
    if (!strncmp(path, folder, long_folder) && path[long_folder] == '/' &&
        (!part || !strncmp(path + long_folder + 1, part, strlen(part)))) {
      const char *kinds[] = {"", "write", "torn", "sync", "meta", "late"};
      for (int at = WRITE; at <= LATE; at++) if (!strcmp(text, kinds[at])) kind = at;
    }
  }
  errno = before;
  return kind;
}

static int flushes(int handle) { return (fcntl(handle, F_GETFL) & O_DSYNC) != 0; }

static long fail(void) { errno = EIO; return -1; }

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* `whole` writes all of it, `half` the first half of the first buffer. */
#define WRITING(handle, whole, half)                                  \
  switch (failure_of(handle)) {                                       \
    case WRITE: return fail();                                        \
    case TORN: (void)!(half); return fail();                          \
    case META: return flushes(handle) ? fail() : (whole);             \
    case SYNC:                                                        \
    case LATE: {                                                      \
      ssize_t done = (whole);                                         \
      return flushes(handle) ? fail() : done;                         \
    }                                                                 \
    default: return (whole);                                          \
  }

#define FLUSHING(handle, whole)                     \
  switch (failure_of(handle)) {                     \
    case NONE: case META: case LATE: return (whole); \
    default: return fail();                         \
  }

#define CUTTING(handle, whole)                                     \
  switch (failure_of(handle)) {                                    \
    case WRITE: case TORN: return fail();                          \
    default: return (whole);                                       \
  }

ssize_t write(int handle, const void *from, size_t size) {
  REAL(write);
  WRITING(handle, real(handle, from, size), real(handle, from, size / 2))
}
ssize_t pwrite(int handle, const void *from, size_t size, off_t at) {
  REAL(pwrite);
  WRITING(handle, real(handle, from, size, at), real(handle, from, size / 2, at))
}
ssize_t pwrite64(int handle, const void *from, size_t size, off64_t at) {
  REAL(pwrite64);
  WRITING(handle, real(handle, from, size, at), real(handle, from, size / 2, at))
}
ssize_t writev(int handle, const struct iovec *from, int count) {
  REAL(writev);
  WRITING(handle, real(handle, from, count), real(handle, from, 1))
}
ssize_t pwritev(int handle, const struct iovec *from, int count, off_t at) {
  REAL(pwritev);
  WRITING(handle, real(handle, from, count, at), real(handle, from, 1, at))
}
ssize_t pwritev64(int handle, const struct iovec *from, int count, off64_t at) {
  REAL(pwritev64);
  WRITING(handle, real(handle, from, count, at), real(handle, from, 1, at))
}
int fsync(int handle) { REAL(fsync); FLUSHING(handle, real(handle)) }
int fdatasync(int handle) { REAL(fdatasync); FLUSHING(handle, real(handle)) }
int ftruncate(int handle, off_t size) { REAL(ftruncate); CUTTING(handle, real(handle, size)) }
int ftruncate64(int handle, off64_t size) { REAL(ftruncate64); CUTTING(handle, real(handle, size)) }
int fallocate(int handle, int mode, off_t at, off_t size) { REAL(fallocate); CUTTING(handle, real(handle, mode, at, size)) }
int fallocate64(int handle, int mode, off64_t at, off64_t size) { REAL(fallocate64); CUTTING(handle, real(handle, mode, at, size)) }
