/* Preloaded into a recorder's worker: makes the files below $BROKEN_UNDER fail as $BROKEN_BY says.

   $BROKEN_BY is a file that is read at each call: "write", "fsync" (EIO), "slow" (an fsync takes two
   seconds), "stuck" (it takes as long as the file says so), "lie" (a write says yes and takes
   nothing) or "read" (what lies behind the first 32 KiB cannot be read); while it is not there, all is
   well. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int told(int fd, char *what, size_t size) {
    char link[64], path[4096];
    const char *under = getenv("BROKEN_UNDER"), *by = getenv("BROKEN_BY");
    if (!under || !by) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, under, strlen(under))) return 0;
    int file = open(by, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, what, size - 1);
    close(file);
    what[got < 0 ? 0 : got] = 0;
    return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    char what[16];
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (fd > 2 && told(fd, what, sizeof what)) {
        if (!strcmp(what, "write")) { errno = EIO; return -1; }
        if (!strcmp(what, "lie")) return size;
    }
    return real(fd, data, size);
}

#define READABLE 32768

/* How much can be read from there; -1 with errno where nothing can. */
static ssize_t readable(int fd, size_t size, off_t at) {
    char what[16];
    if (at < 0 || !told(fd, what, sizeof what) || strcmp(what, "read")) return size;
    if (at >= READABLE && size) { errno = EIO; return -1; }
    return size < (size_t)(READABLE - at) ? size : (size_t)(READABLE - at);
}

ssize_t read(int fd, void *data, size_t size) {
    static ssize_t (*real)(int, void *, size_t);
    static __thread int asking;
    if (!real) real = dlsym(RTLD_NEXT, "read");
    if (fd > 2 && !asking) {
        asking = 1;
        ssize_t most = readable(fd, size, lseek(fd, 0, SEEK_CUR));
        asking = 0;
        if (most < 0) return -1;
        size = most;
    }
    return real(fd, data, size);
}

ssize_t pread64(int fd, void *data, size_t size, off_t at) {
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pread64");
    ssize_t most = readable(fd, size, at);
    return most < 0 ? -1 : real(fd, data, most, at);
}

static int synced(int fd, int (*real)(int)) {
    char what[16];
    if (told(fd, what, sizeof what)) {
        if (!strcmp(what, "fsync")) { errno = EIO; return -1; }
        if (!strcmp(what, "slow")) sleep(2);
        if (!strcmp(what, "stuck")) { /* says that it has begun */
            char began[4096];
            snprintf(began, sizeof began, "%s.began", getenv("BROKEN_BY"));
            close(open(began, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
            while (told(fd, what, sizeof what)) usleep(50000);
        }
    }
    return real(fd);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    return synced(fd, real);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    return synced(fd, real);
}
