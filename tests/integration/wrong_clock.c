/* Preloaded into a server and its recorder: the wall clock is off by as many seconds as the file
   $CLOCK_OFF_BY says; while it is not there, it is right. What counts from the start of the machine
   is never touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    char text[32];
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int said = real(clock, now);
    const char *by = getenv("CLOCK_OFF_BY");
    if (said || clock != CLOCK_REALTIME || !by) return said;
    int file = open(by, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    text[got < 0 ? 0 : got] = 0;
    now->tv_sec += atol(text);
    return 0;
}
