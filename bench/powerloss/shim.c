// Preloaded into a process, this sees every write, truncation and sync of the files below OVERSEER_SHIM_FOLDER.
//   OVERSEER_SHIM_LOG   a file that gets a record of each: what was there before, what was written, and what was synced,
//                       so that replay.ts can make the files what a power cut would have left.
//   OVERSEER_SHIM_FAIL  "write EIO 12 once": which call fails, how, the how-manieth it is, and whether only that one does
//                       ("lasting": every one from there on). The call is "write" or "sync"; "write SHORT 12 once" writes
//                       half of the bytes.
// Not seen: what a process writes through mapped memory, and entries of folders.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAGIC = 0x504c4f47, WRITE = 1, TRUNCATE = 2, SYNC = 3 };

// 40 bytes, little-endian, then `old_length` and `new_length` bytes.
typedef struct {
  uint32_t magic, kind;
  uint64_t inode;
  int64_t offset, old_size;
  uint32_t old_length, new_length;
} record;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *folder;
static int log_file = -1;
static char fail_call[16], fail_how[16], fail_while[16];
static long fail_at, calls;

static void find_real(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  folder = getenv("OVERSEER_SHIM_FOLDER");
  const char *path = getenv("OVERSEER_SHIM_LOG");
  if (path) log_file = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
  const char *fail = getenv("OVERSEER_SHIM_FAIL");
  if (fail && sscanf(fail, "%15s %15s %ld %15s", fail_call, fail_how, &fail_at, fail_while) != 4) abort();
}

static int watched(int file) {
  pthread_once(&once, find_real);
  if (!folder || file < 0 || file == log_file) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  size_t prefix = strlen(folder);
  // SQLite makes its index of the log anew after a crash.
  return !strncmp(path, folder, prefix) && !strstr(path + prefix, "-shm");
}

// Whether this call is one that fails.
static int fails(const char *call) {
  if (strcmp(call, fail_call)) return 0;
  calls++;
  return calls == fail_at || (calls > fail_at && !strcmp(fail_while, "lasting"));
}

static int failure(void) {
  errno = !strcmp(fail_how, "ENOSPC") ? ENOSPC : EIO;
  return -1;
}

static void tell(record *what, const void *before, const void *after) {
  if (log_file < 0) return;
  struct iovec parts[3] = {{what, sizeof *what}, {(void *)before, what->old_length}, {(void *)after, what->new_length}};
  real_writev(log_file, parts, 3);
}

// What lies at these bytes of a file, read through a descriptor of its own, as this one may only write.
static char *read_old(int file, size_t length, off64_t offset, uint32_t *got) {
  char link[64], *bytes = malloc(length ? length : 1);
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int reader = open(link, O_RDONLY | O_CLOEXEC);
  ssize_t count = reader < 0 ? -1 : pread64(reader, bytes, length, offset);
  if (reader >= 0) close(reader);
  *got = count > 0 ? count : 0;
  return bytes;
}

static void tell_write(int file, const void *bytes, size_t length, off64_t offset) {
  struct stat64 now;
  if (log_file < 0 || fstat64(file, &now) || !S_ISREG(now.st_mode)) return;
  record what = {MAGIC, WRITE, now.st_ino, offset, now.st_size, 0, (uint32_t)length};
  size_t there = offset >= now.st_size ? 0 : (size_t)(now.st_size - offset);
  char *old = read_old(file, there < length ? there : length, offset, &what.old_length);
  tell(&what, old, bytes);
  free(old);
}

static off64_t place(int file) {
  struct stat64 now;
  if (fcntl(file, F_GETFL) & O_APPEND) return fstat64(file, &now) ? 0 : now.st_size;
  return lseek64(file, 0, SEEK_CUR);
}

// `offset` is -1 where the file's own place counts.
static ssize_t write_watched(int file, const void *bytes, size_t length, off64_t offset) {
  pthread_mutex_lock(&mutex);
  int failing = fails("write");
  ssize_t written;
  if (failing && (strcmp(fail_how, "SHORT") || length < 2)) {
    written = failure();
  } else {
    if (failing) length /= 2;
    tell_write(file, bytes, length, offset < 0 ? place(file) : offset);
    written = offset < 0 ? real_write(file, bytes, length) : real_pwrite(file, bytes, length, offset);
  }
  pthread_mutex_unlock(&mutex);
  return written;
}

static ssize_t write_parts(int file, const struct iovec *parts, int count, off64_t offset) {
  ssize_t sum = 0;
  for (int part = 0; part < count; part++) {
    ssize_t written = write_watched(file, parts[part].iov_base, parts[part].iov_len, offset < 0 ? -1 : offset + sum);
    if (written < 0) return sum ? sum : written;
    sum += written;
    if ((size_t)written < parts[part].iov_len) break;
  }
  return sum;
}

static int sync_watched(int file, int (*real)(int)) {
  pthread_mutex_lock(&mutex);
  struct stat64 now;
  int result = fails("sync") ? failure() : real(file);
  if (!result && !fstat64(file, &now)) {
    record what = {MAGIC, SYNC, now.st_ino, 0, now.st_size, 0, 0};
    tell(&what, "", "");
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t write(int file, const void *bytes, size_t length) {
  return watched(file) ? write_watched(file, bytes, length, -1) : real_write(file, bytes, length);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  return watched(file) ? write_watched(file, bytes, length, offset) : real_pwrite(file, bytes, length, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  return pwrite64(file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  return watched(file) ? write_parts(file, parts, count, -1) : real_writev(file, parts, count);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
  return watched(file) ? write_parts(file, parts, count, offset) : real_pwritev(file, parts, count, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(file, parts, count, offset);
}

int fsync(int file) { return watched(file) ? sync_watched(file, real_fsync) : real_fsync(file); }

int fdatasync(int file) { return watched(file) ? sync_watched(file, real_fdatasync) : real_fdatasync(file); }

int ftruncate64(int file, off64_t length) {
  if (!watched(file)) return real_ftruncate(file, length);
  pthread_mutex_lock(&mutex);
  struct stat64 now;
  if (!fstat64(file, &now)) {
    record what = {MAGIC, TRUNCATE, now.st_ino, length, now.st_size, 0, 0};
    size_t cut = length < now.st_size ? (size_t)(now.st_size - length) : 0;
    char *old = read_old(file, cut, length, &what.old_length);
    tell(&what, old, "");
    free(old);
  }
  int result = real_ftruncate(file, length);
  pthread_mutex_unlock(&mutex);
  return result;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }
